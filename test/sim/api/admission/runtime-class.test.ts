import { beforeEach, expect, test } from 'vitest'
import { runtimeClass } from '../../../../src/sim/api/admission/runtime-class'
import type { ApiServer } from '../../../../src/sim/api/hooks'
import type { BufferedResponse } from '../../../../src/sim/api/http'
import { createApiServer } from '../../../../src/sim/api/server'
import { createEngine } from '../../../../src/sim/engine/engine'
import { allKinds } from '../../../../src/sim/kinds/all'

let server: ApiServer
const send = (url: string, body: object) => {
  const headers = { 'content-type': 'application/json' }
  return JSON.parse((server.request({ method: 'POST', url, headers, body: JSON.stringify(body) }) as BufferedResponse).body as string)
}
const createPod = (spec: object) =>
  send('/api/v1/namespaces/default/pods', { metadata: { name: 'x' }, spec: { containers: [{ name: 'c', image: 'nginx' }], ...spec } })

beforeEach(() => {
  const engine = createEngine({ seed: 1, startMs: Date.UTC(2026, 0, 1) })
  server = createApiServer({ engine, kinds: allKinds as never, admission: [runtimeClass] })
  send('/api/v1/namespaces', { metadata: { name: 'default' } })
  send('/apis/node.k8s.io/v1/runtimeclasses', {
    metadata: { name: 'sandboxed' },
    handler: 'kata',
    overhead: { podFixed: { cpu: '250m', memory: '120Mi' } },
    scheduling: { nodeSelector: { runtime: 'kata' }, tolerations: [{ key: 'kata', operator: 'Exists' }] },
  })
})

test('a Pod takes overhead, node selector and tolerations from its RuntimeClass', () => {
  const { spec } = createPod({ runtimeClassName: 'sandboxed', nodeSelector: { disk: 'ssd' } })
  expect(spec).toMatchObject({ overhead: { cpu: '250m', memory: '120Mi' }, nodeSelector: { disk: 'ssd', runtime: 'kata' } })
  expect(spec.tolerations).toContainEqual({ key: 'kata', operator: 'Exists' })
})

test.each([
  ['a class that is not there', { runtimeClassName: 'none' }, 'pod rejected: RuntimeClass "none" not found'],
  ['an overhead of its own', { runtimeClassName: 'sandboxed', overhead: { cpu: '1' } }, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead"],
  ['an overhead without a class', { overhead: { cpu: '1' } }, 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead'],
  ['another node', { runtimeClassName: 'sandboxed', nodeSelector: { runtime: 'runc' } }, 'conflict: runtimeClass.scheduling.nodeSelector[runtime] = kata; pod.spec.nodeSelector[runtime] = runc'],
])('a Pod that asks for %s is refused', (_, spec, why) => {
  expect(createPod(spec)).toMatchObject({ reason: 'Forbidden', message: `pods "x" is forbidden: ${why}` })
}) // prettier-ignore
