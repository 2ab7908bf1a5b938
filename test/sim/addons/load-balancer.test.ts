import { expect, test } from 'vitest'
import { createCluster } from '../../../src/sim/cluster'

test('a Service of type LoadBalancer waits for an address until somebody gives addresses out', () => {
  const cluster = createCluster({ seed: 12 })
  const said = (script: string) => cluster.run(script).stdout.trim()
  cluster.run(
    'kubectl create deployment web --image=nginx; kubectl expose deployment web --port=80 --type=LoadBalancer; kubectl rollout status deployment/web',
  )
  expect(said('kubectl get service web --no-headers | awk "{print \\$4}"')).toBe('<pending>')

  cluster.run(`kubectl apply -f /etc/kubernetes/addons/metallb.yaml; kubectl -n metallb-system rollout status deployment/controller
kubectl apply -f /etc/kubernetes/addons/metallb-pool.yaml; sleep 10`)
  expect(said('kubectl get service web --no-headers | awk "{print \\$4}"')).toBe('172.30.255.200')
  expect(said('curl -s http://172.30.255.200 | grep title')).toBe('<title>Welcome to nginx!</title>')
  const events = said(
    `kubectl get events --field-selector involvedObject.name=web,involvedObject.kind=Service -o jsonpath='{range .items[*]}{.reason} {.message}{"\\n"}{end}'`,
  )
  expect(events).toMatch(
    /^IPAllocated Assigned IP \["172\.30\.255\.200"\]\nnodeAssigned announcing from node "node0\d" with protocol "layer2"$/,
  )

  cluster.run(`kubectl patch service web -p '{"spec":{"type":"ClusterIP"}}'; sleep 5`)
  expect(said('kubectl get service web -o jsonpath="{.status.loadBalancer}"')).toBe('{}')
})

test('when a pool is used up, the next Service is told so', () => {
  const cluster = createCluster({ seed: 12 })
  cluster.run(`kubectl apply -f /etc/kubernetes/addons/metallb.yaml; kubectl -n metallb-system rollout status deployment/controller
sed 's/172.30.255.200-.*/10.1.0.1\\/32/' /etc/kubernetes/addons/metallb-pool.yaml | kubectl apply -f -
kubectl create service loadbalancer one --tcp=80; sleep 5; kubectl create service loadbalancer two --tcp=80; sleep 5`)
  expect(
    cluster.run(
      "kubectl get services -o custom-columns=N:.metadata.name,IP:.status.loadBalancer.ingress[0].ip --no-headers | grep -v kubernetes | tr -s ' '",
    ).stdout,
  ).toBe('one 10.1.0.1\ntwo <none>\n')
  expect(cluster.run("kubectl get events --field-selector involvedObject.name=two -o jsonpath='{.items[0].message}'").stdout).toBe(
    'Failed to allocate IP for "default/two": no available IPs',
  )
})
