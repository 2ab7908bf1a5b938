import { reviewKinds } from '../../../src/sim/api/auth/reviews'
import type { EdgeOptions } from '../../../src/sim/api/edge'
import { kubeadmHooks } from '../../../src/sim/api/kubeadm-hooks'
import type { ApiServer, ApiServerOptions } from '../../../src/sim/api/hooks'
import type { BufferedResponse } from '../../../src/sim/api/http'
import { defineKind, type KindDefinition } from '../../../src/sim/api/kind'
import { resourceRows, isServed } from '../../../src/sim/api/schema/schema'
import { createApiServer } from '../../../src/sim/api/server'
import { createEngine, type Engine } from '../../../src/sim/engine/engine'
import { allKinds } from '../../../src/sim/kinds/all'

/** Kinds of the schema that have no definition of their own yet, so that what is tested here does not wait for them. */
function standIns(): readonly KindDefinition[] {
  const known = new Set(allKinds.map(({ group, kind }) => `${group}/${kind}`))
  const plural = (kind: string) =>
    (/s$/.test(kind) ? `${kind}es` : /[^aeiou]y$/.test(kind) ? `${kind.slice(0, -1)}ies` : `${kind}s`).toLowerCase()
  return resourceRows
    .filter(({ group, version, kind }) => version === 'v1' && isServed([1, 36], group, version, kind) && !known.has(`${group}/${kind}`))
    .map(({ group, version, kind, namespaced, subresources = [] }) =>
      defineKind({ group, version, kind, plural: plural(kind), namespaced, subresources, nameRule: 'path-segment' }),
    ) as unknown as readonly KindDefinition[]
}

export interface TestServer {
  readonly server: ApiServer
  readonly engine: Engine
  /** Sends a request and reads the JSON it is answered with. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests look into answers of every shape
  send(method: string, url: string, body?: unknown, headers?: Readonly<Record<string, string>>): any
  /** The `Warning` header of the last answer. */
  warnings(): string
}

/** An API server with the hooks of a kubeadm cluster and an empty namespace `default`. */
export function testServer(options: EdgeOptions = {}, more: Partial<ApiServerOptions> = {}): TestServer {
  const engine = createEngine({ seed: 1, startMs: Date.UTC(2026, 0, 1) })
  const kinds = [...allKinds, ...standIns(), ...reviewKinds] as unknown as readonly KindDefinition<never>[]
  const server = createApiServer({ engine, kinds, ...kubeadmHooks(options), ...more })
  let last: BufferedResponse
  const send = (method: string, url: string, body?: unknown, headers = {}) => {
    const text = body === undefined ? {} : { body: JSON.stringify(body) }
    last = server.request({ method, url, headers: { 'content-type': 'application/json', ...headers }, ...text }) as BufferedResponse
    return JSON.parse(last.body as string)
  }
  send('POST', '/api/v1/namespaces', { metadata: { name: 'default' } })
  send('POST', '/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } })
  return { server, engine, send, warnings: () => last.headers.warning ?? '' }
}
