import { expect, test } from 'vitest'
import { createCluster } from '../../../../src/sim/cluster'

const cluster = createCluster({ workers: 1 })
cluster.run(`
kubectl create service clusterip web --tcp=80
kubectl create service externalname out --external-name=example.com
kubectl run old --image=busybox:1.28 -- sleep 1d
kubectl run new --image=busybox:1.36 -- sleep 1d
kubectl run bind --image=registry.k8s.io/e2e-test-images/agnhost:2.53 -- pause
kubectl wait pod --all --for=condition=Ready --timeout=120s`)
const web = cluster.run("kubectl get svc web -o jsonpath='{.spec.clusterIP}'").stdout
const ask = (pod: string, what: string) => {
  const { stdout, stderr, code } = cluster.run(`kubectl exec ${pod} -- nslookup ${what}`)
  return { said: stdout + stderr.replace(/^command terminated.*\n/m, ''), code }
}
const head = 'Server:\t\t10.96.0.10\nAddress:\t10.96.0.10:53\n\n'
const missing = (name: string) => `** server can't find ${name}: NXDOMAIN\n\n`

test.each([
  ['web.default.svc.cluster.local', `${head}Name:\tweb.default.svc.cluster.local\nAddress: ${web}\n\n\n`, 0],
  // Every domain of the search list is asked at once, and those that do not have the name are errors.
  [
    'web',
    `${head}Name:\tweb.default.svc.cluster.local\nAddress: ${web}\n\n${missing('web.svc.cluster.local')}${missing('web.cluster.local')}\n` +
      `${missing('web.svc.cluster.local')}${missing('web.cluster.local')}`,
    1,
  ],
  // It does not know ndots: a name with a dot is not searched for.
  ['web.default', head + missing('web.default') + missing('web.default'), 1],
  [
    '-type=a out.default.svc.cluster.local',
    `${head}out.default.svc.cluster.local\tcanonical name = example.com\nName:\texample.com\nAddress: 93.184.215.14\n\n`,
    0,
  ],
  [`10.96.0.1`, `${head}1.0.96.10.in-addr.arpa\tname = kubernetes.default.svc.cluster.local\n\n`, 0],
  ['-type=a example.com', `${head}Non-authoritative answer:\nName:\texample.com\nAddress: 93.184.215.14\n\n`, 0],
  ['-type=x web', 'nslookup: invalid query type "x"\n', 1],
])('busybox since 1.29: nslookup %s', (what, said, code) => {
  expect(ask('new', what)).toEqual({ said, code })
})

const server = 'Server:    10.96.0.10\nAddress 1: 10.96.0.10 kube-dns.kube-system.svc.cluster.local\n\n'
test.each([
  ['web.default', `${server}Name:      web.default\nAddress 1: ${web} web.default.svc.cluster.local\n`, 0],
  ['out.default.svc.cluster.local', `${server}Name:      out.default.svc.cluster.local\nAddress 1: 93.184.215.14\n`, 0],
  ['nope', `${server}nslookup: can't resolve 'nope'\n`, 1],
])('busybox until 1.28, which the documentation pins: nslookup %s', (what, said, code) => {
  expect(ask('old', what)).toEqual({ said, code })
})

test('nslookup of bind ends targets with a dot and tells whose answer is not authoritative', () => {
  expect(ask('bind', 'out').said).toContain('canonical name = example.com.\n')
  expect(ask('bind', 'example.com').said).toContain('\n\nNon-authoritative answer:\nName:\texample.com\n')
})
