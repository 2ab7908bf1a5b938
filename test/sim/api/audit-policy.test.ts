import { describe, expect, test } from 'vitest'
import { auditOrder, readAuditPolicy, type AuditPolicy } from '../../../src/sim/api/audit-policy'
import { requestAttributes } from '../../../src/sim/api/request-attributes'

const head = { apiVersion: 'audit.k8s.io/v1', kind: 'Policy' }
const PATH = '/etc/kubernetes/audit-policy.yaml'

describe('a policy that kube-apiserver does not start with', () => {
  test.each([
    [undefined, `failed decoding: Object 'Kind' is missing in 'null': from file ${PATH}`],
    [{ apiVersion: 'audit.k8s.io/v2', kind: 'Policy' }, `failed decoding: no kind "Policy" is registered for version "audit.k8s.io/v2" in scheme: from file ${PATH}`], // prettier-ignore
    [{ ...head, rules: [] }, `loaded illegal policy with 0 rules from file ${PATH}`],
    [{ ...head, rules: [{ level: 'Metadata', foo: 1 }] }, `failed decoding: strict decoding error: unknown field "rules[0].foo": from file ${PATH}`], // prettier-ignore
    [{ ...head, rules: [{ level: 'All' }] }, 'rules[0].level: Unsupported value: "All": supported values: "Metadata", "None", "Request", "RequestResponse"'], // prettier-ignore
    [{ ...head, rules: [{ level: 'None', namespaces: ['a'], nonResourceURLs: ['/a'] }] }, 'rules[0].nonResourceURLs: Invalid value: ["/a"]: rules cannot apply to both regular resources and non-resource URLs'], // prettier-ignore
  ])('%j', (value, why) => {
    expect(readAuditPolicy(value, PATH)).toBe(`loading audit policy file: ${why}`)
  })
})

describe('the first rule that is for a request decides how much of it is told', () => {
  const policy = readAuditPolicy(
    {
      ...head,
      omitStages: ['RequestReceived'],
      rules: [
        { level: 'None', users: ['system:kube-proxy'], verbs: ['watch'] },
        { level: 'None', userGroups: ['system:authenticated'], nonResourceURLs: ['/api*', '/version'] },
        { level: 'Request', resources: [{ group: '', resources: ['configmaps'] }], namespaces: ['kube-system'] },
        { level: 'RequestResponse', resources: [{ group: '', resources: ['pods'] }] },
        { level: 'Metadata', resources: [{ group: '', resources: ['pods/log', 'pods/status'] }] },
        { level: 'None', resources: [{ group: '', resources: ['configmaps'], resourceNames: ['controller-leader'] }] },
        { level: 'Metadata', resources: [{ group: 'apps', resources: ['*'] }], omitStages: ['ResponseStarted'] },
      ],
    },
    PATH,
  ) as AuditPolicy

  test.each([
    ['system:kube-proxy', 'GET', '/api/v1/services?watch=1', 'None'],
    ['jane', 'GET', '/version', 'None'],
    ['jane', 'GET', '/api/v1/namespaces/kube-system/configmaps/x', 'Request'],
    ['jane', 'POST', '/api/v1/namespaces/default/pods', 'RequestResponse'],
    ['jane', 'GET', '/api/v1/namespaces/default/pods/x/log', 'Metadata'],
    ['jane', 'GET', '/api/v1/namespaces/default/configmaps/controller-leader', 'None'],
    ['jane', 'GET', '/apis/apps/v1/deployments', 'Metadata'],
    ['jane', 'GET', '/apis/batch/v1/jobs', 'None'],
    ['jane', 'GET', '/metrics', 'None'],
  ])('%s %s %s: %s', (name, method, url, level) => {
    const order = auditOrder(policy, { name, groups: ['system:authenticated'] }, requestAttributes(method, url))
    expect(order.level).toBe(level)
    expect(order.omitStages).toContain('RequestReceived')
  })
})
