import { expect, test } from 'vitest'
import { piDigits } from '../../../src/sim/node/programs/interpreters'
import { miniCluster, podOf } from './mini-cluster'

/** Starts a server Pod and asks it for a page from its own network. */
function pageOf(image: string, port: number, path = '/', more = '') {
  const cluster = miniCluster()
  cluster.apply(podOf('server', `containers: [{name: c, image: "${image}"${more}}]`))
  cluster.advance('20s')
  const listener = cluster.nodes.hosts.get('node01')!.kubelet.pods.values().next().value!.sandbox!.listeners.get(`tcp:${port}`)
  if (!listener) return `nobody listens: ${cluster.logs('server')}`
  const file = listener.connect('10.0.0.1:4000', `192.168.1.2:${port}`)
  file.write(`GET ${path} HTTP/1.1\r\nHost: server\r\nUser-Agent: test\r\n\r\n`)
  cluster.advance('3s')
  return file.read(undefined, undefined) ?? ''
}

test.each([
  ['nginx', 80, '/', 'Welcome to nginx!'],
  ['nginx', 80, '/nothing', '404 Not Found'],
  ['httpd', 80, '/', 'It works!'],
  ['gcr.io/google-samples/hello-app:2.0', 8080, '/', 'Version: 2.0.0\nHostname: server'],
  ['gcr.io/google-samples/kubernetes-bootcamp:v1', 8080, '/', 'Hello Kubernetes bootcamp! | Running on: server | v=1\n'],
  ['docker.io/jocatalin/kubernetes-bootcamp:v2', 8080, '/', '| v=2\n'],
  ['registry.k8s.io/serve_hostname', 9376, '/', 'server'],
  ['registry.k8s.io/echoserver:1.4', 8080, '/some?x=1', 'real path=/some?x=1'],
  ['registry.k8s.io/hpa-example', 80, '/', 'OK!'],
  ['traefik/whoami', 80, '/', 'Hostname: server'],
])('%s answers on port %i', (image, port, path, words) => {
  // The bootcamp image starts its server through a shell; this one's command runs it directly.
  const more = image.includes('bootcamp') ? ', command: [node]' : ''
  expect(pageOf(image, port, path, more)).toContain(words)
})

test.each([
  ['[netexec]', '/hostname', 'server'],
  ['[netexec]', '/echo?msg=hi', 'hi'],
])('agnhost %s answers %s', (args, path, words) => {
  expect(pageOf('registry.k8s.io/e2e-test-images/agnhost:2.40', 8080, path, `, args: ${args}`)).toContain(words)
})

test('nginx writes an access log line and obeys its configuration', () => {
  const cluster = miniCluster()
  cluster.apply(
    '{apiVersion: v1, kind: ConfigMap, metadata: {name: conf}, data: {default.conf: "server { listen 8081; location /hi { return 200 \\"host $hostname\\\\n\\"; } }"}}',
  )
  cluster.apply(
    podOf(
      'web',
      'containers: [{name: c, image: nginx, volumeMounts: [{name: v, mountPath: /etc/nginx/conf.d}], readinessProbe: {httpGet: {port: 8081, path: /hi}}}], volumes: [{name: v, configMap: {name: conf}}]',
    ),
  )
  cluster.advance('10s')
  expect(cluster.condition('web', 'Ready')?.status).toBe('True')
  expect(cluster.logs('web')).toMatch(
    /172\.30\.2\.2 - - \[01\/Jan\/2026:00:00:\d\d \+0000\] "GET \/hi HTTP\/1\.1" 200 9 "-" "kube-probe\/1\.36" "-"/,
  )
})

test("a broken nginx configuration ends the container with nginx's complaint", () => {
  const cluster = miniCluster()
  cluster.apply('{apiVersion: v1, kind: ConfigMap, metadata: {name: conf}, data: {default.conf: "server { listen 80 "}}')
  cluster.apply(
    podOf(
      'web',
      'containers: [{name: c, image: nginx, volumeMounts: [{name: v, mountPath: /etc/nginx/conf.d}]}], volumes: [{name: v, configMap: {name: conf}}]',
    ),
  )
  cluster.advance('10s')
  expect(cluster.logs('web')).toContain('[emerg]')
  expect(cluster.container('web')?.restartCount).toBeGreaterThan(0)
})

test('Redis keeps what it is told, and its client prints it', () => {
  const cluster = miniCluster()
  cluster.apply(podOf('redis', 'containers: [{name: c, image: redis}]'))
  cluster.advance('10s')
  expect(cluster.exec('redis', ['redis-cli', 'set', 'key', 'a value']).stdout).toBe('OK\n')
  expect(cluster.exec('redis', ['redis-cli', 'get', 'key']).stdout).toBe('a value\n')
  expect(cluster.exec('redis', ['redis-cli', 'incr', 'n']).stdout).toBe('1\n')
  expect(cluster.exec('redis', ['sh', '-c', 'redis-cli lpush l a b; redis-cli lrange l 0 -1']).stdout).toBe('2\nb\na\n')
  cluster.exec('redis', ['sh', '-c', 'kill 1'])
  cluster.advance('3s')
  expect(cluster.container('redis')).toMatchObject({ restartCount: 1, lastState: { terminated: { exitCode: 0 } } })
})

test('perl prints as many digits of π as a Job asks for', () => {
  expect(piDigits(20)).toBe('3.1415926535897932385')
  const cluster = miniCluster()
  cluster.apply(
    podOf(
      'pi',
      'restartPolicy: Never, containers: [{name: c, image: "perl:5.34.0", command: [perl, "-Mbignum=bpi", "-wle", "print bpi(30)"]}]',
    ),
  )
  cluster.advance('30s')
  expect(cluster.logs('pi')).toBe('3.14159265358979323846264338328\n')
  expect(cluster.pod('pi')?.status?.phase).toBe('Succeeded')
})

test('a program that takes more memory than its limit is killed', () => {
  const cluster = miniCluster()
  const stress = (limit: string) =>
    `restartPolicy: Never, containers: [{name: c, image: polinux/stress, resources: {limits: {memory: ${limit}}}, command: [stress], args: [--vm, "1", --vm-bytes, 250M, --vm-hang, "1"]}]`
  cluster.apply(podOf('greedy', stress('100Mi')))
  cluster.apply(podOf('modest', stress('300Mi')))
  cluster.advance('10s')
  expect(cluster.container('greedy')?.state?.terminated).toMatchObject({ reason: 'OOMKilled', exitCode: 137 })
  expect(cluster.pod('modest')?.status?.phase).toBe('Running')
})
