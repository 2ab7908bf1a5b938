import { describe, expect, test } from 'vitest'
import { createCluster } from '../../../../src/sim/cluster'

/** A cluster whose control plane's manifests somebody moves away, and back. */
function withManifests() {
  const cluster = createCluster({ seed: 5 })
  const said = (script: string) => cluster.run(script).stdout.trim()
  const away = (component: string) => {
    cluster.run(`mv /etc/kubernetes/manifests/${component}.yaml /tmp/`)
    cluster.advance('40s')
  }
  const back = (component: string) => {
    cluster.run(`mv /tmp/${component}.yaml /etc/kubernetes/manifests/`)
    cluster.advance('60s')
  }
  return { cluster, said, away, back }
}

describe('given that kube-controller-manager is away', () => {
  test('then a deleted Pod stays deleted, a new Deployment has no Pods, and all of it is caught up with when it returns', () => {
    const { cluster, said, away, back } = withManifests()
    cluster.run('kubectl create deployment web --image=nginx --replicas=2; kubectl rollout status deployment/web')
    away('kube-controller-manager')
    expect(said('kubectl -n kube-system get pods --no-headers | grep -c kube-controller-manager')).toBe('0')
    cluster.run('kubectl delete $(kubectl get pods -l app=web -o name | head -1)')
    cluster.run('kubectl create deployment late --image=nginx; kubectl create namespace team')
    cluster.advance('2m')
    expect(said('kubectl get pods --no-headers | wc -l')).toBe('1')
    expect(said('kubectl get deployments --no-headers | sort')).toMatch(/^late +0\/1 +0 +0 .*\nweb +2\/2 +2 +2 /)
    expect(said('kubectl -n team get serviceaccounts --no-headers')).toBe('')
    back('kube-controller-manager')
    expect(said('kubectl get deployments --no-headers | sort')).toMatch(/^late +1\/1 +1 +1 .*\nweb +2\/2 +2 +2 /)
    expect(said('kubectl -n team get serviceaccounts --no-headers')).toMatch(/^default /)
  })

  test('then a node that falls silent is not noticed; afterwards it is', () => {
    const { cluster, said, away, back } = withManifests()
    away('kube-controller-manager')
    cluster.machines.powerOff('node03')
    cluster.advance('3m')
    expect(said('kubectl get node node03 --no-headers')).toMatch(/^node03 +Ready /)
    back('kube-controller-manager')
    expect(said('kubectl get node node03 --no-headers')).toMatch(/^node03 +NotReady /)
  })
})

describe('given that kube-scheduler is away', () => {
  test('then a new Pod waits without a word, one with a nodeName runs, and both run when it returns', () => {
    const { cluster, said, away, back } = withManifests()
    away('kube-scheduler')
    cluster.run(
      `kubectl run web --image=nginx; kubectl run fixed --image=nginx --overrides='{"spec":{"nodeName":"node02"}}'; kubectl wait --for=condition=Ready pod/fixed`,
    )
    cluster.advance('1m')
    expect(said('kubectl get pods --no-headers | sort')).toMatch(/^fixed +1\/1 +Running .*\nweb +0\/1 +Pending /)
    expect(said('kubectl get events --field-selector involvedObject.name=web --no-headers')).toBe('')
    back('kube-scheduler')
    expect(said('kubectl get pod web --no-headers')).toMatch(/^web +1\/1 +Running /)
  })
})

test('given a static Pod, when its mirror is deleted it is back and nothing has restarted; when its manifest changes it is another; without one it is gone', () => {
  const { cluster, said } = withManifests()
  cluster.run(`cat <<'EOF' > web.yaml
apiVersion: v1
kind: Pod
metadata: {name: static-web, labels: {role: myrole}}
spec: {containers: [{name: web, image: "nginx:1.26"}]}
EOF
ssh node01 "mkdir -p /etc/kubernetes/manifests; cat > /etc/kubernetes/manifests/web.yaml" < web.yaml`)
  cluster.advance('40s')
  const row = () => said('kubectl get pod static-web-node01 --no-headers')
  const id = () => said("kubectl get pod static-web-node01 -o jsonpath='{.status.containerStatuses[0].containerID}'")
  expect(row()).toMatch(/^static-web-node01 +1\/1 +Running +0 /)
  const before = id()
  cluster.run('kubectl delete pod static-web-node01')
  cluster.advance('30s')
  expect(row()).toMatch(/^static-web-node01 +1\/1 +Running +0 /)
  expect(id()).toBe(before)
  cluster.run('ssh node01 sed -i s/1.26/1.27/ /etc/kubernetes/manifests/web.yaml')
  cluster.advance('60s')
  expect(said("kubectl get pod static-web-node01 -o jsonpath='{.spec.containers[0].image}'")).toBe('nginx:1.27')
  cluster.run('ssh node01 rm /etc/kubernetes/manifests/web.yaml')
  cluster.advance('40s')
  expect(cluster.run('kubectl get pod static-web-node01').stderr).toContain('NotFound')
})
