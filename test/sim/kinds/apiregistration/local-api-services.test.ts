import { expect, test } from 'vitest'
import { createCluster } from '../../../../src/sim/cluster'

const CRD = `kubectl apply -f - <<EOF
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: foos.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: foos, kind: Foo}
  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]
EOF
sleep 1`

test('every group and version that the server answers has an APIService, custom ones as long as they are defined', () => {
  const cluster = createCluster({ seed: 1 })
  const names = () => cluster.run('kubectl get apiservices --no-headers').stdout
  expect(names()).toMatch(/^v1\.apps +Local +True +/m)
  expect(names()).not.toContain('apiregistration')
  cluster.run(CRD)
  expect(names()).toMatch(/^v1\.example\.com +Local +True +/m)
  cluster.run('kubectl delete crd foos.example.com; sleep 5')
  expect(names()).not.toContain('example.com')
})

test('componentstatuses tell that the scheduler is not running', () => {
  const cluster = createCluster({ seed: 1 })
  expect(cluster.run('kubectl get cs scheduler').stdout).toMatch(/^scheduler +Healthy +ok/m)
  cluster.run('mv /etc/kubernetes/manifests/kube-scheduler.yaml /root/; sleep 40')
  expect(cluster.run('kubectl get cs scheduler').stdout).toMatch(
    /^scheduler +Unhealthy +Get "https:\/\/127.0.0.1:10259\/healthz": dial tcp/m,
  )
})

test('what a node is asked to announce is offered to Pods with its next look', () => {
  const cluster = createCluster({ seed: 1 })
  const patch = '[{"op":"add","path":"/status/capacity/example.com~1dongle","value":"4"}]'
  cluster.run(`kubectl patch node node01 --subresource=status --type=json -p '${patch}'; sleep 15`)
  expect(cluster.run(String.raw`kubectl get node node01 -o jsonpath='{.status.allocatable.example\.com/dongle}'`).stdout).toBe('4')
})
