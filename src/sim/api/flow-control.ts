import { findAll, resource } from './admission/lookup'
import { authenticate } from './auth/authenticate'
import { matchesPath } from './auth/rbac'
import { plainText } from './edge-answer'
import type { FlowControl } from './late-flow-control'
import type { ApiServer, RequestAttributes, User } from './hooks'
import type {
  FlowSchema,
  NonResourcePolicyRule,
  PolicyRulesWithSubjects,
  PriorityLevelConfiguration,
  ResourcePolicyRule,
  Subject,
} from './types/flowcontrol-v1.gen'
import { timestamp } from '../engine/time'

/** `--max-requests-inflight` and `--max-mutating-requests-inflight` together. */
const SEATS = 600
const GROUP = 'flowcontrol.apiserver.k8s.io'
const flowSchemas = resource<FlowSchema>(GROUP, 'v1', 'flowschemas')
const priorityLevels = resource<PriorityLevelConfiguration>(GROUP, 'v1', 'prioritylevelconfigurations')

/**
 * API priority and fairness, as far as nobody ever has to wait: which flow a request belongs to, how many were served of each, and what
 * `/debug/api_priority_and_fairness` tells of them.
 */
export function flowControlOf(): FlowControl {
  /** Requests served, by the level and the schema that they fell under. */
  const dispatched = new Map<string, Map<string, number>>()
  return {
    headersFor(user, attributes, server) {
      const { schema, level } = flowOf(user, attributes, server)
      if (!schema || !level) return NONE
      const ofLevel = dispatched.get(level.metadata.name) ?? new Map<string, number>()
      dispatched.set(level.metadata.name, ofLevel.set(schema.metadata.name, (ofLevel.get(schema.metadata.name) ?? 0) + 1))
      return {
        'x-kubernetes-pf-flowschema-uid': schema.metadata.uid ?? '',
        'x-kubernetes-pf-prioritylevel-uid': level.metadata.uid ?? '',
      }
    },
    dispatched: () => [...dispatched].flatMap(([level, schemas]) => [...schemas].map(([schema, count]) => ({ level, schema, count }))),
    seats(server) {
      const levels = levelsByName(server)
      const shares = ({ spec }: PriorityLevelConfiguration) =>
        (spec.limited ?? spec.exempt)?.nominalConcurrencyShares ?? (spec.limited ? 30 : 0)
      const all = levels.reduce((sum, level) => sum + shares(level), 0)
      return levels.map((level) => [level.metadata.name, all === 0 ? 0 : Math.ceil((SEATS * shares(level)) / all)] as const)
    },
    debugRoutes: (request, attributes, server) => {
      const { path } = attributes
      const table = path.startsWith(DEBUG) ? TABLES[path.slice(DEBUG.length)] : undefined
      if (!table) return undefined
      const user = authenticate(request, server)
      const { schema, level } = flowOf(user, attributes, server)
      const asker = { user, attributes, schema: schema?.metadata.name ?? '', level: level?.metadata.name ?? '' }
      return plainText(aligned(table(server, dispatched, asker)))
    },
  }
}

interface Configured {
  readonly asOf: number
  /** The one that a request is tried against first, first. */
  readonly schemas: readonly FlowSchema[]
  readonly levels: ReadonlyMap<string, PriorityLevelConfiguration>
  /** What those who ask for the same path again and again (kubelets: is the server alive?) fell under. */
  readonly byPath: WeakMap<User, Map<string, FlowSchema | undefined>>
}

/** Paths can be anything: beyond this many of one user nothing more is remembered. */
const MOST_PATHS = 100

const known = new WeakMap<ApiServer, Configured>()

/** Schemas and levels as they are now; each request asks for them. */
function configured(server: ApiServer): Configured {
  const kinds = [flowSchemas, priorityLevels].flatMap((each) => server.registry.find(GROUP, each.version, each.plural)?.kind ?? [])
  const asOf = Math.max(0, ...kinds.map((kind) => server.storage.latest(kind as never)))
  const before = known.get(server)
  if (before?.asOf === asOf) return before
  const now: Configured = {
    asOf,
    schemas: findAll(server, flowSchemas).toSorted(byPrecedence),
    levels: new Map(findAll(server, priorityLevels).map((level) => [level.metadata.name, level])),
    byPath: new WeakMap(),
  }
  known.set(server, now)
  return now
}

/** The schema that a request falls under first, and that schema's level. */
function flowOf(user: User, attributes: RequestAttributes, server: ApiServer) {
  const { schemas, levels, byPath } = configured(server)
  const find = () => schemas.find(({ spec }) => spec.rules?.some((rules) => covers(rules, user, attributes)))
  const schema = attributes.resource ? find() : rememberedIn(byPath, user, `${attributes.verb} ${attributes.path}`, find)
  return { schema, level: schema && levels.get(schema.spec.priorityLevelConfiguration.name) }
}

function rememberedIn(byPath: Configured['byPath'], user: User, key: string, find: () => FlowSchema | undefined): FlowSchema | undefined {
  let known = byPath.get(user)
  if (!known) byPath.set(user, (known = new Map()))
  if (known.has(key)) return known.get(key)
  const schema = find()
  if (known.size < MOST_PATHS) known.set(key, schema)
  return schema
}

