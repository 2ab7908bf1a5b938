import { expect, test } from 'vitest'
import { createCluster } from '../../../../src/sim/cluster'

/** A cluster with the autoscaler running, quicker to shrink than by default. */
function autoscaled() {
  const cluster = createCluster({ seed: 11 })
  cluster.run(`sed 's/=10m/=2m/' /etc/kubernetes/addons/cluster-autoscaler.yaml | kubectl apply -f -
kubectl -n kube-system rollout status deployment/cluster-autoscaler`)
  const lines = (script: string) => cluster.run(script).stdout.trim().split('\n')
  return { cluster, lines }
}

const nodes = 'kubectl get nodes -o name | grep node/node'
const messages = (object: string) =>
  `kubectl get events -A --field-selector involvedObject.name=${object},source=cluster-autoscaler -o jsonpath='{range .items[*]}{.reason} {.message}{"\\n"}{end}'`

test('given Pods that no node has room for, when a new node would have it, then nodes are added; empty for a while, they go again', () => {
  const { cluster, lines } = autoscaled()
  cluster.run('kubectl create deployment big --image=nginx --replicas=5; kubectl set resources deployment/big --requests=cpu=3')
  cluster.advance('30s')
  const [waiting] = lines('kubectl get pods --field-selector status.phase=Pending -o jsonpath="{.items[0].metadata.name}"')
  expect(lines(messages(waiting!))).toEqual(['TriggeredScaleUp pod triggered scale-up: [{workers 3->5 (max: 6)}]'])
  cluster.advance('2m')
  expect(lines(nodes)).toHaveLength(5)
  expect(lines('kubectl get deployment big -o jsonpath="{.status.readyReplicas}"')).toEqual(['5'])

  cluster.run('kubectl delete deployment big')
  cluster.advance('4m')
  expect(lines(nodes)).toEqual(['node/node01', 'node/node02', 'node/node03'])
  expect(lines(messages('cluster-autoscaler-status'))).toEqual([
    'ScaledUpGroup Scale-up: setting group workers size to 5 instead of 3 (max: 6)',
    'ScaledUpGroup Scale-up: group workers size set to 5 instead of 3 (max: 6)',
    'ScaleDownEmpty Scale-down: removing empty node "node05"',
    'ScaleDownEmpty Scale-down: empty node node05 removed',
    'ScaleDownEmpty Scale-down: removing empty node "node04"',
    'ScaleDownEmpty Scale-down: empty node node04 removed',
  ])
})

test('given a Pod that would not fit a new node either, then none is added and the Pod is told why', () => {
  const { cluster, lines } = autoscaled()
  cluster.run(
    `kubectl run huge --image=nginx --overrides='{"spec":{"containers":[{"name":"huge","image":"nginx","resources":{"requests":{"cpu":"9"}}}]}}'`,
  )
  cluster.advance('1m')
  expect(lines(messages('huge'))).toEqual(["NotTriggerScaleUp pod didn't trigger scale-up: 1 Insufficient cpu"])
  expect(lines(nodes)).toHaveLength(3)
})

test('without its container nothing is added', () => {
  const { cluster, lines } = autoscaled()
  cluster.run(
    'kubectl -n kube-system scale deployment/cluster-autoscaler --replicas=0; kubectl create deployment big --image=nginx --replicas=5; kubectl set resources deployment/big --requests=cpu=3',
  )
  cluster.advance('3m')
  expect(lines(nodes)).toHaveLength(3)
})
