import { expect, test } from 'vitest'
import { createCluster } from '../../../src/sim/cluster'

const INSTALL =
  'kubectl apply --server-side -f /etc/kubernetes/addons/dra-example-driver.yaml; kubectl -n dra-tutorial rollout status ds/dra-example-driver-kubeletplugin'
const ONE_GPU = `cat <<EOF | kubectl apply -f -
apiVersion: resource.k8s.io/v1
kind: ResourceClaim
metadata: {name: some-gpu}
spec: {devices: {requests: [{name: some-gpu, exactly: {deviceClassName: gpu.example.com}}]}}
---
apiVersion: v1
kind: Pod
metadata: {name: pod0}
spec:
  containers:
  - {name: ctr0, image: ubuntu:24.04, command: [bash, -c, "export; sleep 9999"], resources: {claims: [{name: gpu}]}}
  - {name: ctr1, image: ubuntu:24.04, command: [bash, -c, "export; sleep 9999"]}
  resourceClaims: [{name: gpu, resourceClaimName: some-gpu}]
EOF
`

test('given an example driver on every worker, when a Pod claims a card, then its container finds which one it has, and the card is free again after it', () => {
  const cluster = createCluster({ seed: 12 })
  const said = (script: string) => cluster.run(script).stdout.trim()
  cluster.run(INSTALL)
  const slices = said('kubectl get resourceslices --no-headers').split('\n')
  expect(slices.map((line) => line.split(/ +/)[1])).toEqual(['node01', 'node02', 'node03'])
  cluster.run(`${ONE_GPU}kubectl wait --for=condition=Ready pod/pod0`)
  expect(said('kubectl logs pod0 -c ctr0 | grep -E "GPU_DEVICE_[0-9]+="')).toBe('declare -x GPU_DEVICE_0="gpu-0"')
  expect(said('kubectl logs pod0 -c ctr1 | grep GPU')).toBe('')
  expect(said('kubectl get resourceclaims --no-headers')).toMatch(/^some-gpu +allocated,reserved +/)
  cluster.run('kubectl delete pod pod0; sleep 1')
  expect(said('kubectl get resourceclaims --no-headers')).toMatch(/^some-gpu +pending +/)
  expect(
    said(
      'kubectl -n dra-tutorial logs -l app.kubernetes.io/name=dra-example-driver | grep driver.go | sed "s/.*driver.go:[0-9]*. //; s/ .*//"',
    ).split('\n'),
  ).toEqual(['PrepareResourceClaims', 'Returning', 'UnprepareResourceClaims'])
})

test('given a driver that has gone, then a Pod with its device does not start, its slices are withdrawn, and all goes on when it is back', () => {
  const cluster = createCluster({ seed: 12 })
  const said = (script: string) => cluster.run(script).stdout.trim()
  cluster.run(`${INSTALL}
kubectl -n dra-tutorial patch daemonset dra-example-driver-kubeletplugin -p '{"spec":{"template":{"spec":{"nodeSelector":{"driver":"no"}}}}}'
kubectl -n dra-tutorial wait --for=delete pod -l app.kubernetes.io/name=dra-example-driver
${ONE_GPU}sleep 15`)
  expect(said('kubectl get pod pod0 --no-headers')).toMatch(/^pod0 +0\/2 +ContainerCreating/)
  expect(said("kubectl get events --field-selector reason=FailedPrepareDynamicResources -o jsonpath='{.items[0].message}'")).toBe(
    'Failed to prepare dynamic resources: prepare dynamic resources: DRA driver gpu.example.com is not registered',
  )
  expect(cluster.run('sleep 30; kubectl get resourceslices').stderr).toContain('No resources found')
  cluster.run(
    `kubectl -n dra-tutorial patch daemonset dra-example-driver-kubeletplugin --type=json -p '[{"op":"remove","path":"/spec/template/spec/nodeSelector"}]'`,
  )
  expect(said('kubectl wait --for=condition=Ready pod/pod0 --timeout=60s')).toBe('pod/pod0 condition met')
})
