import { expect, test } from 'vitest'
import { createCluster, type Cluster } from '../../src/sim/cluster'

const PKI = '/etc/kubernetes/pki/etcd'
const GET = `etcdctl --cacert=${PKI}/ca.crt --cert=${PKI}/server.crt --key=${PKI}/server.key get /registry`
const MANIFEST = '/etc/kubernetes/manifests/kube-apiserver.yaml'
const KEY = 'QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE='
const OTHER = 'QkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkI='

/** As the documentation's page "Encrypting Confidential Data at Rest" has it. */
const configure = (providers: string, resources = 'secrets') => `mkdir -p /etc/kubernetes/enc
cat > /etc/kubernetes/enc/enc.yaml <<'E'
apiVersion: apiserver.config.k8s.io/v1
kind: EncryptionConfiguration
resources:
- resources: [${resources}]
  providers: ${providers}
E
`
const FLAG = `sed -i 's#^    - --secure-port=6443#    - --secure-port=6443\\n    - --encryption-provider-config=/etc/kubernetes/enc/enc.yaml#
s#^    volumeMounts:#    volumeMounts:\\n    - {name: enc, mountPath: /etc/kubernetes/enc, readOnly: true}#
s#^  volumes:#  volumes:\\n  - {name: enc, hostPath: {path: /etc/kubernetes/enc, type: DirectoryOrCreate}}#' ${MANIFEST}
sleep 60
`
const RESTART = 'kill $(pgrep kube-apiserver); sleep 60\n'
const REWRITE = 'kubectl get secrets --all-namespaces -o json | kubectl replace -f -'
const aescbc = (name: string, secret: string) => `{aescbc: {keys: [{name: ${name}, secret: ${secret}}]}}`

function withEncryption(providers: string): Cluster {
  const cluster = createCluster({ seed: 1 })
  cluster.run('kubectl create secret generic old --from-literal=mykey=mydata')
  cluster.run(configure(providers) + FLAG)
  cluster.run('kubectl create secret generic secret1 --from-literal=mykey=mydata')
  return cluster
}
const inEtcd = (cluster: Cluster, path: string) => cluster.run(`${GET}/${path} --print-value-only`).stdout

test('what is written from now on is encrypted, what lies there is after it has been written anew, and the API shows both', () => {
  const cluster = withEncryption(`[${aescbc('key1', KEY)}, {identity: {}}]`)
  const dump = cluster.run(`${GET}/secrets/default/secret1 | hexdump -C`).stdout
  expect(dump).toContain('|/registry/secret|')
  expect(dump).toContain('k8s:enc')
  expect(inEtcd(cluster, 'secrets/default/secret1')).toMatch(/^k8s:enc:aescbc:v1:key1:/)
  expect(inEtcd(cluster, 'secrets/default/secret1')).not.toContain('mydata')
  expect(cluster.run("kubectl get secret secret1 -o jsonpath='{.data.mykey}' | base64 -d").stdout).toBe('mydata')
  expect(inEtcd(cluster, 'secrets/default/old')).toContain('mydata')
  const revision = () => Number(cluster.run("kubectl get secret old -o jsonpath='{.metadata.resourceVersion}'").stdout)
  const before = revision()
  expect(cluster.run(REWRITE).stdout).toContain('secret/old replaced\n')
  expect(inEtcd(cluster, 'secrets/default/old')).toMatch(/^k8s:enc:aescbc:v1:key1:/)
  const after = revision()
  expect(after).toBeGreaterThan(before)
  cluster.run(REWRITE)
  expect(revision()).toBe(after)
}, 120_000)

test('a key is changed by putting another before it and writing all anew', () => {
  const cluster = withEncryption(`[${aescbc('key1', KEY)}, {identity: {}}]`)
  const keys = `{name: key2, secret: ${OTHER}}, {name: key1, secret: ${KEY}}`
  cluster.run(configure(`[{aescbc: {keys: [${keys}]}}, {identity: {}}]`) + RESTART)
  expect(inEtcd(cluster, 'secrets/default/secret1')).toMatch(/^k8s:enc:aescbc:v1:key1:/)
  expect(cluster.run('kubectl get secret secret1').code).toBe(0)
  cluster.run(REWRITE)
  expect(inEtcd(cluster, 'secrets/default/secret1')).toMatch(/^k8s:enc:aescbc:v1:key2:/)
}, 120_000)

test('who takes the key away too early cannot read what was written with it', () => {
  const cluster = withEncryption(`[${aescbc('key1', KEY)}, {identity: {}}]`)
  cluster.run(configure(`[${aescbc('key2', OTHER)}, {identity: {}}]`) + RESTART)
  const why = 'no matching key was found for the provided AES transformer'
  expect(cluster.run('kubectl get secret secret1').stderr).toBe(`Error from server (InternalError): Internal error occurred: ${why}\n`)
  expect(cluster.run('kubectl get secrets').stderr).toBe(
    `Error from server (InternalError): Internal error occurred: unable to transform key "/registry/secrets/default/secret1": ${why}\n`,
  )
  expect(cluster.run('kubectl get secret old').code).toBe(0)
  cluster.run(configure(`[{identity: {}}, ${aescbc('key1', KEY)}]`) + RESTART)
  cluster.run(REWRITE)
  expect(inEtcd(cluster, 'secrets/default/secret1')).toContain('mydata')
}, 120_000)