function byPrecedence(one: FlowSchema, other: FlowSchema): number {
  const difference = (one.spec.matchingPrecedence ?? 0) - (other.spec.matchingPrecedence ?? 0)
  return difference || (one.metadata.name < other.metadata.name ? -1 : 1)
}

function covers({ subjects, resourceRules = [], nonResourceRules = [] }: PolicyRulesWithSubjects, user: User, asked: RequestAttributes) {
  if (!subjects.some((subject) => isMeant(subject, user))) return false
  return asked.resource
    ? resourceRules.some((rule) => coversResource(rule, asked))
    : nonResourceRules.some((rule) => coversPath(rule, asked))
}

function isMeant({ user, group, serviceAccount }: Subject, { name, groups }: User): boolean {
  if (user) return user.name === '*' || user.name === name
  if (group) return group.name === '*' || groups.includes(group.name)
  if (!serviceAccount) return false
  const prefix = `system:serviceaccount:${serviceAccount.namespace}:`
  return name.startsWith(prefix) && (serviceAccount.name === '*' || name === prefix + serviceAccount.name)
}

const has = (words: readonly string[] | undefined, word: string) => words !== undefined && (words.includes('*') || words.includes(word))

function coversResource(
  { verbs, apiGroups, resources, namespaces, clusterScope }: ResourcePolicyRule,
  { verb, resource }: RequestAttributes,
) {
  const { group, plural, subresource, namespace } = resource!
  const what = subresource === undefined ? plural : `${plural}/${subresource}`
  const here = namespace === undefined ? clusterScope === true : has(namespaces, namespace)
  return here && has(verbs, verb) && has(apiGroups, group) && has(resources, what)
}

const coversPath = ({ verbs, nonResourceURLs }: NonResourcePolicyRule, { verb, path }: RequestAttributes) =>
  has(verbs, verb) && nonResourceURLs.some((pattern) => matchesPath(pattern, path))

const NONE: Readonly<Record<string, string>> = {}

const DEBUG = '/debug/api_priority_and_fairness/'

type Rows = readonly (readonly string[])[]
type Counts = ReadonlyMap<string, ReadonlyMap<string, number>>

/** The request that asks for a table: the only one being served meanwhile. */
interface Asker {
  readonly user: User
  readonly attributes: RequestAttributes
  readonly schema: string
  readonly level: string
}

/** What is told of levels, of their queues and of the requests in them: no request ever waits. */
const TABLES: Readonly<Record<string, (server: ApiServer, dispatched: Counts, asker: Asker) => Rows>> = {
  dump_priority_levels: (server, dispatched, asker) => [
    'PriorityLevelName ActiveQueues IsIdle IsQuiescing WaitingRequests ExecutingRequests DispatchedRequests RejectedRequests TimedoutRequests CancelledRequests'.split(
      ' ',
    ),
    ...levelsByName(server).map(({ metadata: { name } }) => {
      const served = [...(dispatched.get(name)?.values() ?? [])].reduce((sum, count) => sum + count, 0)
      const isBusy = name === asker.level
      return [name, '0', String(!isBusy), 'false', '0', isBusy ? '1' : '0', String(served), '0', '0', '0']
    }),
  ],
  dump_queues: (server) => [
    'PriorityLevelName Index PendingRequests ExecutingRequests SeatsInUse NextDispatchR InitialSeatsSum MaxSeatsSum TotalWorkSum'.split(
      ' ',
    ),
    ...levelsByName(server).flatMap(({ metadata: { name }, spec }) =>
      Array.from({ length: spec.limited?.limitResponse?.queuing?.queues ?? 0 }, (_, index) => {
        return [name, String(index), '0', '0', '0', '0.00000000ss', '0', '0', '0.00000000ss']
      }),
    ),
  ],
  dump_requests: (server, _dispatched, { user, attributes, schema, level }) => {
    const isDetailed = attributes.query.has('includeRequestDetails')
    const heading = 'PriorityLevelName FlowSchemaName QueueIndex RequestIndexInQueue FlowDistingsher ArriveTime InitialSeats FinalSeats AdditionalLatency StartTime' // prettier-ignore
    const more = isDetailed ? ' UserName Verb APIPath Namespace Name APIVersion Resource SubResource' : ''
    const now = timestamp(server.engine.nowMs)
    const details = isDetailed ? [user.name, attributes.verb, attributes.path, '', '', '', '', ''] : []
    return [`${heading}${more}`.split(' '), [level, schema, '-1', '-1', '', now, '1', '0', '0s', now, ...details]]
  },
}

const levelsByName = (server: ApiServer) =>
  findAll(server, priorityLevels).toSorted((one, other) => (one.metadata.name < other.metadata.name ? -1 : 1))

/** Columns with commas between them, each as wide as its widest cell. */
function aligned(rows: Rows): string {
  const widths = rows[0]!.map((_, column) => Math.max(7, ...rows.map((row) => row[column]!.length + 1)))
  return rows
    .map((row) => `${row.map((cell, index) => (index === row.length - 1 ? cell : `${cell},`.padEnd(widths[index]! + 1))).join('')}\n`)
    .join('')
}
