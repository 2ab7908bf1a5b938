import { expect, test } from 'vitest'
import { createCluster } from '../../src/sim/cluster'

const MANIFEST = '/etc/kubernetes/manifests/kube-apiserver.yaml'
const LOG = '/var/log/kubernetes/audit/audit.log'
/** As the documentation's page "Auditing" has it, with folders that end in a slash. */
const enable = (policy: string, log = LOG) => `cat > /etc/kubernetes/audit-policy.yaml <<'E'
${policy}
E
sed -i 's#^    - --secure-port=6443#    - --secure-port=6443\\n    - --audit-policy-file=/etc/kubernetes/audit-policy.yaml\\n    - --audit-log-path=${log}#
s#^    volumeMounts:#    volumeMounts:\\n    - {mountPath: /etc/kubernetes/audit-policy.yaml, name: audit, readOnly: true}\\n    - {mountPath: /var/log/kubernetes/audit/, name: audit-log}#
s#^  volumes:#  volumes:\\n  - {name: audit, hostPath: {path: /etc/kubernetes/audit-policy.yaml, type: File}}\\n  - {name: audit-log, hostPath: {path: /var/log/kubernetes/audit/, type: DirectoryOrCreate}}#' ${MANIFEST}
sleep 60`

const POLICY = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
omitManagedFields: true
rules:
- {level: RequestResponse, resources: [{group: "", resources: [pods, configmaps]}]}
- {level: Metadata, resources: [{group: "", resources: [secrets]}]}`

interface AuditEvent {
  readonly stage: string
  readonly level: string
  readonly verb: string
  readonly requestObject?: object
  readonly objectRef: { readonly resource: string; readonly name?: string }
  readonly annotations: Readonly<Record<string, string>>
}

test('with a policy and a path kube-apiserver tells what it was asked, as much as the policy says', () => {
  const cluster = createCluster()
  cluster.run(enable(POLICY))
  cluster.run(`kubectl create secret generic s --from-literal=a=b
    kubectl run x --image=nginx --as jane
    kubectl label ns default pod-security.kubernetes.io/audit=restricted
    kubectl run y --image=nginx`)
  cluster.advance('1s')
  const events = cluster
    .run(`cat ${LOG}`)
    .stdout.trim()
    .split('\n')
    .map((line) => JSON.parse(line) as AuditEvent)
  expect(new Set(events.filter(({ verb }) => verb !== 'watch').map(({ stage }) => stage))).toEqual(new Set(['ResponseComplete']))
  const of = (resource: string, name: string) =>
    events.find(({ objectRef, verb }) => verb === 'create' && objectRef.resource === resource && objectRef.name === name)!
  expect(of('secrets', 's')).toMatchObject({ level: 'Metadata', responseStatus: { code: 201 }, user: { username: 'kubernetes-admin' } })
  expect(of('secrets', 's').requestObject).toBeUndefined()
  expect(of('pods', 'x')).toMatchObject({
    user: { username: 'kubernetes-admin' },
    impersonatedUser: { username: 'jane', groups: ['system:authenticated'] },
    responseStatus: { status: 'Failure', reason: 'Forbidden', code: 403 },
    annotations: { 'authorization.k8s.io/decision': 'forbid' },
  })
  expect(of('pods', 'y')).toMatchObject({ level: 'RequestResponse', requestObject: { kind: 'Pod' }, responseObject: { kind: 'Pod' } })
  expect(of('pods', 'y').annotations['pod-security.kubernetes.io/audit-violations']).toMatch(
    /^would violate PodSecurity "restricted:latest": /,
  )
  expect(JSON.stringify(events)).not.toContain('managedFields')
}, 60_000)

test('what components watch is told when a watch begins and when it ends', () => {
  const cluster = createCluster()
  cluster.run(
    enable('apiVersion: audit.k8s.io/v1\nkind: Policy\nomitStages: [RequestReceived]\nrules:\n- {level: Metadata, verbs: [list, watch]}'),
  )
  const told = () =>
    cluster
      .run(`cat ${LOG}`)
      .stdout.trim()
      .split('\n')
      .map((line) => JSON.parse(line) as AuditEvent & { readonly requestURI: string; readonly user: { readonly username: string } })
      .filter(({ user, objectRef }) => user.username === 'system:kube-scheduler' && objectRef.resource === 'pods')
  expect(told().map(({ stage, verb }) => `${verb} ${stage}`)).toEqual(['watch ResponseStarted'])
  expect(told()[0]!.requestURI).toMatch(
    /^\/api\/v1\/pods\?allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan&sendInitialEvents=true&timeout=7m30s&timeoutSeconds=450&watch=true$/,
  )
  cluster.advance('8m')
  expect(told().map(({ stage, verb }) => `${verb} ${stage}`)).toEqual([
    'watch ResponseStarted',
    'watch ResponseComplete',
    'watch ResponseStarted',
  ])
}, 60_000)

test('a policy of admission tells the audit log what it was told to note, and what broke its rules', () => {
  const cluster = createCluster()
  cluster.run(enable(POLICY))
  cluster.run(`cat <<'E' | kubectl apply -f -
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: short-names}
spec:
  matchConstraints: {resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [configmaps]}]}
  validations: [{expression: "true"}, {expression: "object.metadata.name.size() < 4", message: too long}]
  auditAnnotations: [{key: length, valueExpression: "string(object.metadata.name.size())"}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: everywhere}
