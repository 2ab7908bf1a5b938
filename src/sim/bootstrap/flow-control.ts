import type { NewObject } from '../api/object'
import type {
  FlowSchema,
  PolicyRulesWithSubjects,
  PriorityLevelConfiguration,
  ResourcePolicyRule,
  Subject,
} from '../api/types/flowcontrol-v1.gen'

/*
 * API priority and fairness as every cluster is born with it (https://kubernetes.io/docs/concepts/cluster-administration/flow-control/#defaults):
 * the mandatory and the suggested objects, a row each.
 */

/** Name, shares of the server's concurrency, how much of them others may borrow, and its queues with the size of a hand; none: too much is rejected. */
type Level = readonly [name: string, shares: number, lendablePercent: number, queues?: number, handSize?: number]

const LEVELS: readonly Level[] = [
  ['catch-all', 5, 0],
  ['system', 30, 33, 64, 6],
  ['node-high', 40, 25, 64, 6],
  ['leader-election', 10, 0, 16, 4],
  ['workload-high', 40, 50, 128, 6],
  ['workload-low', 100, 90, 128, 6],
  ['global-default', 20, 50, 128, 6],
]

const groups = (...names: readonly string[]) => names.map((name): Subject => ({ kind: 'Group', group: { name } }))
const users = (...names: readonly string[]) => names.map((name): Subject => ({ kind: 'User', user: { name } }))
const accounts = (...names: readonly string[]) =>
  names.map((name): Subject => ({ kind: 'ServiceAccount', serviceAccount: { name, namespace: 'kube-system' } }))

const rule = (verbs: string, group: string, resources: string, clusterScope = false): ResourcePolicyRule => ({
  apiGroups: [group],
  ...(clusterScope && { clusterScope }),
  namespaces: ['*'],
  resources: resources.split(' '),
  verbs: verbs.split(' '),
})

const WRITES = 'get create update'
const LEASES = 'coordination.k8s.io'
const everybody = groups('system:unauthenticated', 'system:authenticated')
const nodes = groups('system:nodes')
const manager = users('system:kube-controller-manager')
const scheduler = users('system:kube-scheduler')
const everything = { nonResourceRules: [{ nonResourceURLs: ['*'], verbs: ['*'] }], resourceRules: [rule('*', '*', '*', true)] }
const probes = { nonResourceRules: [{ nonResourceURLs: ['/healthz', '/readyz', '/livez'], verbs: ['get'] }] }

type Schema = readonly [
  name: string,
  level: string,
  precedence: number,
  by: '' | 'ByUser' | 'ByNamespace',
  subjects: readonly Subject[],
  what: Omit<PolicyRulesWithSubjects, 'subjects'>,
]

const SCHEMAS: readonly Schema[] = [
  ['exempt', 'exempt', 1, '', groups('system:masters'), everything],
  ['catch-all', 'catch-all', 10_000, 'ByUser', everybody, everything],
  ['system-nodes', 'system', 500, 'ByUser', nodes, everything],
  [
    'system-node-high',
    'node-high',
    400,
    'ByUser',
    nodes,
    { resourceRules: [rule('*', '', 'nodes nodes/status', true), rule('*', LEASES, 'leases')] },
  ],
  ['probes', 'exempt', 2, '', everybody, probes],
  [
    'system-leader-election',
    'leader-election',
    100,
    'ByUser',
    [...manager, ...scheduler, ...accounts('*')],
    { resourceRules: [rule(WRITES, LEASES, 'leases')] },
  ],
  [
    'workload-leader-election',
    'leader-election',
    200,
    'ByUser',
    accounts('*'),
    { resourceRules: [rule(WRITES, '', 'endpoints configmaps'), rule(WRITES, LEASES, 'leases')] },
  ],
  [
    'endpoint-controller',
    'workload-high',
    150,
    'ByUser',
    [...manager, ...accounts('endpoint-controller', 'endpointslicemirroring-controller')],
    { resourceRules: [rule(WRITES, '', 'endpoints')] },
  ],
  ['kube-controller-manager', 'workload-high', 800, 'ByNamespace', manager, everything],
  ['kube-scheduler', 'workload-high', 800, 'ByNamespace', scheduler, everything],
  ['kube-system-service-accounts', 'workload-high', 900, 'ByNamespace', accounts('*'), everything],
  ['service-accounts', 'workload-low', 9000, 'ByUser', groups('system:serviceaccounts'), everything],
  ['global-default', 'global-default', 9900, 'ByUser', everybody, everything],
]

const stored = 'flowcontrol.apiserver.k8s.io/v1'
/** Tells that the server may bring the object up to date when a release changes it. */
const annotations = { 'apf.kubernetes.io/autoupdate-spec': 'true' }

const priorityLevels: readonly NewObject<PriorityLevelConfiguration>[] = [
  {
    apiVersion: stored,
    kind: 'PriorityLevelConfiguration',
    metadata: { name: 'exempt', annotations },
    spec: { type: 'Exempt', exempt: { lendablePercent: 0, nominalConcurrencyShares: 0 } },
  },
  ...LEVELS.map(([name, nominalConcurrencyShares, lendablePercent, queues, handSize]): NewObject<PriorityLevelConfiguration> => ({
    apiVersion: stored,
    kind: 'PriorityLevelConfiguration',
    metadata: { name, annotations },
    spec: {
      type: 'Limited',
      limited: {
        lendablePercent,
        limitResponse:
          queues === undefined ? { type: 'Reject' } : { queuing: { handSize: handSize!, queueLengthLimit: 50, queues }, type: 'Queue' },
        nominalConcurrencyShares,
      },
    },
  })),
]

const flowSchemas = SCHEMAS.map(([name, level, matchingPrecedence, by, subjects, what]): NewObject<FlowSchema> => ({
  apiVersion: stored,
  kind: 'FlowSchema',
  metadata: { name, annotations },
  spec: {
    ...(by && { distinguisherMethod: { type: by } }),
    matchingPrecedence,
    priorityLevelConfiguration: { name: level },
    rules: [{ ...what, subjects }],
  },
}))

/** Levels first: a schema tells whether its level is there. */
export const flowControl: readonly (NewObject<PriorityLevelConfiguration> | NewObject<FlowSchema>)[] = [...priorityLevels, ...flowSchemas]
