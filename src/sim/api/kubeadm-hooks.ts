import { admissionPlugins } from './admission/plugins'
import { authorise } from './auth/authorise'
import type { EdgeOptions } from './edge'
import type { ApiServerOptions, CallSubresource } from './hooks'
import { protobuf } from './late-formats'
import { lateHttp } from './late-http'

/** Stands for the handler of `auth/token-request.ts`: clients inside the process are given tokens without it. */
const tokenRequest: CallSubresource = {
  of: { group: '', plural: 'serviceaccounts' },
  subresource: 'token',
  verbs: ['create'],
  body: { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest' },
  handle: (request) => lateHttp.code.tokenRequest(request),
}

/** What of an API server's options makes it the one of a kubeadm cluster: who may, what is admitted, and everything clients ask besides objects. */
export function kubeadmHooks(options: EdgeOptions = {}) {
  let known: ReturnType<typeof lateHttp.code.httpHooks> | undefined
  const http = () => (known ??= lateHttp.code.httpHooks(options))
  return {
    authorise,
    admission: admissionPlugins,
    subresourceHandlers: [tokenRequest],
    authenticate: (...asked) => http().authenticate(...asked),
    observe: (...asked) => http().observe(...asked),
    headersFor: (...asked) => http().headersFor(...asked),
    pathHandlers: [(...asked) => http().answerPath(...asked)],
    bodyReaders: [{ mediaType: 'application/vnd.kubernetes.protobuf', read: (body, as) => protobuf.code.read(body, as) }],
  } satisfies Partial<ApiServerOptions>
}
