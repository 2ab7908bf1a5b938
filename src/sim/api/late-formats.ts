import { lateCode } from '../engine/late-code'
import type { BodyReader } from './hooks'
import type { openApiRoutes } from './openapi'

/** `/openapi`: only `kubectl explain` and clients from outside ask for it. */
export const openApi = lateCode<typeof openApiRoutes>('OpenAPI')
/** Bodies in protobuf: only clients from outside send them. */
export const protobuf = lateCode<BodyReader>('protobuf')
