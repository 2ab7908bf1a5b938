import { expect, test } from 'vitest'
import { miniCluster, podOf } from '../mini-cluster'

test('a liveness probe that fails often enough has the container restarted', () => {
  const cluster = miniCluster()
  cluster.apply(
    podOf(
      'live',
      'terminationGracePeriodSeconds: 2, containers: [{name: c, image: "registry.k8s.io/e2e-test-images/agnhost:2.40", args: [liveness], livenessProbe: {httpGet: {path: /healthz, port: 8080}, initialDelaySeconds: 3, periodSeconds: 3}}]',
    ),
  )
  cluster.advance('8s')
  expect(cluster.events('live').some((event) => event.startsWith('Unhealthy'))).toBe(false)
  cluster.advance('20s')
  expect(cluster.events('live')).toContain('Unhealthy Liveness probe failed: HTTP probe failed with statuscode: 500 (x3)')
  expect(cluster.events('live')).toContain('Killing Container c failed liveness probe, will be restarted')
  expect(cluster.container('live')?.restartCount).toBe(1)
})

test('readiness by exec decides about Ready without restarting anything', () => {
  const cluster = miniCluster()
  cluster.apply(
    podOf(
      'flip',
      'containers: [{name: c, image: nginx, readinessProbe: {exec: {command: [cat, /tmp/ready]}, periodSeconds: 2, failureThreshold: 1}}]',
    ),
  )
  cluster.advance('20s')
  expect(cluster.container('flip')).toMatchObject({ ready: false, started: true })
  expect(cluster.condition('flip', 'Ready')).toMatchObject({
    status: 'False',
    reason: 'ContainersNotReady',
    message: 'containers with unready status: [c]',
  })
  expect(cluster.events('flip').at(-1)).toMatch(/^Unhealthy Readiness probe failed: cat: .*No such file or directory/)
  cluster.exec('flip', ['sh', '-c', 'echo yes > /tmp/ready'])
  cluster.advance('4s')
  expect(cluster.condition('flip', 'Ready')?.status).toBe('True')
  expect(cluster.container('flip')).toMatchObject({ ready: true, restartCount: 0 })
})

test.each([
  [
    'a closed TCP port',
    'tcpSocket: {port: 9999}',
    /^Unhealthy Liveness probe failed: dial tcp 192\.168\.1\.2:9999: connect: connection refused/,
  ],
  [
    'a closed HTTP port',
    'httpGet: {port: 9999, path: /x}',
    /^Unhealthy Liveness probe failed: Get "http:\/\/192\.168\.1\.2:9999\/x": dial tcp 192\.168\.1\.2:9999: connect: connection refused/,
  ],
  ['a missing page', 'httpGet: {port: 80, path: /nothing}', /^Unhealthy Liveness probe failed: HTTP probe failed with statuscode: 404/],
  [
    'a server without gRPC health',
    'grpc: {port: 80}',
    /^Unhealthy Liveness probe failed: error: this server does not implement the grpc health protocol/,
  ],
])("a liveness probe of %s fails with a real kubelet's words", (_, probe, words) => {
  const cluster = miniCluster()
  cluster.apply(podOf('probed', `containers: [{name: c, image: nginx, livenessProbe: {${probe}, periodSeconds: 2}}]`))
  cluster.advance('12s')
  expect(cluster.events('probed').some((event) => words.test(event))).toBe(true)
})

test.each([
  ['TCP', 'nginx', 'tcpSocket: {port: 80}'],
  ['HTTP by the name of a port', 'nginx', 'httpGet: {port: web, path: /}'],
  ['gRPC', 'registry.k8s.io/etcd:3.5.1-0', 'grpc: {port: 2379}'],
])('a readiness probe over %s passes', (_, image, probe) => {
  const cluster = miniCluster()
  cluster.apply(
    podOf('probed', `containers: [{name: c, image: "${image}", ports: [{name: web, containerPort: 80}], readinessProbe: {${probe}}}]`),
  )
  cluster.advance('15s')
  expect(cluster.condition('probed', 'Ready')?.status).toBe('True')
})

test('a startup probe keeps the liveness probe waiting until the container has started', () => {
  const cluster = miniCluster()
  cluster.apply(
    podOf(
      'slow',
      'containers: [{name: c, image: nginx, startupProbe: {exec: {command: [cat, /tmp/up]}, periodSeconds: 2, failureThreshold: 30}, livenessProbe: {exec: {command: [cat, /tmp/up]}, periodSeconds: 1, failureThreshold: 1}}]',
    ),
  )
  cluster.advance('15s')
  expect(cluster.container('slow')).toMatchObject({ started: false, ready: false, restartCount: 0 })
  cluster.exec('slow', ['sh', '-c', 'echo > /tmp/up'])
  cluster.advance('10s')
  expect(cluster.container('slow')).toMatchObject({ started: true, ready: true, restartCount: 0 })
})

test('an exec probe that takes too long has failed', () => {
  const cluster = miniCluster()
  cluster.apply(
    podOf(
      'hang',
      'containers: [{name: c, image: nginx, readinessProbe: {exec: {command: [sh, -c, "read x < /dev/tty; while true; do :; done"]}, timeoutSeconds: 2}}]',
    ),
  )
  cluster.advance('25s')
  expect(cluster.condition('hang', 'Ready')?.status).toBe('False')
})
