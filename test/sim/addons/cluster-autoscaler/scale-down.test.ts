import { expect, test } from 'vitest'
import { createCluster } from '../../../../src/sim/cluster'

/** A cluster whose autoscaler is quick, with a fourth worker on which a Deployment `web` runs and nothing else but daemons. */
function underused(podSpec = '', metadata = '') {
  const cluster = createCluster({ seed: 3 })
  const fourth = cluster.machines.add()
  const out = (script: string) => cluster.run(script).stdout.trim()
  cluster.advance('30s')
  const others = 'node01 node02 node03'
  cluster.run(`kubectl cordon ${others}
kubectl apply -f - <<Y
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}${metadata}}
    spec:
      terminationGracePeriodSeconds: 1
      containers: [{name: web, image: nginx, resources: {requests: {cpu: 500m}}}]
      ${podSpec}
Y
kubectl rollout status deployment/web
kubectl uncordon ${others}
sed 's/--nodes=[0-9]*:/--nodes=1:/; s/=10m/=1m/' /etc/kubernetes/addons/cluster-autoscaler.yaml | kubectl apply -f -
kubectl -n kube-system rollout status deployment/cluster-autoscaler`)
  const messages = (object: string) =>
    out(
      `kubectl get events -A --field-selector involvedObject.name=${object},source=cluster-autoscaler -o jsonpath='{range .items[*]}{.reason} {.message}{"\\n"}{end}'`,
    ).split('\n')
  return { cluster, out, fourth, messages, isThere: () => cluster.run(`kubectl get node ${fourth}`).code === 0 }
}

test('given a worker of which less than half is asked for, when its Pods fit elsewhere, then it is emptied by evictions and removed', () => {
  const { cluster, out, fourth, messages, isThere } = underused()
  cluster.advance('30s')
  const taints = out(`kubectl get node ${fourth} -o jsonpath='{range .spec.taints[*]}{.key}:{.effect} {end}'`)
  expect(taints).toBe('DeletionCandidateOfClusterAutoscaler:PreferNoSchedule')
  const pods = out("kubectl get pods -l app=web -o jsonpath='{.items[*].metadata.name}'").split(' ')
  cluster.advance('3m')
  expect(isThere()).toBe(false)
  expect(messages(pods[0]!)).toEqual(['ScaleDown deleting pod for node scale down'])
  expect(messages(fourth)).toEqual([
    'ScaleDown marked the node as toBeDeleted/unschedulable',
    'ScaleDown node removed by cluster autoscaler',
  ])
  expect(messages('cluster-autoscaler-status').filter((it) => it.includes(fourth))).toEqual([
    expect.stringMatching(
      /^ScaleDown Scale-down: removing node node04, utilization: \{0\.25 [\d.]+ 0 0 cpu 0\.25\}, pods to reschedule: default\/web-[-\w]+,default\/web-[-\w]+$/,
    ),
    'ScaleDown Scale-down: node node04 removed with drain',
  ])
  cluster.advance('30s')
  expect(out('kubectl get deployment web --no-headers')).toMatch(/^web +2\/2 +2 +2 /)
})

test.each([
  ['a Pod says that it must not be evicted', '', ', annotations: {cluster-autoscaler.kubernetes.io/safe-to-evict: "false"}', ''],
  ['a Pod keeps data on the node', 'volumes: [{name: cache, emptyDir: {}}]', '', ''],
  ['no other node matches its selector', 'nodeSelector: {kubernetes.io/hostname: node04}', '', ''],
  ['a disruption budget spares nobody', '', '', 'kubectl create pdb web --selector=app=web --min-available=2'],
  ['a Pod has nobody who would replace it', '', '', 'kubectl run alone --image=nginx --overrides=\'{"spec":{"nodeName":"node04"}}\''],
  ['the node says so', '', '', 'kubectl annotate node node04 cluster-autoscaler.kubernetes.io/scale-down-disabled=true'],
  ['half of it is asked for', '', '', 'kubectl create deployment more --image=nginx --dry-run=client -o yaml | kubectl apply -f -; kubectl patch deployment more -p \'{"spec":{"template":{"spec":{"nodeName":"node04","containers":[{"name":"nginx","resources":{"requests":{"cpu":"1"}}}]}}}}\''],
])('an underused worker stays when %s', (_, podSpec, metadata, script) => {
  const { cluster, isThere } = underused(podSpec, metadata)
  cluster.run(script)
  cluster.advance('4m')
  expect(isThere()).toBe(true)
}) // prettier-ignore

test('what keeps data on the node goes too when it says that it may', () => {
  const { cluster, isThere } = underused(
    'volumes: [{name: cache, emptyDir: {}}]',
    ', annotations: {cluster-autoscaler.kubernetes.io/safe-to-evict: "true"}',
  )
  cluster.advance('4m')
  expect(isThere()).toBe(false)
})