spec: {policyName: short-names, validationActions: [Audit]}
E
sleep 1; kubectl create configmap lengthy`)
  cluster.advance('1s')
  const { annotations } = JSON.parse(cluster.run(`grep lengthy ${LOG} | head -1`).stdout) as AuditEvent
  expect(annotations['short-names/length']).toBe('7')
  expect(JSON.parse(annotations['validation.policy.admission.k8s.io/validation_failure']!)).toEqual([
    { message: 'too long', policy: 'short-names', binding: 'everywhere', expressionIndex: 1, validationActions: ['Audit'] },
  ])
}, 60_000)

test('kube-apiserver does not start with a policy that it cannot read', () => {
  const cluster = createCluster()
  cluster.run(enable('apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: Everything}]'))
  expect(cluster.run('kubectl get nodes').stderr).toContain('The connection to the server 172.30.1.2:6443 was refused')
  expect(cluster.run('cat /var/log/pods/kube-system_kube-apiserver*/kube-apiserver/*.log').stdout).toContain(
    'err="loading audit policy file: rules[0].level: Unsupported value: \\"Everything\\": supported values: \\"Metadata\\", \\"None\\", \\"Request\\", \\"RequestResponse\\""',
  )
}, 60_000)

test('the log tells what controllers and kubelets write, and when what lasts has ended', () => {
  const cluster = createCluster()
  cluster.run(
    enable(`apiVersion: audit.k8s.io/v1
kind: Policy
rules:
- {level: Metadata, resources: [{group: "", resources: [pods, pods/status, pods/exec, pods/log, pods/binding]}, {group: apps}, {group: coordination.k8s.io}]}`),
  )
  cluster.run(`kubectl create deployment web --image=nginx; kubectl rollout status deployment web
    kubectl exec deploy/web -- true; kubectl logs deploy/web >/dev/null; timeout 2 kubectl get pods -w`)
  cluster.advance('15s')
  const events = cluster
    .run(`cat ${LOG}`)
    .stdout.trim()
    .split('\n')
    .map((line) => JSON.parse(line) as AuditEvent & { user: { username: string }; userAgent: string; objectRef: { subresource?: string } })
  const by = (username: string, verb: string, resource: string) =>
    events.find((each) => each.user.username === username && each.verb === verb && each.objectRef.resource === resource && each.stage === 'ResponseComplete') // prettier-ignore
  expect(by('system:serviceaccount:kube-system:deployment-controller', 'create', 'replicasets')).toMatchObject({
    userAgent: expect.stringMatching(
      /^kube-controller-manager\/v1\.36\.0 .*\/system:serviceaccount:kube-system:deployment-controller$/,
    ) as string,
    annotations: { 'authorization.k8s.io/decision': 'allow', 'authorization.k8s.io/reason': expect.stringContaining('RBAC: allowed by ClusterRoleBinding') as string }, // prettier-ignore
  })
  expect(by('system:kube-scheduler', 'create', 'pods')?.objectRef.subresource).toBe('binding')
  expect(by('system:node:node01', 'update', 'leases') ?? by('system:node:node02', 'update', 'leases')).toBeDefined()
  const stages = (test: (each: (typeof events)[number]) => boolean) =>
    events.filter((each) => each.user.username === 'kubernetes-admin' && test(each)).map(({ stage }) => stage)
  const all = ['RequestReceived', 'ResponseStarted', 'ResponseComplete']
  expect(stages(({ objectRef }) => objectRef.subresource === 'exec')).toEqual(all)
  expect(stages(({ objectRef }) => objectRef.subresource === 'log')).toEqual(all)
  expect(stages(({ verb, objectRef }) => verb === 'watch' && objectRef.resource === 'pods')).toEqual(all)
}, 60_000)
