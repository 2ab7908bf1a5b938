import { expect, test } from 'vitest'
import { createCluster } from '../../../../src/sim/cluster'

test('a review, which has no metadata, is created and answers', () => {
  const cluster = createCluster({ workers: 1 })
  const { stdout } = cluster.run(`
kubectl create -o jsonpath='{.status.allowed}{"\\n"}' -f - <<EOF
apiVersion: authorization.k8s.io/v1
kind: SelfSubjectAccessReview
spec: {resourceAttributes: {group: apps, resource: deployments, verb: create, namespace: dev}}
EOF
kubectl create -o jsonpath='{.status.authenticated} {.status.user.username}{"\\n"}' -f - <<EOF
{"apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "spec": {"token": "$(kubectl create token default)"}}
EOF`)
  expect(stdout).toBe('true\ntrue system:serviceaccount:default:default\n')
})