const keyOf = (provider: string) => `{${provider}: {keys: [{name: k, secret: ${KEY}}]}}`
test.each([
  [`[${keyOf('secretbox')}, {identity: {}}]`, '"*.*"', 'configmaps/default/c', /^k8s:enc:secretbox:v1:k:/],
  [`[${keyOf('aesgcm')}, {identity: {}}]`, '"*.apps", configmaps', 'configmaps/default/c', /^k8s:enc:aesgcm:v1:k:/],
  [`[${keyOf('aesgcm')}, {identity: {}}]`, '"*.apps", configmaps', 'secrets/default/s', /^k8s\0/],
  ['[{identity: {}}]', 'secrets', 'secrets/default/s', /^k8s\0/],
])(
  '%s for %s: %s',
  (providers, resources, path, shape) => {
    const cluster = createCluster({ seed: 1 })
    cluster.run(configure(providers, resources) + FLAG)
    cluster.run('kubectl create secret generic s --from-literal=a=b; kubectl create configmap c')
    expect(inEtcd(cluster, path)).toMatch(shape)
  },
  60_000,
)

const at = 'resources[0].providers[0]'
test.each([
  ['[{aescbc: {keys: [{name: key1, secret: c2hvcnQ=}]}}]', `${at}.aescbc.keys[0].secret: Invalid value: "REDACTED": secret is not of the expected length, got 5, expected one of [16 24 32]`],
  ['[{secretbox: {keys: [{name: key1, secret: "?"}]}}]', `${at}.secretbox.keys[0].secret: Invalid value: "REDACTED": secrets must be base64 encoded`],
  ['[{aescbc: {}}]', `${at}.aescbc.keys: Required value: at least one keys is required`],
  ['[]', 'resources[0].providers: Required value: at least one resources[0].providers is required'],
])('kube-apiserver does not start with %s', (providers, why) => {
  const cluster = createCluster({ seed: 1 })
  cluster.run(configure(providers) + FLAG)
  const { stdout } = cluster.run('crictl logs $(crictl ps -a --name kube-apiserver -q | head -1) 2>&1')
  expect(stdout).toContain(JSON.stringify(`error while parsing file: ${why}`))
  expect(cluster.run('kubectl get nodes').stderr).toContain('refused')
}, 60_000) // prettier-ignore

test('with automatic reload a changed file holds within a minute, without a restart', () => {
  const cluster = createCluster({ seed: 1 })
  cluster.run(
    configure('[{identity: {}}]') + FLAG.replace('enc.yaml#', 'enc.yaml\\n    - --encryption-provider-config-automatic-reload=true#'),
  )
  cluster.run(configure(`[${aescbc('key1', KEY)}, {identity: {}}]`) + 'sleep 61; kubectl create secret generic s --from-literal=a=b')
  expect(inEtcd(cluster, 'secrets/default/s')).toMatch(/^k8s:enc:aescbc:v1:key1:/)
}, 60_000)

test('a program that keeps the keys and does not answer leaves nothing to write with, and kube-apiserver is not well', () => {
  const cluster = withEncryption('[{kms: {apiVersion: v2, name: vault, endpoint: "unix:///tmp/vault.sock"}}, {identity: {}}]')
  expect(cluster.run('kubectl create secret generic s --from-literal=a=b').stderr).toBe(
    'error: failed to create secret Internal error occurred: got unexpected nil transformer\n',
  )
  expect(cluster.run('kubectl get secret old -o name').stdout).toBe('secret/old\n')
  expect(cluster.run('kubectl get --raw /livez').stderr).toContain(
    String.raw`an error on the server ("[+]ping ok\n[+]log ok\n[+]etcd ok\n[-]kms-provider-0 failed: reason withheld\n`,
  )
  expect(cluster.run('kubectl get --raw "/livez?exclude=kms-provider-0"').stdout).toBe('ok')
})

test.each([
  [
    '{kms: {name: a, endpoint: "unix:///a"}}',
    'KMSv1 is deprecated and will only receive security updates going forward. Use KMSv2 instead.',
  ],
  ['{kms: {apiVersion: v3, name: a, endpoint: "unix:///a"}}', 'unsupported apiVersion v3 for KMS provider, only v1 and v2 are supported'],
  ['{kms: {apiVersion: v2, name: "a:b", endpoint: "unix:///a"}}', "invalid KMS provider name a:b, should not contain ':'"],
  ['{kms: {apiVersion: v2, name: a, endpoint: "tcp://a"}}', 'unsupported scheme \\"tcp\\" for KMS provider, only unix is supported'],
])('kube-apiserver does not start with %s', (provider, why) => {
  const cluster = createCluster({ seed: 1 })
  cluster.run(configure(`[${provider}]`) + FLAG)
  expect(cluster.run('cat /var/log/containers/kube-apiserver-*.log').stdout).toContain(why)
})
