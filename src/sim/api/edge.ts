import { admissionPlugins } from './admission/plugins'
import { authenticate } from './auth/authenticate'
import { authorise } from './auth/authorise'
import { tokenRequest } from './auth/token-request'
import { discoveryRoutes } from './discovery-routes'
import { healthRoutes, versionRoutes } from './edge-version'
import type { ApiServerOptions } from './hooks'
import { openApiRoutes, type OpenApiOptions } from './openapi'
import { protobufReader } from './protobuf'
import { presentations } from './table'

/** What of an API server's options makes it the one of a kubeadm cluster: who may, what is admitted, and everything clients ask besides objects. */
export function kubeadmHooks(options: OpenApiOptions = {}) {
  return {
    authenticate,
    authorise,
    admission: admissionPlugins,
    subresourceHandlers: [tokenRequest],
    presentations,
    pathHandlers: [discoveryRoutes(), versionRoutes, healthRoutes, openApiRoutes(options)],
    bodyReaders: [protobufReader],
  } satisfies Partial<ApiServerOptions>
}
