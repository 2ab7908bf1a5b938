import { createApiServer } from '../../../src/sim/api/server'
import { defineKind } from '../../../src/sim/api/kind'
import type { BufferedResponse } from '../../../src/sim/api/http'
import type { ConfigMap } from '../../../src/sim/api/types/core-v1.gen'
import type { Deployment } from '../../../src/sim/api/types/apps-v1.gen'
import { createEngine } from '../../../src/sim/engine/engine'

export const configMap = defineKind<ConfigMap>({ group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true })
export const deployment = defineKind<Deployment>({
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
  plural: 'deployments',
  namespaced: true,
  subresources: ['status', 'scale'],
  scale: {
    specReplicas: 'spec.replicas',
    statusReplicas: 'status.replicas',
    selector: (d) =>
      Object.entries(d.spec.selector.matchLabels ?? {})
        .map(([k, v]) => `${k}=${v}`)
        .join(','),
  },
})

export function testServer() {
  const engine = createEngine({ seed: 1, startMs: Date.UTC(2026, 0, 1) })
  const server = createApiServer({ engine, kinds: [configMap, deployment] })
  const ask = (method: string, url: string, body?: unknown, headers: Record<string, string> = {}) => {
    const response = server.request({
      method,
      url,
      headers,
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    }) as BufferedResponse
    // oxlint-disable-next-line typescript/no-explicit-any -- JSON of any shape, looked into by expectations only
    return { status: response.status, body: JSON.parse(response.body as string) as Record<string, any> }
  }
  return { engine, server, ask, client: server.client({ user: 'tester', manager: 'test' }) }
}
