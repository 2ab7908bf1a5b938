import { expect, test } from 'vitest'
import type { CallWebhook } from '../../../../src/sim/api/admission/webhooks'
import { testServer } from '../test-server'

const POD = { metadata: { name: 'x', labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'nginx' }] } }

function start(kind: 'mutating' | 'validating', call?: CallWebhook, more: object = {}) {
  const cluster = testServer(call && { callWebhook: call })
  cluster.send('POST', `/apis/admissionregistration.k8s.io/v1/${kind}webhookconfigurations`, {
    metadata: { name: 'w' },
    webhooks: [
      {
        name: 'w.example.com',
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        clientConfig: { service: { namespace: 'default', name: 'w', path: '/check' } },
        rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
        ...more,
      },
    ],
  })
  return { ...cluster, create: () => cluster.send('POST', '/api/v1/namespaces/default/pods', POD) }
}

const answer = (response: object) => () => ({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response })

test('a mutating webhook changes the object, and defaults are filled in again', () => {
  const asked: unknown[] = []
  const patch = btoa(JSON.stringify([{ op: 'add', path: '/spec/containers/-', value: { name: 'side', image: 'busybox' } }]))
  const { create } = start('mutating', (url, review) => {
    asked.push([url, (review as { request: { operation: string } }).request.operation])
    return answer({ allowed: true, patchType: 'JSONPatch', patch })()
  })
  expect(create().spec.containers[1]).toMatchObject({ name: 'side', imagePullPolicy: 'Always' })
  expect(asked).toEqual([['https://w.default.svc:443/check?timeout=10s', 'CREATE']])
})

test.each([
  [
    { allowed: false, status: { message: 'no nginx here', code: 403 } },
    403,
    'admission webhook "w.example.com" denied the request: no nginx here',
  ],
  [{ allowed: false }, 400, 'admission webhook "w.example.com" denied the request without explanation'],
])('a validating webhook that answers %j denies', (response, code, message) => {
  expect(start('validating', answer(response)).create()).toMatchObject({ code, message })
})

test('a webhook that nobody serves fails requests, unless that is to be ignored', () => {
  expect(start('validating').create()).toMatchObject({
    code: 500,
    message:
      'Internal error occurred: failed calling webhook "w.example.com": failed to call webhook: Post "https://w.default.svc:443/check?timeout=10s": service "w" not found',
  })
  expect(start('validating', undefined, { failurePolicy: 'Ignore' }).create()).toMatchObject({ kind: 'Pod' })
})

test('selectors leave requests out', () => {
  expect(start('validating', undefined, { objectSelector: { matchLabels: { app: 'other' } } }).create()).toMatchObject({ kind: 'Pod' })
})

test('metrics count requests and objects', () => {
  const { server, create } = start('validating', answer({ allowed: true }))
  create()
  const { body } = server.request({ method: 'GET', url: '/metrics', headers: {} }) as { body: string }
  expect(body).toContain('apiserver_storage_objects{resource="pods"} 1\n')
  expect(body).toMatch(
    /apiserver_request_total\{code="200",component="apiserver",dry_run="",group="",resource="pods",scope="namespace",subresource="",verb="POST",version="v1"\} 1\n/,
  )
})
