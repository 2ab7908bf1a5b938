import { expect, test } from 'vitest'
import { createCluster } from '../../../src/sim/cluster'

const policy = (expression: string, apiGroups = '[apps]') => `kubectl apply -f - <<Y
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: p}
spec:
  matchConstraints:
    resourceRules: [{apiGroups: ${apiGroups}, apiVersions: [v1], operations: [CREATE], resources: [deployments]}]
  validations: [{expression: "${expression}"}]
Y
sleep 2`

test.each([
  [
    'object.replicas > 1',
    undefined,
    "apps/v1, Kind=Deployment: ERROR: <input>:1:7: undefined field 'replicas'\n | object.replicas > 1\n | ......^\n",
  ],
  ['object.spec.replicas > 1', undefined, ''],
  [
    "object.spec.replicas == '1'",
    undefined,
    "apps/v1, Kind=Deployment: ERROR: <input>:1:22: found no matching overload for '_==_' applied to '(int, string)'\n | object.spec.replicas == '1'\n | .....................^\n",
  ],
  [
    "object.spec.template.spec.containers.all(c, c.imag != '')",
    undefined,
    "apps/v1, Kind=Deployment: ERROR: <input>:1:46: undefined field 'imag'\n | object.spec.template.spec.containers.all(c, c.imag != '')\n | .............................................^\n",
  ],
  ["has(object.spec.paused) && object.metadata.labels['app'] != '' && oldObject == null || object.spec.replicas >= 1.5", undefined, ''],
  [
    "object.spec.template.spec.?securityContext.?runAsUser.orValue(0) > 0 && quantity(object.spec.template.spec.containers[0].resources.limits['cpu']).isLessThan(quantity('1'))",
    undefined,
    '',
  ],
  [
    'has(object.spec.nope)',
    undefined,
    "apps/v1, Kind=Deployment: ERROR: <input>:1:16: undefined field 'nope'\n | has(object.spec.nope)\n | ...............^\n",
  ],
  ["object.metadata.name == 'object.nothing'", undefined, ''],
  ["object.spec.template.spec.containers.all(c, c.image != '')", undefined, ''],
  ['object.replicas > 1', "['*']", ''],
])('the status of a policy whose rule is %s tells of fields that do not exist', (expression, groups, warning) => {
  const cluster = createCluster()
  cluster.run(policy(expression, groups))
  const read = (path: string) => cluster.run(`kubectl get validatingadmissionpolicy p -o jsonpath='{${path}}'`).stdout
  expect(read('.status.observedGeneration')).toBe('1')
  expect(read('.status.typeChecking.expressionWarnings[0].warning')).toBe(warning)
  if (warning) expect(read('.status.typeChecking.expressionWarnings[0].fieldRef')).toBe('spec.validations[0].expression')
})

test('an authorizer answers for who asks, for the resource of the request, and for service accounts', () => {
  const cluster = createCluster()
  cluster.run(`${policy("authorizer.requestResource.check('delete').allowed() && !authorizer.serviceAccount('default', 'default').group('').resource('secrets').check('get').allowed()")}
kubectl create clusterrolebinding edit --clusterrole=edit --user=ann
kubectl create clusterrole maker --verb=create,get --resource=deployments
kubectl create clusterrolebinding maker --clusterrole=maker --user=bob
kubectl apply -f - <<Y
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: p}
spec: {policyName: p, validationActions: [Deny]}
Y`)
  expect(cluster.run('kubectl create deployment a --image=nginx --as=ann').stdout).toBe('deployment.apps/a created\n')
  expect(cluster.run('kubectl create deployment b --image=nginx --as=bob').stderr).toContain(
    "ValidatingAdmissionPolicy 'p' with binding 'p' denied request",
  )
})
