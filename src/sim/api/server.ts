import { nextAuditId } from './audit-id'
import { pluginsAbout, type Core } from './call'
import { plainText } from './edge-answer'
import type { ApiServer, ApiServerOptions } from './hooks'
import type { ApiRequest, ApiResponse } from './http'
import { createClient } from './in-process-client'
import type { KindContext, KindDefinition } from './kind'
import { lateHttp } from './late-http'
import type { KubeObject } from './object'
import { createRegistry } from './registry'
import { isServed, parseRelease } from './schema/schema'
import { createStorage } from './storage'
import { createQuestions } from './waiting'

/** The API server of a cluster: its synchronous core, which every transport and every in-process client goes through. */
export function createApiServer(options: ApiServerOptions): ApiServer {
  const { engine, kinds, subresourceHandlers = [], admission = [] } = options
  const release = parseRelease(options.release ?? '1.36')
  const storage = createStorage(engine)
  const registry = createRegistry(kinds, (group, version, kind) => isServed(release, group, version, kind))
  const handlers = new Map(
    subresourceHandlers.map((handler) => [`${handler.of.group}/${handler.of.plural}/${handler.subresource}`, handler]),
  )
  const context: KindContext = {
    get nowMs() {
      return engine.nowMs
    },
    release,
    random: engine.random,
    read: {
      get: <O extends KubeObject>(kind: KindDefinition<O>, namespace: string | undefined, name: string) =>
        storage.get(kind, namespace, name)?.object as O | undefined, // stored under this kind
      list: <O extends KubeObject>(kind: KindDefinition<O>, namespace?: string) =>
        [...storage.list(kind, namespace)].map(({ object }) => object as unknown as O),
    },
  }
  const core: Core = {
    engine,
    release,
    registry,
    storage,
    options,
    context,
    serve: (request, answered) => (isEarlyProbe(request) ? answered(alive(core)) : lateHttp.code.serve(core, request, answered)),
    request: (request) => lateHttp.code.serveNow(core, request),
    client: (identity) => createClient(core, identity),
    may: (user, attributes) => options.authorise?.(user, attributes, core) ?? { allowed: true },
    kubelet: (nodeName) => options.kubelets?.(nodeName),
    questions: createQuestions(),
    missing: () => options.atRest?.()?.plugins ?? [],
    dial: options.dial,
    pluginsFor: pluginsAbout(admission),
    handlerOf: (kind, subresource) => handlers.get(`${kind.group}/${kind.plural}/${subresource}`),
  }
  expireOldObjects(core, kinds)
  return core
}

/** Before requests over HTTP can be answered only a kubelet makes some: it asks whether the server is alive. */
const isEarlyProbe = ({ url }: ApiRequest) => !lateHttp.arrived && /^\/(livez|readyz)$/.test(url)

function alive(core: Core): ApiResponse {
  nextAuditId(core) // the answer counts as every other
  return plainText('ok')
}

const SWEEP_EVERY_MS = 60_000
const EXPIRY = { user: 'system:apiserver', manager: 'kube-apiserver', because: 'it was not written for as long as its kind allows' }

/** Objects of kinds with a time to live go when it is over, as etcd's leases do it: without admission or finalizers. */
function expireOldObjects({ engine, storage }: Core, kinds: readonly KindDefinition<never>[]) {
  const mortal = kinds.filter(({ ttlSeconds }) => ttlSeconds !== undefined)
  if (mortal.length === 0) return
  const sweep = () => {
    for (const kind of mortal) {
      const oldest = engine.nowMs - kind.ttlSeconds! * 1000
      for (const stored of [...storage.list(kind)]) if (stored.timeMs <= oldest) storage.remove(kind, stored, EXPIRY)
    }
    engine.after(SWEEP_EVERY_MS, sweep, { background: true })
  }
  engine.after(SWEEP_EVERY_MS, sweep, { background: true })
}
