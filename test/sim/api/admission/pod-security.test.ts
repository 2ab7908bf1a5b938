import { beforeEach, expect, test } from 'vitest'
import { testServer, type TestServer } from '../test-server'

let cluster: TestServer
let send: TestServer['send']
beforeEach(() => {
  cluster = testServer()
  send = cluster.send
})

const label = (labels: object) =>
  send('PATCH', '/api/v1/namespaces/default', { metadata: { labels } }, { 'content-type': 'application/merge-patch+json' })
const pod = (name: string, container: object = {}, spec: object = {}) =>
  send('POST', '/api/v1/namespaces/default/pods', {
    metadata: { name },
    spec: { containers: [{ name: 'c', image: 'nginx', ...container }], ...spec },
  })

const RESTRICTED =
  'violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false (container "c" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container "c" must set securityContext.capabilities.drop=["ALL"]), runAsNonRoot != true (pod or container "c" must set securityContext.runAsNonRoot=true), seccompProfile (pod or container "c" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")'

test('restricted refuses an ordinary Pod and says everything that it must set', () => {
  label({ 'pod-security.kubernetes.io/enforce': 'restricted' })
  expect(pod('x')).toMatchObject({ code: 403, message: `pods "x" is forbidden: ${RESTRICTED}` })
  const securityContext = {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'] },
    runAsNonRoot: true,
    seccompProfile: { type: 'RuntimeDefault' },
  }
  expect(pod('x', { securityContext })).toMatchObject({ kind: 'Pod' })
})

test.each([
  [{ securityContext: { privileged: true } }, {}, 'privileged (container "c" must not set securityContext.privileged=true)'],
  [{ ports: [{ containerPort: 80, hostPort: 80 }] }, {}, 'hostPort (container "c" uses hostPort 80)'],
  [{}, { hostNetwork: true, hostPID: true }, 'host namespaces (hostNetwork=true, hostPID=true)'],
  [{}, { volumes: [{ name: 'v', hostPath: { path: '/' } }] }, 'hostPath volumes (volume "v")'],
  [
    { securityContext: { capabilities: { add: ['NET_ADMIN'] } } },
    {},
    'non-default capabilities (container "c" must not include "NET_ADMIN" in securityContext.capabilities.add)',
  ],
])('baseline refuses %j %j', (container, spec, why) => {
  label({ 'pod-security.kubernetes.io/enforce': 'baseline', 'pod-security.kubernetes.io/enforce-version': 'v1.30' })
  expect(pod('x', container, spec).message).toBe(`pods "x" is forbidden: violates PodSecurity "baseline:v1.30": ${why}`)
  expect(pod('y')).toMatchObject({ kind: 'Pod' })
})

test('warn lets a Pod through with a warning, and looks into templates', () => {
  label({ 'pod-security.kubernetes.io/warn': 'restricted' })
  expect(pod('x')).toMatchObject({ kind: 'Pod' })
  expect(cluster.warnings()).toContain('would violate PodSecurity \\"restricted:latest\\": allowPrivilegeEscalation != false')
  send('POST', '/apis/apps/v1/namespaces/default/deployments', {
    metadata: { name: 'web' },
    spec: {
      selector: { matchLabels: { a: 'b' } },
      template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'nginx' }] } },
    },
  })
  expect(cluster.warnings()).toContain('would violate PodSecurity')
})

test('raising the level of a namespace names the Pods that break it', () => {
  pod('one')
  pod('two')
  label({ 'pod-security.kubernetes.io/enforce': 'restricted' })
  expect(cluster.warnings()).toContain(
    'existing pods in namespace \\"default\\" violate the new PodSecurity enforce level \\"restricted:latest\\"',
  )
  expect(cluster.warnings()).toContain(
    'one (and 1 other pod): allowPrivilegeEscalation != false, unrestricted capabilities, runAsNonRoot != true, seccompProfile',
  )
})

test('restricted lists what the baseline refuses first, and each control once', () => {
  label({ 'pod-security.kubernetes.io/enforce': 'restricted' })
  const securityContext = { capabilities: { add: ['NET_ADMIN'] }, privileged: true, seccompProfile: { type: 'RuntimeDefault' } }
  const { message } = pod('x', { securityContext }, { hostNetwork: true, volumes: [{ name: 'v', hostPath: { path: '/' } }] })
  expect([...message.matchAll(/(?:": |\), )([\w !=]+) \(/g)].map(([, control]: string[]) => control)).toEqual([
    'host namespaces',
    'privileged',
    'allowPrivilegeEscalation != false',
    'unrestricted capabilities',
    'restricted volume types',
    'runAsNonRoot != true',
  ])
})

test('the baseline names who sets no seccomp profile on purpose', () => {
  label({ 'pod-security.kubernetes.io/enforce': 'baseline' })
  const unconfined = { seccompProfile: { type: 'Unconfined' } }
  const rest = 'must not set securityContext.seccompProfile.type to "Unconfined"'
  expect(pod('x', { securityContext: unconfined }).message).toContain(`seccompProfile (container "c" ${rest})`)
  expect(pod('x', {}, { securityContext: unconfined }).message).toContain(`seccompProfile (pod ${rest})`)
  expect(pod('x', { securityContext: unconfined }, { securityContext: unconfined }).message).toContain(
    `seccompProfile (pod and container "c" ${rest})`,
  )
})

test.each([
  ['enforce', 'strict', 'must be one of privileged, baseline, restricted'],
  ['warn-version', 'v9', 'must be "latest" or "v1.x"'],
])('a namespace with the label %s=%s is refused', (name, value, why) => {
  const key = `pod-security.kubernetes.io/${name}`
  expect(label({ [key]: value }).message).toBe(
    `Namespace "default" is invalid: metadata.labels[${key}]: Invalid value: ${JSON.stringify(value)}: ${why}`,
  )
})
