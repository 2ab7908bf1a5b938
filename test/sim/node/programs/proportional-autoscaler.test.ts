import { expect, test } from 'vitest'
import { createCluster } from '../../../../src/sim/cluster'
import { replicasFor } from '../../../../src/sim/node/programs/proportional-autoscaler'

const size = (nodes: number, cores: number) => () => ({ nodes, cores })

test.each([
  ['as many as nodes ask for', { linear: '{"coresPerReplica":256,"nodesPerReplica":16}' }, size(40, 80), 3],
  ['as many as cores ask for', { linear: '{"coresPerReplica":10,"nodesPerReplica":100}' }, size(4, 80), 8],
  ['two where one could fail', { linear: '{"coresPerReplica":256,"nodesPerReplica":16,"preventSinglePointFailure":true}' }, size(4, 8), 2],
  [
    'one where there is one node',
    { linear: '{"coresPerReplica":256,"nodesPerReplica":16,"preventSinglePointFailure":true}' },
    size(1, 8),
    1,
  ],
  ['no more than the limit', { linear: '{"nodesPerReplica":1,"max":3}' }, size(9, 9), 3],
  ['no fewer than the minimum', { linear: '{"nodesPerReplica":16,"min":5}' }, size(1, 1), 5],
  ['by steps', { ladder: '{"coresToReplicas":[[1,1],[64,3],[512,5]],"nodesToReplicas":[[1,1],[2,2]]}' }, size(3, 100), 3],
])('%s', (_, data, of, replicas) => {
  expect(replicasFor(data, of)).toBe(replicas)
})

test.each(['{"coresPerReplica":', '7', ''])('parameters that nobody can read (%s) are refused, and the replicas stay', (linear) => {
  expect(() => replicasFor({ linear }, size(3, 6))).toThrow(`Error parsing the autoscaling parameters: ${linear}`)
})

const manifest = (rules: string) => `
apiVersion: v1
kind: ServiceAccount
metadata: {name: autoscaler}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: autoscaler}
rules: [${rules}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: autoscaler}
subjects: [{kind: ServiceAccount, name: autoscaler, namespace: default}]
roleRef: {kind: ClusterRole, name: autoscaler, apiGroup: rbac.authorization.k8s.io}
---
apiVersion: v1
kind: Pod
metadata: {name: autoscaler}
spec:
  serviceAccountName: autoscaler
  containers:
  - name: it
    image: registry.k8s.io/cpa/cluster-proportional-autoscaler:1.8.4
    command: [/cluster-proportional-autoscaler, --namespace=default, --configmap=params, --target=Deployment/web, '--default-params={"linear":{"nodesPerReplica":1}}']
`
const MAPS = '{apiGroups: [""], resources: [configmaps], verbs: [get, create]}, {apiGroups: [""], resources: [nodes], verbs: [list]}'

function run(rules: string) {
  const cluster = createCluster({ seed: 1 })
  cluster.files.write('/root/autoscaler.yaml', manifest(rules))
  cluster.run('kubectl create deployment web --image=nginx; kubectl apply -f autoscaler.yaml; sleep 60')
  return cluster
}

test('replicas follow the nodes, by parameters that it writes down where there are none', () => {
  const cluster = run(`${MAPS}, {apiGroups: [apps], resources: [deployments/scale], verbs: [get, update]}`)
  const replicas = () => cluster.run("kubectl get deployment web -o jsonpath='{.spec.replicas}'").stdout
  expect(cluster.run("kubectl get configmap params -o jsonpath='{.data.linear}'").stdout).toBe('{"nodesPerReplica":1}')
  expect(replicas()).toBe('4') // nodes that are tainted count: only those that are cordoned do not
  cluster.run('kubectl cordon node01; sleep 15')
  expect(replicas()).toBe('3')
})

test('it may only what its account may', () => {
  const cluster = run(MAPS)
  expect(cluster.run('kubectl logs autoscaler').stdout).toContain('cannot get resource "deployments/scale" in API group "apps"')
  expect(cluster.run("kubectl get deployment web -o jsonpath='{.spec.replicas}'").stdout).toBe('1')
})
