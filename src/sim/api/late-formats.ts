import { lateCode } from '../engine/late-code'
import type { etcdEntries } from './etcd-keys'
import type { inGoOrder } from './go-order'
import type { BodyReader } from './hooks'
import type { metricsPageOf } from './metrics-page'
import type { openApiRoutes } from './openapi'

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
