import { expect, test } from 'vitest'
import { createCluster } from '../../../src/sim/cluster'

test("iptables-save shows kube-proxy's chains for a Service, under the names that a real one gives them", () => {
  const cluster = createCluster({ seed: 1 })
  cluster.run(
    'kubectl create deployment web --image=nginx --replicas=3; kubectl rollout status deployment/web; kubectl expose deployment web --port=80; sleep 1',
  )
  const rules = (pattern: string) => cluster.run(`ssh node01 "iptables-save | grep -e '${pattern}'"`).stdout.trim().split('\n')
  expect(rules('-A KUBE-SERVICES.*default/kubernetes')).toEqual([
    '-A KUBE-SERVICES -d 10.96.0.1/32 -p tcp -m comment --comment "default/kubernetes:https cluster IP" -m tcp --dport 443 -j KUBE-SVC-NPX46M4PTMTKRN6Y',
  ])
  const choices = rules('default/web -> ')
  expect(choices.map((rule) => /--probability (\S+)/.exec(rule)?.[1])).toEqual(['0.33333333349', '0.50000000000', undefined])
  const [, endpoint] = /-j (KUBE-SEP-\w+)/.exec(choices[0]!)!
  expect(rules(`-A ${endpoint} .*DNAT`)[0]).toMatch(/ -j DNAT --to-destination 192\.168\.\d+\.\d+:80$/)
})

test('a Service without endpoints is refused by the filter, a node port has its chain', () => {
  const cluster = createCluster({ seed: 1 })
  cluster.run('kubectl create service nodeport none --tcp=80 --node-port=30123; sleep 1')
  expect(cluster.run('iptables-save -t filter').stdout).toContain(
    '"default/none:80 has no endpoints" -m tcp --dport 80 -j REJECT --reject-with icmp-port-unreachable',
  )
  cluster.run('kubectl run none --image=nginx --labels=app=none; kubectl wait --for=condition=Ready pod/none; sleep 1')
  expect(cluster.run('iptables -t nat -S KUBE-NODEPORTS').stdout).toMatch(
    /^-N KUBE-NODEPORTS\n-A KUBE-NODEPORTS -p tcp -m comment --comment "default\/none:80" -m tcp --dport 30123 -j KUBE-EXT-[A-Z2-7]{16}\n$/,
  )
  expect(cluster.run('iptables -t nat -L KUBE-NODEPORTS').stdout).toContain('/* default/none:80 */ tcp dpt:30123')
  expect(cluster.run('iptables -A INPUT -j DROP').code).toBe(2)
})
