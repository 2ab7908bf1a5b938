import { expect, test } from 'vitest'
import { createCluster } from '../../../src/sim/cluster'

const setup = `
kubectl create deployment echo --image=registry.k8s.io/echoserver:1.10
kubectl rollout status deployment/echo >/dev/null
kubectl expose deployment echo --port=80 --target-port=8080 --type=LoadBalancer >/dev/null
kubectl run client --image=busybox:1.28 -- sleep 1h
kubectl wait --for=condition=Ready pod/client >/dev/null
NODE=$(kubectl get pod -l app=echo -o jsonpath='{.items[0].spec.nodeName}')
OTHER=$(kubectl get nodes -o name | grep /node | grep -v $NODE | head -1)
address() { kubectl get $1 -o jsonpath='{.status.addresses[?(@.type=="InternalIP")].address}'; }
PORT=$(kubectl get svc echo -o jsonpath='{.spec.ports[0].nodePort}')
`

test('a backend sees who asks through the cluster address, and the node that took the request in through its node port', () => {
  const { stdout } = createCluster().run(`${setup}
ask() { kubectl exec client -- wget -qO- $1 | sed -n 's/.*client_address=//p'; }
[ "$(ask http://echo)" = "$(kubectl get pod client -o jsonpath='{.status.podIP}')" ] && echo cluster address: itself
[ "$(ask http://$(address $OTHER):$PORT)" = "$(address $OTHER)" ] && echo node port: the node
kubectl patch svc echo -p '{"spec":{"externalTrafficPolicy":"Local"}}' >/dev/null
sleep 1
[ "$(ask http://$(address node/$NODE):$PORT)" = "$(kubectl get pod client -o jsonpath='{.status.podIP}')" ] && echo local: itself
`)
  expect(stdout).toContain('cluster address: itself\nnode port: the node\nlocal: itself\n')
})

test('load balancers learn at the health check port which nodes have endpoints of a Service that keeps traffic local; a node reaches node ports at itself', () => {
  const { stdout, stderr } = createCluster().run(`${setup}
kubectl patch svc echo -p '{"spec":{"externalTrafficPolicy":"Local"}}' >/dev/null
HEALTH=$(kubectl get svc echo -o jsonpath='{.spec.healthCheckNodePort}')
curl -s http://$(address node/$NODE):$HEALTH/healthz
echo
curl -s -o /dev/null -w '%{http_code}\\n' http://$(address $OTHER):$HEALTH/healthz
kubectl debug node/node01 -i -q --image=busybox:1.28 --profile=general -- wget -qO- http://localhost:10249/proxyMode
echo
ssh $NODE curl -s localhost:$PORT | grep -c Hostname
`)
  expect(stderr).not.toContain('refused')
  expect(stdout).toContain(
    '{\n\t"service": {\n\t\t"namespace": "default",\n\t\t"name": "echo"\n\t},\n\t"localEndpoints": 1,\n\t"serviceProxyHealthy": true\n}\n503\niptables\n1\n',
  )
})
