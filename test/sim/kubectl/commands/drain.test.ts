import { expect, test } from 'vitest'
import { type Cluster, createCluster } from '../../../../src/sim/cluster'

test.each([
  ['kubectl taint nodes node01 a=b', 'error: invalid taint spec: a=b, name part must consist of'],
  ['kubectl taint nodes node01 a=b:Never', 'error: invalid taint effect: Never, unsupported taint effect'],
  [
    'kubectl taint nodes node01 a=b:NoSchedule a=c:NoSchedule',
    'error: duplicated taints with the same key and effect: {a c NoSchedule <nil>}',
  ],
  ['kubectl taint nodes node01 a=b:NoSchedule a-', 'error: can not both modify and remove the following taint(s) in the same command: a='],
  ['kubectl taint pods web a=b:NoSchedule', 'error: invalid resource type pods, only node types are supported'],
  ['kubectl taint nodes node01 a-', 'error: taint "a" not found'],
  ['kubectl drain', 'error: USAGE: drain NODE [flags]'],
  ['kubectl drain node01 -l a=b', 'error: cannot specify both a node name and a --selector option'],
  ['kubectl autoscale deployment web --max=0', 'error: --max=MAXPODS is required and must be at least 1, max: 0'],
  ['kubectl autoscale deployment web --max=2 --min=3', 'error: --max=MAXPODS must be larger or equal to --min=MINPODS, max: 2, min: 3'],
  ['kubectl autoscale deployment web --max=2 --cpu=50% --cpu-percent=50', 'error: --cpu-percent and --cpu are mutually exclusive'],
  ['kubectl autoscale deployment web --max=2 --cpu=half%', 'error: invalid percentage value: half'],
  ['kubectl autoscale deployment web --max=2 --memory=much', 'error: invalid resource memory value: much'],
])('%s is refused: %s', (line, message) => {
  const { stderr, code } = createCluster({ seed: 1 }).run(line)
  expect(code).toBe(1)
  expect(stderr).toContain(message)
})

test('a taint is added once, changed only with --overwrite, and removed', () => {
  const cluster = createCluster({ seed: 1 })
  expect(cluster.run('kubectl taint nodes node01 team=a:NoSchedule').stdout).toBe('node/node01 tainted\n')
  expect(cluster.run('kubectl taint nodes node01 team=b:NoSchedule').stderr).toBe(
    'error: node node01 already has team taint(s) with same effect(s) and --overwrite is false\n',
  )
  expect(cluster.run('kubectl taint nodes node01 team=b:NoSchedule --overwrite').stdout).toBe('node/node01 modified\n')
  expect(cluster.run('kubectl taint nodes node01 team-').stdout).toBe('node/node01 untainted\n')
})

/** A cluster whose workers hold nothing but kube-proxy: metrics-server keeps its certificates in an emptyDir, which a drain refuses to lose. */
function workersWithDaemonPodsOnly(): Cluster {
  const cluster = createCluster({ seed: 1 })
  cluster.run('kubectl -n kube-system delete deployment metrics-server --cascade=foreground')
  return cluster
}

test('a drain is refused because of DaemonSet pods, and waits for the disruption budget until its time is up', () => {
  const cluster = workersWithDaemonPodsOnly()
  expect(cluster.run('kubectl drain node01').stderr).toMatch(
    /^error: unable to drain node "node01" due to error: cannot delete DaemonSet-managed Pods \(use --ignore-daemonsets to ignore\): kube-system\/kube-proxy-\w+, continuing command\.\.\.\nThere are pending nodes to be drained:\n node01\ncannot delete DaemonSet-managed Pods/,
  )
  cluster.run('kubectl uncordon node01; kubectl create deployment web --image=nginx --replicas=6; kubectl rollout status deployment/web')
  cluster.run('kubectl create pdb web --selector=app=web --min-available=6')
  const { stdout, stderr, code } = cluster.run('kubectl drain node01 --ignore-daemonsets --timeout=8s')
  expect(code).toBe(1)
  expect(stdout).toMatch(/^node\/node01 cordoned\nevicting pod default\/web-/)
  expect(stderr).toMatch(
    /error when evicting pods\/"web-\S+" -n "default" \(will retry after 5s\): Cannot evict pod as it would violate the pod's disruption budget\.\n/,
  )
  expect(stderr).toContain('global timeout reached: 8s')
  cluster.run('kubectl delete pdb web')
  expect(cluster.run('kubectl drain node01 --ignore-daemonsets').stdout).toMatch(
    /^node\/node01 already cordoned\n[^]*pod\/web-\S+ evicted\nnode\/node01 drained\n$/,
  )
})

test('a drain in a dry run of the server evicts nobody', () => {
  const cluster = workersWithDaemonPodsOnly()
  cluster.run('kubectl create deployment web --image=nginx --replicas=6; kubectl rollout status deployment/web')
  const before = cluster.run('kubectl get pods -o name').stdout
  expect(cluster.run('kubectl drain node01 --ignore-daemonsets --dry-run=server').stdout).toContain(
    '(server dry run)\nnode/node01 drained (server dry run)\n',
  )
  expect(cluster.run('sleep 60; kubectl get pods -o name').stdout).toBe(before)
})

test('an autoscaler aims at a share of what is requested, or at an amount a Pod', () => {
  const cluster = createCluster({ seed: 1 })
  cluster.run('kubectl create deployment web --image=nginx; kubectl create deployment api --image=nginx')
  expect(cluster.run('kubectl autoscale deployment web --max=3 --cpu=50%').stdout).toBe(
    'horizontalpodautoscaler.autoscaling/web autoscaled\n',
  )
  cluster.run('kubectl autoscale deployment api --max=3 --cpu=500 --memory=200Mi')
  const targets = (name: string) => cluster.run(`kubectl get hpa ${name} -o jsonpath='{.spec.metrics[*].resource}'`).stdout
  expect(targets('web')).toBe('{"name":"cpu","target":{"averageUtilization":50,"type":"Utilization"}}')
  expect(targets('api')).toBe(
    '{"name":"cpu","target":{"averageValue":"500m","type":"AverageValue"}} {"name":"memory","target":{"averageValue":"200Mi","type":"AverageValue"}}',
  )
})
