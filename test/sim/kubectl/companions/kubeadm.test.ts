import { beforeAll, expect, test } from 'vitest'
import { createCluster, type Cluster } from '../../../../src/sim/cluster'

let cluster: Cluster
beforeAll(() => void (cluster = createCluster({ workers: 1 })))

const run = (line: string) => {
  const { stdout, stderr, code } = cluster.run(line)
  return `${stdout}${stderr}${code ? `${code}\n` : ''}`
}

test('a token is a Secret that lets a machine in, for as long as it is told', () => {
  expect(run('kubeadm token list'), 'the one a cluster is set up with has been cleaned up').toBe('')
  expect(run('kubeadm token create abcdef.0123456789abcdef --ttl 3m --description "for node04"')).toBe('abcdef.0123456789abcdef\n')
  const table = run('kubeadm token list').split('\n')
  expect(table[0]).toBe('TOKEN                     TTL       EXPIRES                USAGES                   DESCRIPTION   EXTRA GROUPS')
  expect(table[1]).toMatch(
    /^abcdef\.0123456789abcdef {3}2m {8}\S+Z {3}authentication,signing {3}for node04 {4}system:bootstrappers:kubeadm:default-node-token$/,
  )
  expect(run('kubectl auth whoami --token abcdef.0123456789abcdef --as="" -o jsonpath={.status.userInfo.username}')).toContain('system:bootstrap:abcdef') // prettier-ignore
  expect(run('kubectl -n kube-system get secret bootstrap-token-abcdef -o jsonpath={.type}')).toBe('bootstrap.kubernetes.io/token')
  cluster.advance('4m')
  expect(run('kubectl -n kube-system get secrets -o name'), 'over, it is taken away').toBe('')
})

test('the line for machines that are to join names the authority by the digest that openssl makes of it', () => {
  const [, hash] = /^kubeadm join \d+\.\d+\.\d+\.\d+:6443 --token [a-z0-9]{6}\.[a-z0-9]{16} --discovery-token-ca-cert-hash sha256:(\w{64}) \n$/.exec(run('kubeadm token create --print-join-command')) ?? [] // prettier-ignore
  const pipeline = `openssl x509 -pubkey -in /etc/kubernetes/pki/ca.crt | openssl rsa -pubin -outform der 2>/dev/null | openssl dgst -sha256 -hex | sed 's/^.* //'`
  expect(run(pipeline)).toBe(`${hash}\n`)
})

test.each([
  ['kubeadm token create nonsense', /^the bootstrap token "nonsense" was not of the form "\\\\A\(\[a-z0-9\]\{6\}\)\\\\\.\(\[a-z0-9\]\{16\}\)\\\\z"\n/],
  ['kubeadm token delete zzzzzz', /^failed to delete bootstrap token "zzzzzz": secrets "bootstrap-token-zzzzzz" not found\n/],
  ['kubeadm frobnicate', /^unknown command "frobnicate" for "kubeadm"\nTo see the stack trace of this error execute with --v=5 or higher\n1\n$/],
  ['kubeadm reset', /^kubeadm reset is not in this simulation\n/],
  ['kubeadm init', /\[ERROR Port-6443\]: Port 6443 is in use\n/],
  ['ssh node01 kubeadm join 172.30.1.2:6443 --token a.b', /\[ERROR FileAvailable--etc-kubernetes-kubelet\.conf\]: \/etc\/kubernetes\/kubelet\.conf already exists\n/],
  ['kubeadm token create --nope', /^unknown flag: --nope\nTo see the stack trace/],
  ['kubeadm upgrade plan', /^\[upgrade\/versions\] Cluster version: 1\.36\.0$/m],
  ['kubeadm version -o short', /^v1\.36\.0\n$/],
  ['kubelet --version', /^Kubernetes v1\.36\.0\n$/],
  ['kubeadm config images list', /^registry\.k8s\.io\/kube-apiserver:v1\.36\.0\n/],
] as const)('%s', (line, told) => expect(run(line)).toMatch(told)) // prettier-ignore

test('what a release is called comes from the cluster', () => {
  const old = createCluster({ workers: 1, version: '1.30' })
  expect(old.run('kubeadm version -o short').stdout).toMatch(/^v1\.30\.\d+\n$/)
})

test('certificates tell when they end, and a renewal gives them another year', () => {
  cluster.advance('2m')
  const before = run('kubeadm certs check-expiration')
  expect(before).toMatch(/^admin\.conf {17}\w{3} \d\d, \d{4} \d\d:\d\d UTC {3}364d {12}ca {22}no {6}$/m)
  expect(before).toMatch(/^front-proxy-ca {10}.* {3}9y {14}no {6}$/m)
  expect(run('kubeadm certs renew apiserver')).toMatch(/^certificate for serving the Kubernetes API renewed\n$/m)
  expect(run('kubeadm certs renew all')).toContain('\nDone renewing certificates. You must restart the kube-apiserver,')
  const after = run('kubeadm certs check-expiration')
  expect(after.split('\n').find((line) => line.startsWith('apiserver '))).not.toBe(
    before.split('\n').find((line) => line.startsWith('apiserver ')),
  )
  expect(run('openssl verify -CAfile /etc/kubernetes/pki/ca.crt /etc/kubernetes/pki/apiserver.crt')).toMatch(/: OK$/m)
  expect(run('kubectl --kubeconfig /etc/kubernetes/admin.conf auth whoami')).toContain('kubernetes-admin')
})

test('nothing is planned for a cluster that does not answer', () => {
  run('mv /etc/kubernetes/manifests/kube-apiserver.yaml /tmp; sleep 60')
  expect(run('kubeadm upgrade plan')).toMatch(/connection refused[^]*\n1\n$/)
  run('mv /tmp/kube-apiserver.yaml /etc/kubernetes/manifests; sleep 60')
})
