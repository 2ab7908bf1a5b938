import { expect, test } from 'vitest'
import { createCluster } from '../../src/sim/cluster'

const MANIFEST = '/etc/kubernetes/manifests/kube-apiserver.yaml'

test('while kube-apiserver is away nothing is written, and nothing is lost by it', () => {
  const cluster = createCluster()
  cluster.run('kubectl create deployment web --image=nginx --replicas=2; kubectl rollout status deployment/web')
  cluster.run(`mv ${MANIFEST} /root/; sleep 30`)
  expect(cluster.run('kubectl get nodes').stderr).toBe(
    'The connection to the server 172.30.1.2:6443 was refused - did you specify the right host or port?\n',
  )
  let status = 0
  cluster.serve({ method: 'GET', url: '/api/v1/nodes', headers: {} }, (answer) => (status = answer.status))
  expect(status).toBe(503)
  const revision = () =>
    cluster
      .client()
      .list(cluster.findKind('pods')!)
      .map(({ metadata }) => metadata.resourceVersion)
  const before = revision()
  cluster.advance('2m')
  expect(revision()).toEqual(before)

  cluster.run(`mv /root/kube-apiserver.yaml ${MANIFEST}; sleep 30`)
  const ready = '-o jsonpath=\'{.items[*].status.conditions[?(@.type=="Ready")].status}\''
  expect(cluster.run(`kubectl get nodes ${ready}`).stdout).toBe('True True True True')
  cluster.run('kubectl delete pods --all; kubectl rollout status deployment/web')
  expect(cluster.run(`kubectl get pods ${ready}`).stdout).toBe('True True')
}, 60_000)

test('a role labelled for aggregation extends the roles that select it', () => {
  const cluster = createCluster()
  cluster.run(`kubectl create clusterrole crontabs --verb=get --resource=pods/eviction
    kubectl label clusterrole crontabs rbac.authorization.k8s.io/aggregate-to-view=true; sleep 2`)
  for (const name of ['view', 'edit', 'admin']) {
    const rules = JSON.parse(cluster.run(`kubectl get clusterrole ${name} -o json`).stdout).rules
    expect(rules).toContainEqual({ apiGroups: [''], resources: ['pods/eviction'], verbs: ['get'] })
  }
})

test('a controller may do what its role says, and its refusal shows in an event', () => {
  const cluster = createCluster()
  cluster.run('kubectl patch clusterrole system:controller:replicaset-controller --type=json -p \'[{"op":"remove","path":"/rules/3"}]\'')
  cluster.run('kubectl create deployment web --image=nginx; sleep 5')
  expect(cluster.run('kubectl describe replicaset').stdout).toContain(
    'Error creating: pods is forbidden: User "system:serviceaccount:kube-system:replicaset-controller" cannot create resource "pods" in API group "" in the namespace "default"',
  )
})

test('a scheduler that may no longer watch Pods knows of none once it has begun anew, and catches up when it may again', () => {
  const cluster = createCluster()
  const MANIFEST_OF_SCHEDULER = '/etc/kubernetes/manifests/kube-scheduler.yaml'
  const restart = `mv ${MANIFEST_OF_SCHEDULER} /root/; sleep 30; mv /root/kube-scheduler.yaml ${MANIFEST_OF_SCHEDULER}; sleep 30`
  const phase = () => cluster.run('kubectl get pod late -o jsonpath="{.spec.nodeName}/{.status.phase}"').stdout
  cluster.run(`kubectl get clusterrole system:kube-scheduler -o json > /tmp/role.json
    jq '.rules |= map(select(.resources != ["pods"]))' /tmp/role.json | kubectl replace -f -`)
  cluster.run(restart)
  cluster.run('kubectl run late --image=nginx; sleep 30')
  expect(phase()).toBe('/Pending')
  cluster.run(`kubectl patch clusterrole system:kube-scheduler --type=merge -p "$(jq -c '{rules}' /tmp/role.json)"; sleep 60`)
  expect(phase()).toMatch(/^node0\d\/Running$/)
}, 60_000)

test('a second kube-apiserver in its container finds the port taken, and the first goes on', () => {
  const cluster = createCluster()
  const { stderr, code } = cluster.run('kubectl exec -n kube-system kube-apiserver-controlplane -- kube-apiserver --etcd-servers=x')
  expect(stderr).toContain(
    'err="failed to create listener: failed to listen on 0.0.0.0:6443: listen tcp 0.0.0.0:6443: bind: address already in use"',
  )
  expect(code).toBe(1)
  expect(cluster.run('kubectl get nodes -o name').stdout).toContain('node/node01')
})
