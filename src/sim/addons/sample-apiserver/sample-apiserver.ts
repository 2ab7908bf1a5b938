import { discoveryRoutes } from '../../api/discovery-routes'
import { plainText } from '../../api/edge-answer'
import { versionRoutes } from '../../api/edge-version'
import type { AdmissionPlugin, ApiServer, Authorise, PathHandler } from '../../api/hooks'
import { isStreamed, isUpgraded, type ApiResponse, type StreamedResponse } from '../../api/http'
import type { KindDefinition } from '../../api/kind'
import { openApiRoutes } from '../../api/openapi'
import { createApiServer } from '../../api/server'
import { forbidden, notFound } from '../../api/status'
import { namespace as namespaceKind } from '../../kinds/core/namespace'
import { sleep, nowMs, poll, write } from '../../node/os/calls'
import { SyscallError, type Proc } from '../../node/os/syscalls'
import { textFromBytes } from '../../node/os/text'
import { klogHead } from '../../node/programs/dates'
import { serveHttp, type HttpRequest, type HttpResponse } from '../../node/programs/http-server'
import type { Addon, AddonEnvironment } from '../addon'
import { fischer, flunder, type Fischer } from './wardle-kinds'

/** How often a request by hand looks whether its answer is there, and a watch whether there is something to send. */
const POLL_MS = 10
const WATCH_POLL_MS = 200

/**
 * k8s.io/sample-apiserver: an API server of its own for flunders and fischers, which kube-apiserver's aggregation layer leads to. It keeps its
 * objects for as long as its process lives.
 */
export const sampleApiServer: Addon = {
  program: 'sample-apiserver',
  *serve(environment, self) {
    const flag = (name: string) => self.argv.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3)
    if (!flag('etcd-servers')) {
      yield* write(2, 'Error: --etcd-servers must be specified\n')
      return 1
    }
    const port = Number(flag('secure-port') ?? 443)
    const server = wardleServer(environment)
    const line = function* (text: string): Proc {
      yield* write(2, `${klogHead(yield* nowMs(), 'I', self.pid)}${text}\n`)
    }
    if (!flag('tls-cert-file'))
      yield* line('serving.go:374] Generated self-signed cert (apiserver.local.config/certificates/apiserver.crt, apiserver.local.config/certificates/apiserver.key)') // prettier-ignore
    yield* line(`secure_serving.go:213] Serving securely on [::]:${port}`)
    const forget = forgetWithNamespaces(environment, server)
    try {
      return yield* serveHttp({ self, ports: [port], handle: (request) => answer(server, request), slow: isWatch })
    } finally {
      forget()
    }
  },
}

const isWatch = ({ query }: HttpRequest) => query.has('watch')

/** The server itself: everything that any API server does, for its own two kinds. */
function wardleServer({ engine, client }: AddonEnvironment): ApiServer {
  const kinds = [flunder, fischer] as unknown as readonly KindDefinition<never>[] // the list forgets which kind each is for
  const healthy: PathHandler = (_request, { path }) => (/^\/(healthz|livez|readyz)(\/|$)/.test(path) ? plainText('ok') : undefined)
  const hasNamespace: AdmissionPlugin = {
    name: 'NamespaceLifecycle',
    mutate({ namespace, object, kind }) {
      if (kind.namespaced && namespace !== undefined && !client.get(namespaceKind, undefined, namespace))
        throw notFound({ group: '', plural: 'namespaces' }, namespace)
      return object!
    },
  }
  return createApiServer({
    engine,
    kinds,
    authenticate: ({ headers }) => ({
      name: headers['x-remote-user'] ?? 'system:anonymous',
      groups: headers['x-remote-group']?.split(', ') ?? ['system:unauthenticated'],
    }),
    authorise: delegated,
    admission: [hasNamespace, banFlunder],
    pathHandlers: [healthy, discoveryRoutes(), versionRoutes, openApiRoutes()],
  })
}

/** Whoever comes through kube-apiserver has been judged there, by the same rules; nobody else may do more than look whether the server is well. */
const delegated: Authorise = ({ groups }, { path }) => ({
  allowed: groups.includes('system:authenticated') || groups.includes('system:masters') || /^\/(healthz|livez|readyz)(\/|$)/.test(path),
})

/** Refuses Flunders that a Fischer does not allow. */
const banFlunder: AdmissionPlugin = {
  name: 'BanFlunder',
  mutate({ operation, kind, object, server }) {
    const name = object?.metadata.name ?? ''
    const isBanned = [...server.storage.list(fischer as unknown as KindDefinition)].some(
      ({ object: found }) => (found as unknown as Fischer).disallowedFlunders?.includes(name), // stored under this kind
    )
    if (operation === 'CREATE' && kind.plural === 'flunders' && isBanned)
      throw forbidden(kind, name, 'this name may not be used, please change the resource name')
    return object!
  },
}

/** What is in a namespace goes with it. */
function forgetWithNamespaces({ client }: AddonEnvironment, server: ApiServer): () => void {
  const own = server.client({ user: 'system:apiserver', groups: ['system:masters'], manager: 'sample-apiserver' })
  return client.watch(namespaceKind, (events) => {
    for (const { object } of events) {
      if (!object.metadata.deletionTimestamp) continue
      for (const { metadata } of own.list(flunder, { namespace: object.metadata.name }))
        own.delete(flunder, metadata.namespace, metadata.name)
    }
  })
}

function* answer(server: ApiServer, { method, target, headers, body, peer }: HttpRequest): Proc<HttpResponse> {
  let response: ApiResponse | undefined
  server.serve({ method, url: target, headers, ...(body !== '' && { body }), from: peer }, (answered) => void (response = answered))
  while (!response) yield* sleep(POLL_MS)
  if (isUpgraded(response)) return { status: 400, body: 'this connection cannot be upgraded\n' }
  if (isStreamed(response)) return { status: response.status, headers: response.headers, body: '', more: sent(response) }
  return {
    status: response.status,
    headers: response.headers,
    body: typeof response.body === 'string' ? response.body : textFromBytes(response.body),
  }
}

/** Writes a stream to a connection until either side ends it. */
const sent = (response: StreamedResponse) =>
  function* (fd: number): Proc {
    const chunks: string[] = []
    let isOver = false
    const stop = response.stream({ data: (chunk) => void chunks.push(chunk), end: () => void (isOver = true) })
    try {
      for (;;) {
        if (chunks.length > 0) yield* write(fd, chunks.splice(0).join(''))
        if (isOver) return
        if ((yield* poll([fd], WATCH_POLL_MS)) >= 0) return // the client says nothing any more: it has gone
      }
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error
    } finally {
      stop()
    }
  }
