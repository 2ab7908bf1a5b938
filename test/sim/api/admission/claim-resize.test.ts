import { expect, test } from 'vitest'
import { createCluster } from '../../../../src/sim/cluster'

test.each([
  ['local-path', '', 'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize'],
  ['shared-files', 'persistentvolumeclaim/data patched\n', ''],
])('a bound claim of class %s grows only if the class allows it', (storageClass, said, refused) => {
  const cluster = createCluster()
  cluster.run(`cat <<END | kubectl apply -f -
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec: {storageClassName: ${storageClass}, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
---
apiVersion: v1
kind: Pod
metadata: {name: user}
spec:
  containers: [{name: c, image: registry.k8s.io/pause:3.9, volumeMounts: [{name: d, mountPath: /d}]}]
  volumes: [{name: d, persistentVolumeClaim: {claimName: data}}]
END
kubectl wait --for=condition=Ready pod/user`)
  const { stdout, stderr } = cluster.run(`kubectl patch pvc data -p '{"spec":{"resources":{"requests":{"storage":"2Gi"}}}}'`)
  expect(stdout).toBe(said)
  expect(stderr).toBe(refused && `Error from server (Forbidden): persistentvolumeclaims "data" is forbidden: ${refused}\n`)
})
