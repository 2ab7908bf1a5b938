import { expect, test } from 'vitest'
import { createApi } from '../api'

const POD = { metadata: { name: 'web', labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'nginx' }] } }
const PODS = '/api/v1/namespaces/default/pods'
const BUDGETS = '/apis/policy/v1/namespaces/default/poddisruptionbudgets'
const asMergePatch = { 'content-type': 'application/merge-patch+json' }

function withRunningPod() {
  const api = createApi()
  api.ask('POST', PODS, POD)
  api.ask('POST', `${PODS}/web/binding`, { target: { kind: 'Node', name: 'node01' } })
  api.ask('PATCH', `${PODS}/web/status`, { status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] } }, asMergePatch)
  return api
}

const budget = { metadata: { name: 'budget' }, spec: { minAvailable: 1, selector: { matchLabels: { app: 'web' } } } }
const evict = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'web' } }

test('binding gives a Pod its node once', () => {
  const { ask } = createApi()
  ask('POST', PODS, POD)
  const target = { target: { kind: 'Node', name: 'node01' } }
  expect(ask('POST', `${PODS}/web/binding`, target)).toMatchObject({ status: 201, body: { status: 'Success' } })
  const { spec, status } = ask('GET', `${PODS}/web`).body
  expect(spec.nodeName).toBe('node01')
  expect(status.conditions).toMatchObject([{ type: 'PodScheduled', status: 'True' }])
  expect(ask('POST', `${PODS}/web/binding`, target).body).toMatchObject({
    code: 409,
    message: 'Operation cannot be fulfilled on pods/binding "web": pod web is already assigned to node "node01"',
  })
})

test('an eviction is refused when the budget has nothing left', () => {
  const { ask } = withRunningPod()
  ask('POST', BUDGETS, budget)
  const status = { observedGeneration: 1, disruptionsAllowed: 0, currentHealthy: 1, desiredHealthy: 1, expectedPods: 1 }
  ask('PATCH', `${BUDGETS}/budget/status`, { status }, asMergePatch)
  const answer = ask('POST', `${PODS}/web/eviction`, evict)
  expect(answer.status).toBe(429)
  expect(answer.body.message).toBe("Cannot evict pod as it would violate the pod's disruption budget.")
  expect(answer.body.details.causes).toEqual([
    { reason: 'DisruptionBudget', message: 'The disruption budget budget needs 1 healthy pods and has 1 currently' },
  ])
})

test('an eviction spends from the budget and deletes the Pod gracefully', () => {
  const { ask } = withRunningPod()
  ask('POST', BUDGETS, budget)
  const status = { observedGeneration: 1, disruptionsAllowed: 1, currentHealthy: 2, desiredHealthy: 1, expectedPods: 2 }
  ask('PATCH', `${BUDGETS}/budget/status`, { status }, asMergePatch)
  expect(ask('POST', `${PODS}/web/eviction`, evict)).toMatchObject({ status: 201, body: { status: 'Success' } })
  expect(ask('GET', `${BUDGETS}/budget`).body.status).toMatchObject({ disruptionsAllowed: 0, disruptedPods: { web: expect.any(String) } })
  const pod = ask('GET', `${PODS}/web`).body
  expect(pod.metadata.deletionGracePeriodSeconds).toBe(30)
  expect(pod.status.conditions).toContainEqual(expect.objectContaining({ type: 'DisruptionTarget', reason: 'EvictionByEvictionAPI' }))
})

test('a Pod that has not been scheduled goes at once', () => {
  const { ask } = createApi()
  ask('POST', PODS, POD)
  ask('DELETE', `${PODS}/web`)
  expect(ask('GET', `${PODS}/web`).status).toBe(404)
})

test('ephemeral containers are added through a part of their own, and stay', () => {
  const { ask } = withRunningPod()
  const debug = { spec: { ephemeralContainers: [{ name: 'debugger', image: 'busybox', stdin: true }] } }
  const answer = ask('PATCH', `${PODS}/web/ephemeralcontainers`, debug, { 'content-type': 'application/strategic-merge-patch+json' })
  expect(answer.body.spec.ephemeralContainers).toMatchObject([{ name: 'debugger', imagePullPolicy: 'Always' }])
  const gone = ask('PATCH', `${PODS}/web/ephemeralcontainers`, { spec: { ephemeralContainers: [] } }, asMergePatch)
  expect(gone.body.message).toContain('existing ephemeral containers "debugger" may not be removed')
})

test.each([
  ['ports', { ports: [{ containerPort: 80 }] }, 'ports: Forbidden: cannot be set for an Ephemeral Container'],
  ['a probe', { readinessProbe: { exec: { command: ['true'] } } }, 'readinessProbe: Forbidden: cannot be set for an Ephemeral Container'],
  ['part of a volume', { volumeMounts: [{ name: 'v', mountPath: '/v', subPath: 'a' }] }, 'volumeMounts[0].subPath: Forbidden: cannot be set for an Ephemeral Container'],
  ['no image', { image: undefined }, 'image: Required value'],
])('an ephemeral container with %s is refused', (_, more, text) => {
  const { ask } = withRunningPod()
  const debug = { spec: { ephemeralContainers: [{ name: 'debugger', image: 'busybox', ...more }] } }
  const answer = ask('PATCH', `${PODS}/web/ephemeralcontainers`, debug, { 'content-type': 'application/strategic-merge-patch+json' })
  expect(answer.body.message).toBe(`Pod "web" is invalid: spec.ephemeralContainers[0].${text}`)
}) // prettier-ignore

test('a resize changes cpu and memory but not the quality of service', () => {
  const { ask } = withRunningPod()
  const resize = { spec: { containers: [{ name: 'c', resources: { requests: { cpu: '1' } } }] } }
  const answer = ask('PATCH', `${PODS}/web/resize`, resize, { 'content-type': 'application/strategic-merge-patch+json' })
  expect(answer.body.message).toContain('Pod QOS Class may not change as a result of resizing')
})

test('logs of a Pod with several containers need to know which', () => {
  const { ask } = createApi()
  ask('POST', PODS, {
    metadata: { name: 'two' },
    spec: {
      containers: [
        { name: 'a', image: 'x' },
        { name: 'b', image: 'x' },
      ],
    },
  })
  expect(ask('GET', `${PODS}/two/log`).body.message).toBe('a container name must be specified for pod two, choose one of: [a b]')
  expect(ask('GET', `${PODS}/two/log?container=z`).body.message).toBe('container z is not valid for pod two')
})
