import { beforeAll, expect, test } from 'vitest'
import { createCluster, type Cluster } from '../../../../src/sim/cluster'

let cluster: Cluster
beforeAll(() => {
  cluster = createCluster({ workers: 1 })
  cluster.run('touch /tmp/nothing')
})

/** Makes a token as `kubeadm token create` does, with other data where told. */
function token(id: string, data: Record<string, string> = {}) {
  const all = {
    'token-id': id,
    'token-secret': 'f395accd246ae52d',
    'usage-bootstrap-authentication': 'true',
    'auth-extra-groups': 'system:bootstrappers:kubeadm:default-node-token',
    ...data,
  }
  const literals = Object.entries(all).map(([key, value]) => `--from-literal=${key}=${value}`)
  cluster.run(
    `kubectl -n kube-system create secret generic bootstrap-token-${id} --type=bootstrap.kubernetes.io/token ${literals.join(' ')}`,
  )
}
/** kubectl with a token and nothing else. */
const as = (credentials: string, command: string) =>
  cluster.run(
    `kubectl --kubeconfig=/tmp/nothing --server=https://172.30.1.2:6443 --insecure-skip-tls-verify --token=${credentials} ${command}`,
  )

test('who has a bootstrap token is a bootstrapper, and may ask for a certificate', () => {
  token('07401b')
  const { stdout } = as('07401b.f395accd246ae52d', 'auth whoami -o jsonpath="{.status.userInfo.username} {.status.userInfo.groups}"')
  expect(stdout).toBe(
    'system:bootstrap:07401b ["system:bootstrappers","system:bootstrappers:kubeadm:default-node-token","system:authenticated"]',
  )
  expect(as('07401b.f395accd246ae52d', 'auth can-i create certificatesigningrequests').stdout).toContain('yes')
  expect(as('07401b.f395accd246ae52d', 'get pods').stderr).toContain(
    'pods is forbidden: User "system:bootstrap:07401b" cannot list resource "pods" in API group "" in the namespace "default"',
  )
})

test.each([
  ['with another secret', 'wrongs', {}, 'wrongs.0000000000000000'],
  ['that is for signing alone', 'signin', { 'usage-bootstrap-authentication': 'false', 'usage-bootstrap-signing': 'true' }, undefined],
  ['that is over', 'overit', { expiration: '2025-12-31T23:59:59Z' }, undefined],
  ['that wants to be more than a bootstrapper', 'master', { 'auth-extra-groups': 'system:masters' }, undefined],
  ['that nobody has made', undefined, {}, 'nobody.f395accd246ae52d'],
])('a token %s lets nobody in', (_, id, data, credentials) => {
  if (id !== undefined) token(id, data)
  const answer = as(credentials ?? `${id}.f395accd246ae52d`, 'get pods')
  expect(answer.stderr).toContain('error: You must be logged in to the server')
  expect(answer.code).toBe(1)
})
