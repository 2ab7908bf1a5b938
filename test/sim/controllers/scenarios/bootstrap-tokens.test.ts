import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { configMap } from '../../../../src/sim/kinds/core/config-map'
import { namespace } from '../../../../src/sim/kinds/core/namespace'
import { secret } from '../../../../src/sim/kinds/core/secret'
import { storyOf } from '../../story'
import { smallCluster } from '../small-cluster'

const KUBECONFIG = 'apiVersion: v1\nclusters:\n- cluster:\n    server: https://172.30.1.2:6443\n  name: ""\nkind: Config\n'

/** A cluster whose information is published, and where tokens are made as kubeadm makes them. */
function given() {
  const cluster = smallCluster({ only: ['bootstrap-signer-controller', 'token-cleaner-controller'] })
  const heard = storyOf(cluster)
  cluster.client.create(namespace, { metadata: { name: 'kube-public' }, spec: {} })
  cluster.client.create(configMap, { metadata: { name: 'cluster-info', namespace: 'kube-public' }, data: { kubeconfig: KUBECONFIG } })
  const token = (id: string, more: Record<string, string> = {}) =>
    cluster.client.create(secret, {
      metadata: { name: `bootstrap-token-${id}`, namespace: 'kube-system' },
      type: 'bootstrap.kubernetes.io/token',
      stringData: { 'token-id': id, 'token-secret': 'f395accd246ae52d', 'usage-bootstrap-signing': 'true', ...more },
    } as never) // the server fills in the rest
  const info = () => cluster.client.get(configMap, 'kube-public', 'cluster-info')!.data!
  const change = (patch: unknown) => cluster.client.patch(configMap, 'kube-public', 'cluster-info', 'merge', patch)
  const tokens = () => cluster.client.list(secret).map(({ metadata }) => metadata.name)
  return { ...cluster, heard, token, info, change, tokens }
}

test('given a token for signing, then cluster-info is signed with it, anew when it changes, and no more when the token is gone', () => {
  const cluster = given()
  cluster.advance(1000)
  expect(Object.keys(cluster.info())).toEqual(['kubeconfig'])
  cluster.token('07401b')
  cluster.token('notfor', { 'usage-bootstrap-signing': 'false' })
  cluster.advance(1000)
  const base64Url = (text: string) => Buffer.from(text).toString('base64url')
  const header = base64Url('{"alg":"HS256","kid":"07401b"}')
  const signatureOf = (text: string) =>
    `${header}..${createHmac('sha256', 'f395accd246ae52d')
      .update(`${header}.${base64Url(text)}`)
      .digest('base64url')}`
  expect(cluster.info()).toEqual({ kubeconfig: KUBECONFIG, 'jws-kubeconfig-07401b': signatureOf(KUBECONFIG) })
  cluster.change({ data: { kubeconfig: 'forged' } })
  cluster.advance(1000)
  expect(cluster.info()['jws-kubeconfig-07401b']).toBe(signatureOf('forged'))
  cluster.client.delete(secret, 'kube-system', 'bootstrap-token-07401b')
  cluster.advance(1000)
  expect(cluster.info()).toEqual({ kubeconfig: 'forged' })
  expect(cluster.heard.told()).toBe('')
})

test('given a token that ends, then it is deleted when its time is over, and signs nothing any more; one without an end stays', () => {
  const cluster = given()
  cluster.token('ending', { expiration: '2026-01-01T09:01:00+09:00' })
  cluster.token('stayin')
  cluster.token('broken', { expiration: 'tomorrow' })
  cluster.advance(30_000)
  expect(cluster.tokens()).toEqual(['bootstrap-token-ending', 'bootstrap-token-stayin'])
  cluster.advance(40_000)
  expect(cluster.tokens()).toEqual(['bootstrap-token-stayin'])
  expect(Object.keys(cluster.info())).toEqual(['kubeconfig', 'jws-kubeconfig-stayin'])
  expect(cluster.heard.told()).toBe('')
})
