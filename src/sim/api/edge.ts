import { authenticate } from './auth/authenticate'
import { discoveryRoutes } from './discovery-routes'
import { requestMetrics } from './edge-metrics'
import { healthRoutes, versionRoutes } from './edge-version'
import type { PathHandler } from './hooks'
import { lateFlowControl, type FlowControl } from './late-flow-control'
import { openApi } from './late-formats'
import type { OpenApiOptions } from './openapi'

export interface EdgeOptions extends OpenApiOptions {
  /** What `/api` says of where the server is reached. */
  readonly serverAddress?: string
}

/** What of the API server of a kubeadm cluster only requests over HTTP meet: who asks, and everything that clients ask besides objects. */
export function httpHooks({ serverAddress, ...documents }: EdgeOptions) {
  let flows: FlowControl | undefined
  const flowControl = () => (flows ??= lateFlowControl.code())
  const metrics = requestMetrics(flowControl)
  const pathHandlers: readonly PathHandler[] = [
    discoveryRoutes(serverAddress),
    versionRoutes,
    healthRoutes,
    metrics.metricsRoute,
    (...asked) => flowControl().debugRoutes(...asked),
    openApiRoutes(documents),
  ]
  const answerPath: PathHandler = (...asked) => {
    for (const handler of pathHandlers) {
      const response = handler(...asked)
      if (response) return response
    }
    return undefined
  }
  return {
    authenticate,
    observe: metrics.observe,
    headersFor: (...asked: Parameters<FlowControl['headersFor']>) => flowControl().headersFor(...asked),
    answerPath,
  }
}

/** OpenAPI's routes, put together when they are first asked for. */
function openApiRoutes(options: OpenApiOptions): PathHandler {
  let routes: PathHandler | undefined
  return (request, attributes, server) =>
    attributes.path.startsWith('/openapi/') ? (routes ??= openApi.code(options))(request, attributes, server) : undefined
}
