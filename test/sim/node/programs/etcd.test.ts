import { expect, test } from 'vitest'
import { createCluster } from '../../../../src/sim/cluster'

const PKI = '/etc/kubernetes/pki/etcd'
const KEYS = `--endpoints=https://127.0.0.1:2379 --cacert=${PKI}/ca.crt --cert=${PKI}/server.crt --key=${PKI}/server.key`

function withSecret() {
  const cluster = createCluster({ seed: 1 })
  cluster.run('kubectl create secret generic secret1 --from-literal=mykey=mydata')
  return { cluster, etcdctl: (rest: string) => cluster.run(`etcdctl ${KEYS} ${rest}`) }
}

test('a Secret lies in etcd as anybody can read it who has the keys', () => {
  const { cluster } = withSecret()
  const dump = cluster.run(
    `kubectl -n kube-system exec etcd-controlplane -- etcdctl ${KEYS} get /registry/secrets/default/secret1 | hexdump -C`,
  ).stdout
  expect(dump).toContain('00000020  31 0a 6b 38 73 00 0a 0c  0a 02 76 31 12 06 53 65  |1.k8s.....v1..Se|')
  expect(dump).toContain('mydata')
})

test('keys are listed by prefix under the names that they have had since the first releases', () => {
  const { etcdctl } = withSecret()
  const keys = etcdctl('get /registry --prefix --keys-only').stdout.split('\n').filter(Boolean)
  for (const key of ['/registry/minions/node01', '/registry/services/specs/default/kubernetes', '/registry/namespaces/kube-system', '/registry/clusterroles/view'])
    expect(keys).toContain(key)
  expect(keys).toEqual([...keys].sort())
}) // prettier-ignore

test('what is deleted in etcd is gone from the API server; people may keep keys of their own', () => {
  const { cluster, etcdctl } = withSecret()
  expect(etcdctl('del /registry/secrets/default/secret1').stdout).toBe('1\n')
  expect(cluster.run('kubectl get secret secret1').stderr).toContain('secrets "secret1" not found')
  expect(etcdctl('put foo bar').stdout).toBe('OK\n')
  expect(etcdctl('get foo').stdout).toBe('foo\nbar\n')
  expect(etcdctl('put /registry/secrets/default/x y').code).toBe(1)
})

test('a snapshot is saved, and etcdutl tells what it holds', () => {
  const { cluster, etcdctl } = withSecret()
  expect(etcdctl('snapshot save /opt/backup.db').stdout).toContain('Snapshot saved at /opt/backup.db\n')
  expect(cluster.run('etcdutl --write-out=table snapshot status /opt/backup.db').stdout).toMatch(
    /^\+-+\+-+\+-+\+-+\+-+\+\n\| +HASH +\| REVISION \| TOTAL KEYS \| TOTAL SIZE \| STORAGE VERSION \|\n/,
  )
  expect(cluster.run('etcdutl snapshot restore /opt/backup.db').stderr).toContain('is not part of the simulation')
})

test.each([
  ['without certificates', 'etcdctl endpoint health', 'Error: context deadline exceeded\n'],
  ['with a file that is not there', `etcdctl --cacert=${PKI}/nope.crt endpoint health`, `Error: open ${PKI}/nope.crt: no such file or directory\n`],
  ['at a wrong port', `etcdctl ${KEYS} --endpoints=127.0.0.1:2399 member list`, 'Error: context deadline exceeded\n'],
])('%s nothing is answered', (_, command, text) => {
  const { cluster } = withSecret()
  const { stderr, code } = cluster.run(command)
  expect(stderr.endsWith(text), stderr).toBe(true)
  expect(code).toBe(1)
}) // prettier-ignore
