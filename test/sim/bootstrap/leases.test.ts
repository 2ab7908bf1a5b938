import { expect, test } from 'vitest'
import { createCluster } from '../../../src/sim/cluster'

const leaseOf = (cluster: ReturnType<typeof createCluster>, name: string) =>
  JSON.parse(cluster.run(`kubectl get lease -n kube-system ${name} -o json`).stdout)

test('the control plane holds leases: each leader one, and the API server one that tells that it is there', () => {
  const cluster = createCluster()
  const { stdout } = cluster.run('kubectl get leases -n kube-system --no-headers')
  const rows = stdout.trim().split('\n')
  expect(rows).toHaveLength(3)
  expect(rows[0]).toMatch(/^apiserver-([0-9a-f]{26}) +apiserver-\1_[0-9a-f-]{36} +2m$/)
  expect(rows[1]).toMatch(/^kube-controller-manager +controlplane_[0-9a-f-]{36} /)
  expect(rows[2]).toMatch(/^kube-scheduler +controlplane_[0-9a-f-]{36} /)
  expect(cluster.run('kubectl -n kube-system get lease -l apiserver.kubernetes.io/identity=kube-apiserver -o name').stdout).toMatch(
    /^lease.coordination.k8s.io\/apiserver-/,
  )
})

test('a leader renews its lease; one that is restarted takes it over under another name', () => {
  const cluster = createCluster()
  const before = leaseOf(cluster, 'kube-scheduler')
  cluster.advance('30s')
  const later = leaseOf(cluster, 'kube-scheduler')
  expect(Date.parse(later.spec.renewTime) - Date.parse(before.spec.renewTime)).toBe(30_000)
  expect(later.spec).toMatchObject({ acquireTime: before.spec.acquireTime, leaseTransitions: 0, leaseDurationSeconds: 15 })

  const manifest = '/etc/kubernetes/manifests/kube-scheduler.yaml'
  cluster.run(`mv ${manifest} /root/; sleep 60`)
  const gone = leaseOf(cluster, 'kube-scheduler')
  cluster.advance('30s')
  expect(leaseOf(cluster, 'kube-scheduler').spec.renewTime).toBe(gone.spec.renewTime)
  const events = () => cluster.run('kubectl -n kube-system get events --field-selector reason=LeaderElection --no-headers').stdout
  cluster.run(
    `mv /root/kube-scheduler.yaml ${manifest}; until pgrep kube-scheduler; do sleep 1; done; kubectl run web --image=nginx; sleep 10`,
  )
  // The new process has not seen the lease for long enough yet.
  expect(leaseOf(cluster, 'kube-scheduler').spec.holderIdentity).toBe(before.spec.holderIdentity)
  expect(cluster.run('kubectl get pod web --no-headers').stdout).toContain(' Pending ')
  cluster.run('sleep 10')
  const again = leaseOf(cluster, 'kube-scheduler')
  expect(again.spec.leaseTransitions).toBe(1)
  expect(again.spec.holderIdentity).not.toBe(before.spec.holderIdentity)
  expect(cluster.run('kubectl get pod web -o jsonpath="{.spec.nodeName}"').stdout).toMatch(/^node0/)
  expect(events()).toMatch(new RegExp(`Normal +LeaderElection +lease/kube-scheduler +${again.spec.holderIdentity} became leader`))
}, 20_000)

test('whose lease somebody else has taken leads no more, and waits until it has not been renewed for fifteen seconds', () => {
  const cluster = createCluster()
  const taken = `{"spec":{"holderIdentity":"controlplane2_x","renewTime":"'$(date -u +%FT%T.000000Z)'","leaseTransitions":7}}`
  cluster.run(
    `kubectl -n kube-system patch lease kube-scheduler --type=merge -p '${taken}'; sleep 11; kubectl run web --image=nginx; sleep 3`,
  )
  expect(cluster.run('kubectl get pod web --no-headers').stdout).toContain(' Pending ')
  cluster.run('sleep 20')
  expect(leaseOf(cluster, 'kube-scheduler').spec).toMatchObject({ leaseTransitions: 8 })
  expect(cluster.run('kubectl get pod web -o jsonpath="{.spec.nodeName}"').stdout).toMatch(/^node0/)
})

test('a lease that is given up is taken over at once', () => {
  const cluster = createCluster()
  cluster.run(`kubectl -n kube-system patch lease kube-scheduler --type=merge -p '{"spec":{"holderIdentity":""}}'; sleep 11`)
  expect(leaseOf(cluster, 'kube-scheduler').spec).toMatchObject({
    leaseTransitions: 1,
    holderIdentity: expect.stringMatching(/^controlplane_/),
  })
})

test('renewals go on for ever and nobody waits for them', () => {
  const cluster = createCluster()
  cluster.advance('5m')
  expect(cluster.engine.foreground).toBe(0)
})
