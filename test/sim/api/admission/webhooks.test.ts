import { expect, test } from 'vitest'
import type { Dial } from '../../../../src/sim/api/waiting'
import { testServer } from '../test-server'

const POD = { metadata: { name: 'x', labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'nginx' }] } }
const SERVICE = { metadata: { name: 'w' }, spec: { ports: [{ port: 443 }], clusterIP: '10.96.7.7' } }

interface Asked {
  readonly address: string
  readonly target: string
  readonly review: {
    readonly request: {
      readonly uid: string
      readonly operation: string
      readonly object: { readonly spec: { readonly containers: readonly { name: string }[] } }
    }
  }
}

/** A webhook behind Service `w`: what it answers, in the order asked; what it was asked is kept. */
function network(answers: readonly (object | string)[]) {
  const asked: Asked[] = []
  const dial: Dial = ({ host, port, target, body }, listener) => {
    const review = JSON.parse(body) as Asked['review']
    const answer = answers[Math.min(asked.length, answers.length - 1)]
    asked.push({ address: `${host}:${port}`, target, review })
    if (typeof answer === 'string') listener.error(answer)
    else {
      const { http = 200, ...response } = answer as { http?: number }
      listener.head(http, {})
      listener.data(
        JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response: { uid: review.request.uid, ...response } }),
      )
      listener.end()
    }
    return () => undefined
  }
  return { asked, dial }
}

function start(
  kind: 'mutating' | 'validating',
  { answers = [{ allowed: true }] as readonly (object | string)[], more = {}, service = true } = {},
) {
  const { asked, dial } = network(answers)
  const cluster = testServer({}, { dial })
  if (service) cluster.send('POST', '/api/v1/namespaces/default/services', SERVICE)
  const webhook = (name: string, extra: object) => ({
    name,
    admissionReviewVersions: ['v1'],
    sideEffects: 'None',
    clientConfig: { service: { namespace: 'default', name: 'w', path: '/check' } },
    rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
    ...extra,
  })
  const configure = (name: string, ...extras: readonly object[]) =>
    cluster.send('POST', `/apis/admissionregistration.k8s.io/v1/${kind}webhookconfigurations`, {
      metadata: { name },
      webhooks: extras.map((extra, index) => webhook(index === 0 ? `${name}.example.com` : `${name}${index}.example.com`, extra)),
    })
  configure('w', more)
  return { ...cluster, asked, configure, create: (query = '') => cluster.send('POST', `/api/v1/namespaces/default/pods${query}`, POD) }
}

const addSide = (name: string) => ({
  allowed: true,
  patchType: 'JSONPatch',
  patch: btoa(JSON.stringify([{ op: 'add', path: '/spec/containers/-', value: { name, image: 'busybox' } }])),
})

test('a mutating webhook changes the object, and defaults are filled in again', () => {
  const { create, asked } = start('mutating', { answers: [addSide('side')] })
  expect(create().spec.containers[1]).toMatchObject({ name: 'side', imagePullPolicy: 'Always' })
  expect(asked.map(({ address, target, review }) => [address, target, review.request.operation])).toEqual([
    ['10.96.7.7:443', '/check?timeout=10s', 'CREATE'],
  ])
})

test('each mutating webhook sees what the one before it made; one that asks to is called once more after later changes', () => {
  const { create, asked, configure } = start('mutating', {
    answers: [addSide('one'), addSide('two'), { allowed: true }],
    more: { reinvocationPolicy: 'IfNeeded' },
  })
  configure('z', {})
  expect(create().spec.containers.map(({ name }: { name: string }) => name)).toEqual(['c', 'one', 'two'])
  expect(asked.map(({ review }) => review.request.object.spec.containers.map(({ name }) => name).join())).toEqual([
    'c',
    'c,one',
    'c,one,two',
  ])
})

const denied = 'admission webhook "w.example.com" denied the request'
const failed =
  'Internal error occurred: failed calling webhook "w.example.com": failed to call webhook: Post "https://w.default.svc:443/check?timeout=10s"'
const invalid = 'Internal error occurred: failed calling webhook "w.example.com": received invalid webhook response'

