import { lateCode } from '../engine/late-code'
import type { etcdEntries } from './etcd-keys'
import type { inGoOrder } from './go-order'
import type { scanJson } from './json-scan'
import type { BodyReader } from './hooks'
import type { metricsPageOf } from './metrics-page'
import type { openApiRoutes } from './openapi'
import type { watchObjects } from './watch-stream'

/** `/openapi`: only `kubectl explain` and clients from outside ask for it. */
export const openApi = lateCode<typeof openApiRoutes>('OpenAPI')
/** `/metrics`. */
export const metricsPage = lateCode<typeof metricsPageOf>('metrics')
/** Bodies in protobuf: only clients from outside send them. */
export const protobuf = lateCode<BodyReader>('protobuf')
/** What etcd's tools see of the store. */
export const lateEtcdKeys = lateCode<typeof etcdEntries>('the keys of etcd')
/** The order of fields that people see: those who look came later. */
export const goOrder = lateCode<typeof inGoOrder>('the order of fields')
/** Faults and repeated fields of JSON that somebody sends: programs of the cluster itself hand over objects. */
export const jsonScanner = lateCode<typeof scanJson>('the reader of JSON')
/** Watches over HTTP. */
export const watchStream = lateCode<typeof watchObjects>('watches over HTTP')
