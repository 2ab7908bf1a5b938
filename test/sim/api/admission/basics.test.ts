import { beforeEach, expect, test } from 'vitest'
import { admissionPlugins } from '../../../../src/sim/api/admission/plugins'
import type { ApiServer } from '../../../../src/sim/api/hooks'
import type { BufferedResponse } from '../../../../src/sim/api/http'
import { createApiServer } from '../../../../src/sim/api/server'
import { createEngine } from '../../../../src/sim/engine/engine'
import { allKinds } from '../../../../src/sim/kinds/all'

let server: ApiServer
const send = (method: string, url: string, body?: object) => {
  const answer = server.request({
    method,
    url,
    headers: { 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  }) as BufferedResponse
  return JSON.parse(answer.body as string)
}
const pod = (spec: object = {}) => ({ metadata: { name: 'x' }, spec: { containers: [{ name: 'c', image: 'nginx' }], ...spec } })
const createPod = (spec?: object, namespace = 'default') => send('POST', `/api/v1/namespaces/${namespace}/pods`, pod(spec))

beforeEach(() => {
  const engine = createEngine({ seed: 1, startMs: Date.UTC(2026, 0, 1) })
  server = createApiServer({ engine, kinds: allKinds as never, admission: admissionPlugins })
  send('POST', '/api/v1/namespaces', { metadata: { name: 'default' } })
  send('POST', '/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } })
})

test('a Pod gets its service account, a token volume, priority and tolerations', () => {
  const { spec } = createPod()
  expect(spec).toMatchObject({
    serviceAccountName: 'default',
    serviceAccount: 'default',
    priority: 0,
    preemptionPolicy: 'PreemptLowerPriority',
  })
  const [volume] = spec.volumes
  expect(volume.name).toMatch(/^kube-api-access-[a-z0-9]{5}$/)
  expect(volume.projected.defaultMode).toBe(420)
  expect(spec.containers[0].volumeMounts).toEqual([
    { name: volume.name, readOnly: true, mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' },
  ])
  expect(spec.tolerations).toEqual([
    { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
    { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
  ])
})

test('a Pod that mounts no token and tolerates everything is left alone', () => {
  const { spec } = createPod({ automountServiceAccountToken: false, tolerations: [{ operator: 'Exists' }] })
  expect([spec.volumes, spec.tolerations]).toEqual([undefined, [{ operator: 'Exists' }]])
})

test('a class decides the priority', () => {
  send('POST', '/apis/scheduling.k8s.io/v1/priorityclasses', { metadata: { name: 'high' }, value: 1000 })
  expect(createPod({ priorityClassName: 'high' }).spec).toMatchObject({ priority: 1000 })
})

test.each([
  [
    { serviceAccountName: 'robot' },
    'pods "x" is forbidden: error looking up service account default/robot: serviceaccount "robot" not found',
  ],
  [{ priorityClassName: 'high' }, 'pods "x" is forbidden: no PriorityClass with name high was found'],
  [
    { priority: 5 },
    'pods "x" is forbidden: the integer value of priority (5) must not be provided in pod spec; priority admission controller computed 0 from the given PriorityClass name',
  ],
])('a Pod with %j is refused', (spec, message) => {
  expect(createPod(spec)).toMatchObject({ kind: 'Status', code: 403, message })
})

test('nothing is created in a namespace that is not there', () => {
  expect(createPod({}, 'nowhere')).toMatchObject({ code: 404, message: 'namespaces "nowhere" not found' })
})

test('nothing new is created in a namespace on its way out', () => {
  send('POST', '/api/v1/namespaces', { metadata: { name: 'going' } })
  send('DELETE', '/api/v1/namespaces/going')
  expect(createPod({}, 'going')).toMatchObject({
    code: 403,
    message: 'pods "x" is forbidden: unable to create new content in namespace going because it is being terminated',
    details: { causes: [{ reason: 'NamespaceTerminating', message: 'namespace going is being terminated', field: 'metadata.namespace' }] },
  })
})

test('the default namespace may not be deleted', () => {
  expect(send('DELETE', '/api/v1/namespaces/default')).toMatchObject({
    code: 403,
    message: 'namespaces "default" is forbidden: this namespace may not be deleted',
  })
})

test('the system priority classes cannot be deleted', () => {
  const path = '/apis/scheduling.k8s.io/v1/priorityclasses'
  const post = (name: string, value: number) => send('POST', path, { metadata: { name }, value })
  post('system-node-critical', 2_000_001_000)
  post('mine', 5)
  expect(send('DELETE', `${path}/system-node-critical`).message).toBe(
    'priorityclasses.scheduling.k8s.io "system-node-critical" is forbidden: this is a system priority class and cannot be deleted',
  )
  expect(send('DELETE', `${path}/mine`).status).toBe('Success')
})
