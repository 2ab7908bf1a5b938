import { expect, test } from 'vitest'
import { createCluster } from '../../../src/sim/cluster'

const manifest = (kind: string, path: string, extra = '') => `
apiVersion: apps/v1
kind: Deployment
metadata: {name: hook, namespace: hooks}
spec:
  selector: {matchLabels: {app: hook}}
  template:
    metadata: {labels: {app: hook}}
    spec:
      containers:
      - {name: hook, image: "registry.k8s.io/e2e-test-images/agnhost:2.53", args: [webhook, --port=8444]}
---
apiVersion: v1
kind: Service
metadata: {name: hook, namespace: hooks}
spec: {selector: {app: hook}, ports: [{port: 443, targetPort: 8444}]}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ${kind}WebhookConfiguration
metadata: {name: hook}
webhooks:
- name: hook.example.com
  clientConfig: {service: {namespace: hooks, name: hook, path: ${path}}}
  rules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}]
  admissionReviewVersions: [v1]
  sideEffects: None
  namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: default}}
  ${extra}
`
function start(kind: 'Mutating' | 'Validating', path: string, extra = '') {
  const cluster = createCluster()
  cluster.files.write('/root/hook.yaml', manifest(kind, path, extra))
  cluster.run('kubectl create namespace hooks; kubectl apply -f hook.yaml')
  return { cluster, ready: () => cluster.run('kubectl -n hooks rollout status deployment/hook') }
}

test('before its Pod is ready a webhook cannot be asked; then its patch is applied, for controllers too', () => {
  const { cluster, ready } = start('Mutating', '/add-label')
  expect(cluster.run('kubectl run early --image=nginx').stderr).toMatch(
    /^Error from server \(InternalError\): Internal error occurred: failed calling webhook "hook.example.com": failed to call webhook: Post "https:\/\/hook.hooks.svc:443\/add-label\?timeout=10s": dial tcp 10\.\d+\.\d+\.\d+:443: connect: connection refused\n$/,
  )
  ready()
  cluster.run(
    'kubectl run x --image=nginx; kubectl create deployment web --image=nginx --replicas=3; kubectl rollout status deployment/web',
  )
  expect(cluster.run('kubectl get pods -l added-label=yes -o name').stdout.split('\n')).toHaveLength(5)
  const events = cluster.run("kubectl get events --field-selector reason=SuccessfulCreate -o jsonpath='{.items[*].message}'").stdout
  expect(events.match(/Created pod: web-/g)).toHaveLength(3)
})

test('what a webhook denies, a ReplicaSet tells in its events', () => {
  const { cluster, ready } = start('Validating', '/always-deny')
  ready()
  cluster.run('kubectl create deployment web --image=nginx')
  cluster.advance('30s')
  expect(cluster.run('kubectl describe replicaset').stdout).toContain(
    'Error creating: admission webhook "hook.example.com" denied the request: this webhook denies all requests',
  )
})

test('a webhook that takes longer than its timeout fails the request after just that time', () => {
  const { cluster, ready } = start('Validating', '/always-allow-delay-5s', 'timeoutSeconds: 2')
  ready()
  const startMs = cluster.engine.nowMs
  expect(cluster.run('kubectl run x --image=nginx').stderr).toContain('always-allow-delay-5s?timeout=2s": context deadline exceeded')
  expect(cluster.engine.nowMs - startMs).toBeGreaterThan(1900)
  expect(cluster.engine.nowMs - startMs).toBeLessThan(3000)
})

test('a webhook of one’s own reads its rules from a ConfigMap', () => {
  const { cluster } = start('Validating', '/check')
  const rules = 'rules:\n- {when: [{field: metadata.labels.team, exists: false}], deny: every Pod has a team}\n- {warn: be kind}\n'
  cluster.files.write('/root/rules.yaml', rules)
  cluster.run(`kubectl -n hooks create configmap rules --from-file=rules.yaml
    kubectl -n hooks patch deployment hook -p '{"spec":{"template":{"spec":{"containers":[{"name":"hook","image":"ghcr.io/tabernetes/webhook:v1","volumeMounts":[{"name":"r","mountPath":"/etc/webhook"}]}],"volumes":[{"name":"r","configMap":{"name":"rules"}}]}}}}'
    kubectl -n hooks patch service hook -p '{"spec":{"ports":[{"port":443,"targetPort":8443}]}}'
    kubectl -n hooks rollout status deployment/hook`)
  expect(cluster.run('kubectl run x --image=nginx').stderr).toContain(
    'admission webhook "hook.example.com" denied the request: every Pod has a team',
  )
  expect(cluster.run('kubectl run x --image=nginx --labels team=a')).toMatchObject({
    stdout: 'pod/x created\n',
    stderr: 'Warning: be kind\n',
  })
})
