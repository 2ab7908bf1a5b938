import { expect, test } from 'vitest'
import { createCluster } from '../../../src/sim/cluster'

type Asked = Readonly<Record<string, string>>

function answers() {
  const cluster = createCluster()
  const nameOf = (kind: string, uid: string | undefined) =>
    cluster
      .client()
      .list(cluster.findKind(kind)!)
      .find(({ metadata }) => metadata.uid === uid)?.metadata.name
  return {
    cluster,
    /** Under which schema and which level a request fell, by the headers of its answer. */
    flow(method: string, url: string, headers: Asked = {}) {
      const answer = cluster.request({ method, url, headers })
      const level = nameOf('prioritylevelconfigurations', answer.headers['x-kubernetes-pf-prioritylevel-uid'])
      return [nameOf('flowschemas', answer.headers['x-kubernetes-pf-flowschema-uid']), level]
    },
  }
}

const as = (user: string, ...groups: readonly string[]): Asked => ({
  'impersonate-user': user,
  ...(groups.length > 0 && { 'impersonate-group': groups.join(',') }),
})

test.each<readonly [method: string, url: string, headers: Asked, schema: string, level: string]>([
  ['GET', '/api/v1/pods', as('root', 'system:masters'), 'exempt', 'exempt'],
  ['GET', '/api/v1/pods', {}, 'global-default', 'global-default'],
  ['GET', '/healthz', as('jane'), 'probes', 'exempt'],
  ['GET', '/version', as('jane'), 'global-default', 'global-default'],
  ['GET', '/api/v1/namespaces/default/pods', as('jane'), 'global-default', 'global-default'],
  ['PUT', '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/x', as('system:kube-scheduler'), 'system-leader-election', 'leader-election'], // prettier-ignore
  ['GET', '/api/v1/pods', as('system:kube-scheduler'), 'kube-scheduler', 'workload-high'],
  ['GET', '/api/v1/nodes/node01', as('system:node:node01', 'system:nodes'), 'system-node-high', 'node-high'],
  ['GET', '/api/v1/pods', as('system:node:node01', 'system:nodes'), 'system-nodes', 'system'],
  ['GET', '/api/v1/pods', as('system:serviceaccount:kube-system:coredns', 'system:serviceaccounts'), 'kube-system-service-accounts', 'workload-high'], // prettier-ignore
  ['GET', '/api/v1/pods', as('system:serviceaccount:default:default', 'system:serviceaccounts'), 'service-accounts', 'workload-low'],
])('%s %s as %j falls under %s, %s', (method, url, headers, schema, level) => {
  expect(answers().flow(method, url, headers)).toEqual([schema, level])
})

test('a flow schema of less precedence takes requests over, and tells when its level is not there', () => {
  const { cluster, flow } = answers()
  cluster.run(`cat <<E | kubectl apply -f -
apiVersion: flowcontrol.apiserver.k8s.io/v1
kind: FlowSchema
metadata:
  name: list-pods
spec:
  matchingPrecedence: 50
  priorityLevelConfiguration: {name: catch-all}
  distinguisherMethod: {type: ByUser}
  rules:
  - subjects: [{kind: User, user: {name: jane}}]
    resourceRules: [{verbs: [list], apiGroups: [''], resources: [pods], namespaces: ['*']}]
E`)
  const url = '/api/v1/namespaces/default/pods'
  expect(flow('GET', url, as('jane'))).toEqual(['list-pods', 'catch-all'])
  expect(flow('GET', `${url}/x`, as('jane'))).toEqual(['global-default', 'global-default'])
  expect(flow('GET', url, as('john'))).toEqual(['global-default', 'global-default'])
})

test('the debug pages count what was served, and nothing waits', () => {
  const { cluster, flow } = answers()
  for (let i = 0; i < 3; i++) flow('GET', '/version', as('jane'))
  const { stdout } = cluster.run('kubectl get --raw /debug/api_priority_and_fairness/dump_priority_levels')
  const [heading, ...rows] = stdout.trim().split('\n')
  expect(heading).toBe(
    'PriorityLevelName, ActiveQueues, IsIdle, IsQuiescing, WaitingRequests, ExecutingRequests, DispatchedRequests, RejectedRequests, TimedoutRequests, CancelledRequests',
  )
  expect(rows).toHaveLength(8)
  // kubeadm's administrator is no system:masters: the request that asks is one of these.
  expect(rows.find((row) => row.startsWith('global-default'))).toMatch(
    /^global-default, {4}0, {12}false, {2}false, {7}0, {15}1, {17}[3-9], {18}0, {16}0, {16}0$/,
  )
  expect(rows.find((row) => row.startsWith('exempt'))).toMatch(/^exempt, +0, +true, /)
  const metrics = cluster.run('kubectl get --raw /metrics').stdout
  expect(metrics).toMatch(
    /^apiserver_flowcontrol_dispatched_requests_total\{flow_schema="global-default",priority_level="global-default"\} [3-9]$/m,
  )
  const queues = cluster.run('kubectl get --raw /debug/api_priority_and_fairness/dump_queues').stdout.trim().split('\n')
  expect(queues).toHaveLength(1 + 64 + 64 + 16 + 128 * 3)
  // The only request that is being served is whoever's asks.
  const requests = (flags: string) =>
    cluster.run(`kubectl get --raw '/debug/api_priority_and_fairness/dump_requests?includeRequestDetails=1' ${flags}`).stdout
  expect(requests('')).toMatch(/\nglobal-default, +global-default, .* kubernetes-admin, +get, +\/debug/)
  expect(requests('--as=jane --as-group=system:masters')).toMatch(/\nexempt, +exempt, .* jane, +get, +\/debug/)
})

test('every answer has a name of its own, by which it is found in the audit log, and none is to be kept', () => {
  const { cluster } = answers()
  const ids = [1, 2].map(() => cluster.request({ method: 'GET', url: '/version', headers: {} }).headers['audit-id']!)
  expect(ids[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(ids[1]).not.toBe(ids[0])
  const named = cluster.request({ method: 'GET', url: '/api/v1/namespaces', headers: { 'audit-id': 'mine' } })
  expect(named.headers).toMatchObject({ 'audit-id': 'mine', 'cache-control': 'no-cache, private' })
})
