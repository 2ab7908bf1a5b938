import { Environment } from '@marcbachmann/cel-js'
import { celLibrary } from './api/cel/library'
import { openApi, protobuf } from './api/late-formats'
import { openApiRoutes } from './api/openapi'
import { protobufReader } from './api/protobuf'

// Importing this module puts every part of the cluster in its place that the page loads after the first prompt (engine/late-code.ts).
celLibrary.arrive({ Environment })
openApi.arrive(openApiRoutes)
protobuf.arrive(protobufReader)