test.each([
  [{ allowed: false, status: { message: 'no nginx here', code: 403 } }, 403, `${denied}: no nginx here`],
  [{ allowed: false, status: { reason: 'NotToday' } }, 400, `${denied}: NotToday`],
  [{ allowed: false }, 400, `${denied} without explanation`],
  ['ECONNREFUSED', 500, `${failed}: dial tcp 10.96.7.7:443: connect: connection refused`],
  ['timeout', 500, `${failed}: context deadline exceeded`],
  ['end', 500, `${failed}: EOF`],
  [{ uid: 'other', allowed: true }, 500, /received invalid webhook response: expected response.uid="[-0-9a-f]{36}", got "other"$/],
  [{ allowed: true, patch: 'W10=' }, 500, `${invalid}: webhook returned response.patch but not response.patchType`],
  [
    { http: 404 },
    500,
    'Internal error occurred: failed calling webhook "w.example.com": failed to call webhook: the server could not find the requested resource',
  ],
])('a webhook that answers %j fails the request', (answer, code, message) => {
  expect(start('validating', { answers: [answer] }).create()).toMatchObject({
    code,
    message: typeof message === 'string' ? message : expect.stringMatching(message),
  })
})

test.each([
  ['there is no such Service', {}, false, `${failed}: service "w" not found`],
  [
    'the Service has no such port',
    { clientConfig: { service: { namespace: 'default', name: 'w', port: 8443 } } },
    true,
    'Internal error occurred: failed calling webhook "w.example.com": failed to call webhook: Post "https://w.default.svc:8443?timeout=10s": no service port 8443 found for service "w"',
  ],
])('a webhook cannot be asked when %s, unless that is to be ignored', (_why, more, service, message) => {
  expect(start('validating', { more, service }).create()).toMatchObject({ code: 500, message })
  expect(start('validating', { more: { ...more, failurePolicy: 'Ignore' }, service }).create()).toMatchObject({ kind: 'Pod' })
})

test('selectors and conditions leave requests out', () => {
  const answers = [{ allowed: false }]
  expect(start('validating', { answers, more: { objectSelector: { matchLabels: { app: 'other' } } } }).create()).toMatchObject({
    kind: 'Pod',
  })
  expect(start('validating', { answers, more: { namespaceSelector: { matchLabels: { team: 'a' } } } }).create()).toMatchObject({
    kind: 'Pod',
  })
  const matchConditions = [{ name: 'others', expression: 'object.metadata.name != "x"' }]
  expect(start('validating', { answers, more: { matchConditions } }).create()).toMatchObject({ kind: 'Pod' })
})

test('a dry run is told to the webhook', () => {
  const { create, asked } = start('validating', { more: { sideEffects: 'NoneOnDryRun' } })
  expect(create('?dryRun=All')).toMatchObject({ kind: 'Pod' })
  expect(asked[0]!.review.request).toMatchObject({ dryRun: true })
})

test("a webhook's warnings reach the client", () => {
  const { create, warnings } = start('validating', { answers: [{ allowed: true, warnings: ['think twice'] }] })
  create()
  expect(warnings()).toBe('299 - "think twice"')
})

test('the audit log hears which webhooks changed something, how, what they noted, and which could not be asked', () => {
  const { dial } = network([{ ...addSide('side'), auditAnnotations: { checked: 'yes' } }, 'ECONNREFUSED'])
  const noted: Record<string, string>[] = []
  const cluster = testServer({}, { dial, audited: ({ annotations, response }) => (noted.push({ ...annotations }), response) })
  cluster.send('POST', '/api/v1/namespaces/default/services', SERVICE)
  const webhook = (name: string) => ({ name, admissionReviewVersions: ['v1'], sideEffects: 'None', failurePolicy: 'Ignore', clientConfig: { service: { namespace: 'default', name: 'w' } }, rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }] }) // prettier-ignore
  cluster.send('POST', '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations', {
    metadata: { name: 'w' },
    webhooks: [webhook('a.example.com'), webhook('b.example.com')],
  })
  cluster.send('POST', '/api/v1/namespaces/default/pods', POD)
  const annotations = noted.at(-1)!
  expect(JSON.parse(annotations['mutation.webhook.admission.k8s.io/round_0_index_0']!)).toEqual({ configuration: 'w', webhook: 'a.example.com', mutated: true }) // prettier-ignore
  expect(JSON.parse(annotations['patch.webhook.admission.k8s.io/round_0_index_0']!)).toEqual({
    configuration: 'w',
    webhook: 'a.example.com',
    patch: [{ op: 'add', path: '/spec/containers/-', value: { name: 'side', image: 'busybox' } }],
    patchType: 'JSONPatch',
  })
  expect(annotations).toMatchObject({ 'a.example.com/checked': 'yes', 'failed-open.mutation.webhook.admission.k8s.io/round_0_index_1': 'b.example.com' }) // prettier-ignore
})
