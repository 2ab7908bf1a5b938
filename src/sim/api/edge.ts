import { admissionPlugins } from './admission/plugins'
import { authenticate } from './auth/authenticate'
import { authorise } from './auth/authorise'
import { tokenRequest } from './auth/token-request'
import { discoveryRoutes } from './discovery-routes'
import { requestMetrics } from './edge-metrics'
import { healthRoutes, versionRoutes } from './edge-version'
import type { ApiServerOptions, PathHandler } from './hooks'
import { lateFlowControl, type FlowControl } from './late-flow-control'
import { openApi, protobuf } from './late-formats'
import type { OpenApiOptions } from './openapi'
import { presentations } from './table'

export interface EdgeOptions extends OpenApiOptions {
  /** What `/api` says of where the server is reached. */
  readonly serverAddress?: string
}

/** What of an API server's options makes it the one of a kubeadm cluster: who may, what is admitted, and everything clients ask besides objects. */
export function kubeadmHooks({ serverAddress, ...documents }: EdgeOptions = {}) {
  let flows: FlowControl | undefined
  const flowControl = () => (lateFlowControl.arrived ? (flows ??= lateFlowControl.code()) : undefined)
  const metrics = requestMetrics(flowControl)
  const debugRoutes: PathHandler = (...asked) => flowControl()?.debugRoutes(...asked)
  return {
    authenticate,
    authorise,
    observe: metrics.observe,
    headersFor: (...asked) => flowControl()?.headersFor(...asked) ?? {},
    admission: admissionPlugins,
    subresourceHandlers: [tokenRequest],
    presentations,
    pathHandlers: [
      discoveryRoutes(serverAddress),
      versionRoutes,
      healthRoutes,
      metrics.metricsRoute,
      debugRoutes,
      openApiRoutes(documents),
    ],
    bodyReaders: [{ mediaType: 'application/vnd.kubernetes.protobuf', read: (body, as) => protobuf.code.read(body, as) }],
  } satisfies Partial<ApiServerOptions>
}

/** OpenAPI's routes, put together when they are first asked for. */
function openApiRoutes(options: OpenApiOptions): PathHandler {
  let routes: PathHandler | undefined
  return (request, attributes, server) =>
    attributes.path.startsWith('/openapi/') ? (routes ??= openApi.code(options))(request, attributes, server) : undefined
}
