import { admissionPluginsWith } from './admission/plugins'
import { authenticate } from './auth/authenticate'
import { authorise } from './auth/authorise'
import { tokenRequest } from './auth/token-request'
import type { CallWebhook } from './admission/webhooks'
import { discoveryRoutes } from './discovery-routes'
import { requestMetrics } from './edge-metrics'
import { healthRoutes, versionRoutes } from './edge-version'
import type { ApiServerOptions } from './hooks'
import { openApiRoutes, type OpenApiOptions } from './openapi'
import { protobufReader } from './protobuf'
import { presentations } from './table'

export interface EdgeOptions extends OpenApiOptions {
  /** What `/api` says of where the server is reached. */
  readonly serverAddress?: string
  /** Reaches admission webhooks over the cluster's network. */
  readonly callWebhook?: CallWebhook
}

/** What of an API server's options makes it the one of a kubeadm cluster: who may, what is admitted, and everything clients ask besides objects. */
export function kubeadmHooks({ serverAddress, callWebhook, ...openApi }: EdgeOptions = {}) {
  const metrics = requestMetrics(authorise)
  return {
    authenticate,
    authorise: metrics.authorise,
    admission: admissionPluginsWith(callWebhook),
    subresourceHandlers: [tokenRequest],
    presentations,
    pathHandlers: [discoveryRoutes(serverAddress), versionRoutes, healthRoutes, metrics.metricsRoute, openApiRoutes(openApi)],
    bodyReaders: [protobufReader],
  } satisfies Partial<ApiServerOptions>
}
