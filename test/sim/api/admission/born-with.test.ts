import { writeRequest } from '../../../../src/sim/formats/x509-writing'
import { beforeEach, expect, test } from 'vitest'
import { testServer, type TestServer } from '../test-server'

let send: TestServer['send']
beforeEach(() => {
  send = testServer().send
})

test('claims and volumes are born with the finalizer that keeps them while they are in use', () => {
  const claim = send('POST', '/api/v1/namespaces/default/persistentvolumeclaims', {
    metadata: { name: 'c' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  })
  expect(claim.metadata.finalizers).toEqual(['kubernetes.io/pvc-protection'])
  const volume = send('POST', '/api/v1/persistentvolumes', {
    metadata: { name: 'v', finalizers: ['example.com/mine'] },
    spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/x' } },
  })
  expect(volume.metadata.finalizers).toEqual(['example.com/mine', 'kubernetes.io/pv-protection'])
})

test('a signing request names who asked, whatever it says itself', () => {
  const request = btoa(writeRequest({ subject: [['CN', 'jane']], key: 'ab', alternativeNames: [] }))
  const { spec } = send('POST', '/apis/certificates.k8s.io/v1/certificatesigningrequests', {
    metadata: { name: 'r' },
    spec: { request, usages: ['client auth'], signerName: 'kubernetes.io/kube-apiserver-client', username: 'somebody-else' },
  })
  expect(spec).toMatchObject({ username: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] })
})

test.each([
  [
    { scopes: ['BestEffort', 'NotBestEffort'], hard: { pods: '1' } },
    'spec.scopes: Invalid value: ["BestEffort","NotBestEffort"]: conflicting scopes',
  ],
  [{ scopes: ['BestEffort'], hard: { cpu: '1' } }, 'spec.scopes: Invalid value: ["BestEffort"]: unsupported scope applied to resource'],
  [
    { scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In' }] }, hard: { pods: '1' } },
    "spec.scopeSelector.matchExpressions[0].values: Required value: must be at least one value when `operator` is 'In' or 'NotIn' for scope selector",
  ],
])('a quota whose scopes cannot be is refused: %j', (spec, why) => {
  expect(send('POST', '/api/v1/namespaces/default/resourcequotas', { metadata: { name: 'q' }, spec }).message).toBe(
    `ResourceQuota "q" is invalid: ${why}`,
  )
})

test('claims in a StatefulSet are whole objects: their apiVersion and kind are known fields', () => {
  const set = {
    metadata: { name: 's' },
    spec: {
      serviceName: 's',
      selector: { matchLabels: { a: 'b' } },
      template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'nginx' }] } },
      volumeClaimTemplates: [
        {
          apiVersion: 'v1',
          kind: 'PersistentVolumeClaim',
          metadata: { name: 'data' },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
        },
      ],
    },
  }
  const stored = send('POST', '/apis/apps/v1/namespaces/default/statefulsets?fieldValidation=Strict', set)
  expect(stored.spec.volumeClaimTemplates[0]).toMatchObject({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    status: { phase: 'Pending' },
  })
})

test('unknown field selectors are refused in the words of the kind', () => {
  const message = (plural: string) => send('GET', `/api/v1/namespaces/default/${plural}?fieldSelector=data.x%3D1`).message
  expect(message('configmaps')).toBe('"data.x" is not a known field selector: only "metadata.name", "metadata.namespace"')
  expect(message('pods')).toBe('field label not supported: data.x')
})

test('an Ingress without a class gets the newest default one, unless it has the old annotation', () => {
  const classNamed = (name: string) =>
    send('POST', '/apis/networking.k8s.io/v1/ingressclasses', {
      metadata: { name, annotations: { 'ingressclass.kubernetes.io/is-default-class': 'true' } },
      spec: { controller: 'example.com/ingress' },
    })
  const ingress = (name: string, spec: object = {}, annotations: object = {}) =>
    (
      send('POST', '/apis/networking.k8s.io/v1/namespaces/default/ingresses', {
        metadata: { name, annotations },
        spec: { defaultBackend: { service: { name: 'web', port: { number: 80 } } }, ...spec },
      }).spec as { ingressClassName?: string }
    ).ingressClassName
  expect(ingress('before')).toBeUndefined()
  classNamed('b')
  classNamed('a')
  expect(ingress('plain')).toBe('a')
  expect(ingress('named', { ingressClassName: 'mine' })).toBe('mine')
  expect(ingress('annotated', {}, { 'kubernetes.io/ingress.class': 'nginx' })).toBeUndefined()
})
