import type { AnyObject } from '../../api/object'
import type { Pod } from '../../api/types/core-v1.gen'
import { parseTimestamp } from '../../engine/time'
import { formatGoDuration } from '../../formats/duration'
import { parseSelector } from '../../formats/selector'
import { nowMs, sleep } from '../../node/os/calls'
import type { Proc } from '../../node/os/syscalls'
import { builtInResource } from '../built-in-resource'
import { ApiError, asReported, CommandError, ErrorList, isNotFound, throwAll } from '../errors'
import { pathOf } from '../mapper'
import { needResources, listResources, type Resource } from '../resources'
import { requestJson } from '../rest'
import { err, out, usageError, type Command, type Kubectl } from '../session'
import { dryRunOf, operationText, type DryRun } from '../writing'
import { markNodes } from './cordon'

const RETRY_MS = 5000
const ASK_AGAIN_MS = 1000
const pods = builtInResource({ apiVersion: 'v1', kind: 'Pod' })
const daemonSets = builtInResource({ apiVersion: 'apps/v1', kind: 'DaemonSet' })

/** `kubectl drain`: no new pods may come, then those that are there are evicted, node after node. */
export const drain: Command = {
  *run(kubectl) {
    const { flags, args } = kubectl
    if (args.length === 0 && !flags.changed('selector')) throw usageError(kubectl, 'USAGE: drain NODE [flags]')
    if (args.length > 0 && flags.text('selector'))
      throw usageError(kubectl, 'error: cannot specify both a node name and a --selector option')
    const dryRun = yield* dryRunOf(kubectl)
    checkSelector(flags.text('pod-selector'))
    const nodes = yield* needResources(kubectl, {
      ...(args.length ? { words: args, defaultType: 'nodes' } : { words: ['nodes'], ownWords: true }),
      selector: flags.text('selector'),
      fetch: true,
    })
    const failures: Error[] = []
    yield* markNodes(kubectl, 'cordon', nodes, dryRun, failures)
    throwAll(failures)
    const pending: string[] = []
    for (const node of nodes) {
      try {
        yield* emptyNode(kubectl, node.name, dryRun)
        yield* out(`node/${node.name} ${operationText('drained', dryRun)}\n`)
      } catch (error) {
        const { message } = asReported(error)
        yield* err(`error: unable to drain node ${JSON.stringify(node.name)} due to error: ${message}, continuing command...\n`)
        failures.push(asReported(error))
        pending.push(node.name)
      }
    }
    if (pending.length) yield* err(`There are pending nodes to be drained:\n${pending.map((name) => ` ${name}\n`).join('')}`)
    if (failures.length) throw new ErrorList(failures)
  },
}

function checkSelector(text: string): void {
  try {
    parseSelector(text)
  } catch (error) {
    if (!(error instanceof Error)) throw error
    throw new CommandError('--pod-selector=<pod_selector> must be a valid label selector')
  }
}

function* emptyNode(kubectl: Kubectl, node: string, dryRun: DryRun): Proc {
  const { leaving, warnings, refusals } = yield* judgePods(kubectl, node)
  throwAll(refusals)
  if (warnings) yield* err(`Warning: ${warnings}\n`)
  if (dryRun === 'client') {
    for (const { namespace, name } of leaving) yield* out(`evicting pod ${namespace}/${name} (dry run)\n`)
    return
  }
  if (leaving.length === 0) return
  try {
    yield* kubectl.flags.bool('disable-eviction') ? deletePods(kubectl, leaving, dryRun) : evictPods(kubectl, leaving, dryRun)
  } catch (error) {
    const { message } = asReported(error)
    const rest = yield* judgePods(kubectl, node)
    if (rest.leaving.length)
      yield* err(
        `There are pending pods in node ${JSON.stringify(node)} when an error occurred: ${message}\n${rest.leaving.map(({ name }) => `pod/${name}\n`).join('')}`,
      )
    throw error
  }
}

/** What becomes of one pod: it leaves or stays, perhaps with a warning, or its presence forbids the drain. */
interface Verdict {
  readonly leaves: boolean
  readonly warning?: string
  readonly refusal?: string
}
const leaves: Verdict = { leaves: true }
const stays: Verdict = { leaves: false }

interface Judged {
  readonly leaving: readonly Resource[]
  readonly warnings: string
  readonly refusals: readonly Error[]
}

function* judgePods(kubectl: Kubectl, node: string): Proc<Judged> {
  const found = yield* listResources(kubectl, pods, '', {
    selector: kubectl.flags.text('pod-selector'),
    fieldSelector: `spec.nodeName=${node}`,
  })
  const leaving: Resource[] = []
  const warnings = new Map<string, string[]>()
  const refusals = new Map<string, string[]>()
  const note = (map: Map<string, string[]>, message: string, { namespace, name }: Resource) =>
    map.set(message, [...(map.get(message) ?? []), `${namespace}/${name}`])
  for (const resource of found) {
    const verdict = yield* judge(kubectl, resource.object as unknown as Pod) // listed as pods
    if (verdict.leaves) leaving.push(resource)
    if (verdict.warning) note(warnings, verdict.warning, resource)
    if (verdict.refusal) note(refusals, verdict.refusal, resource)
  }
  return {
    leaving,
    warnings: [...warnings].map(([message, names]) => `${message}: ${names.join(', ')}`).join('; '),
    refusals: [...refusals].map(([message, names]) => new CommandError(`cannot ${message}: ${names.join(', ')}`)),
  }
}

/** The rules, the first that keeps a pod decides; the last that lets it go says the warning. */
function* judge(kubectl: Kubectl, pod: Pod): Proc<Verdict> {
  const { flags } = kubectl
  const skipSeconds = flags.int('skip-wait-for-delete-timeout')
  const { deletionTimestamp, annotations = {}, ownerReferences = [], namespace = '' } = pod.metadata
  if (skipSeconds > 0 && deletionTimestamp && (yield* nowMs()) - parseTimestamp(deletionTimestamp) > skipSeconds * 1000) return stays
  const finished = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed'
  const owner = ownerReferences.find(({ controller }) => controller)
  if (owner?.kind === 'DaemonSet' && !finished) {
    const verdict = yield* judgeDaemonPod(kubectl, namespace, owner.name)
    if (!verdict.leaves) return verdict
  }
  if ('kubernetes.io/config.mirror' in annotations) return stays
  if (pod.spec?.volumes?.some((volume) => volume.emptyDir !== undefined) && !finished && !flags.bool('delete-emptydir-data'))
    return { leaves: false, refusal: 'delete Pods with local storage (use --delete-emptydir-data to override)' }
  if (finished || owner) return leaves
  return flags.bool('force')
    ? { leaves: true, warning: 'deleting Pods that declare no controller' }
    : { leaves: false, refusal: 'delete cannot delete Pods that declare no controller (use --force to override)' } // the real one stammers
}

function* judgeDaemonPod(kubectl: Kubectl, namespace: string, name: string): Proc<Verdict> {
  try {
    yield* requestJson<AnyObject>(kubectl, { path: pathOf(daemonSets, namespace, name) })
  } catch (error) {
    const { message } = asReported(error)
    return isNotFound(error) && kubectl.flags.bool('force') ? { leaves: true, warning: message } : { leaves: false, refusal: message }
  }
  return kubectl.flags.bool('ignore-daemonsets')
    ? { leaves: false, warning: 'ignoring DaemonSet-managed Pods' }
    : { leaves: false, refusal: 'delete DaemonSet-managed Pods (use --ignore-daemonsets to ignore)' }
}

const deletionOptions = ({ flags }: Kubectl, dryRun: DryRun) => ({
  ...(flags.int('grace-period') >= 0 ? { gracePeriodSeconds: flags.int('grace-period') } : {}),
  ...(dryRun === 'server' ? { dryRun: ['All'] } : {}),
})

/** The moment at which --timeout gives up; never without one. */
function* deadline({ flags }: Kubectl): Proc<number> {
  const limitMs = flags.durationMs('timeout')
  return limitMs === 0 ? Infinity : (yield* nowMs()) + limitMs
}
const tooLate = ({ flags }: Kubectl) => `global timeout reached: ${formatGoDuration(flags.durationMs('timeout'))}`

/** Where one eviction stands. Real ones run side by side; here each takes its turn as its next step becomes due. */
interface Eviction {
  readonly pod: Resource
  accepted: boolean
  dueMs: number
}

function* evictPods(kubectl: Kubectl, leaving: readonly Resource[], dryRun: DryRun): Proc {
  const endMs = yield* deadline(kubectl)
  const startMs = yield* nowMs()
  let running: Eviction[] = leaving.map((pod) => ({ pod, accepted: false, dueMs: startMs }))
  const failures: Error[] = []
  while (running.length) {
    const next = running.reduce((first, one) => (one.dueMs < first.dueMs ? one : first))
    const waitMs = Math.min(next.dueMs, endMs) - (yield* nowMs())
    if (waitMs > 0) yield* sleep(waitMs)
    const late = (yield* nowMs()) >= endMs
    try {
      const done = next.accepted ? yield* lookAgain(kubectl, next, late) : yield* evict(kubectl, next, dryRun, late)
      if (done) running = running.filter((one) => one !== next)
    } catch (error) {
      failures.push(asReported(error))
      running = running.filter((one) => one !== next)
    }
  }
  if (failures.length === 1) throw failures[0]
  if (failures.length) throw new ErrorList(failures)
}

/** One try; answers whether nothing is left to do. */
function* evict(kubectl: Kubectl, eviction: Eviction, dryRun: DryRun, late: boolean): Proc<boolean> {
  const { namespace, name } = eviction.pod
  const failed = (why: string) =>
    new CommandError(`error when evicting pods/${JSON.stringify(name)} -n ${JSON.stringify(namespace)}: ${why}`)
  yield* out(`evicting pod ${namespace}/${name}${dryRun === 'server' ? ' (server dry run)' : ''}\n`)
  if (late) throw failed(tooLate(kubectl))
  try {
    yield* requestJson<AnyObject>(kubectl, {
      method: 'POST',
      path: pathOf(pods, namespace, name, 'eviction'),
      body: {
        kind: 'Eviction',
        apiVersion: 'policy/v1',
        metadata: { name, namespace, creationTimestamp: null },
        deleteOptions: deletionOptions(kubectl, dryRun),
      },
    })
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    const { message } = error
    if (error.status.reason === 'NotFound') return true
    const terminating = isTerminatingNamespace(error)
    if (terminating && eviction.pod.object?.metadata.deletionTimestamp) return true
    if (error.status.reason !== 'TooManyRequests' && !terminating) throw failed(message)
    yield* err(
      terminating
        ? `error when evicting pod ${JSON.stringify(name)} from terminating namespace ${JSON.stringify(namespace)} (will retry after 5s): ${message}\n`
        : `error when evicting pods/${JSON.stringify(name)} -n ${JSON.stringify(namespace)} (will retry after 5s): ${message}\n`,
    )
    eviction.dueMs = (yield* nowMs()) + RETRY_MS
    return false
  }
  if (dryRun === 'server') return true
  eviction.accepted = true
  return yield* lookAgain(kubectl, eviction, false)
}

const isTerminatingNamespace = ({ status }: ApiError) =>
  status.reason === 'Forbidden' && (status.details?.causes ?? []).some(({ reason }) => reason === 'NamespaceTerminating')

function* lookAgain(kubectl: Kubectl, eviction: Eviction, late: boolean): Proc<boolean> {
  const gone = yield* isGone(kubectl, eviction.pod, late)
  if (!gone) eviction.dueMs = (yield* nowMs()) + ASK_AGAIN_MS
  return gone
}

/** Whether the pod is gone, or another one bears its name; says so. */
function* isGone(kubectl: Kubectl, pod: Resource, late: boolean, verb: 'evicted' | 'deleted' = 'evicted'): Proc<boolean> {
  try {
    const now = yield* requestJson<AnyObject>(kubectl, { path: pathOf(pods, pod.namespace, pod.name) })
    if (now.metadata.uid === pod.object!.metadata.uid) {
      if (late)
        throw new CommandError(
          verb === 'deleted'
            ? tooLate(kubectl)
            : `error when waiting for pod ${JSON.stringify(pod.name)} in namespace ${JSON.stringify(pod.namespace)} to terminate: ${tooLate(kubectl)}`,
        )
      return false
    }
  } catch (error) {
    if (!isNotFound(error)) throw error
  }
  yield* out(`pod/${pod.name} ${verb}\n`)
  return true
}

/** --disable-eviction: plain deletions, which ask no disruption budget. */
function* deletePods(kubectl: Kubectl, leaving: readonly Resource[], dryRun: DryRun): Proc {
  for (const { namespace, name } of leaving) {
    try {
      yield* requestJson<AnyObject>(kubectl, {
        method: 'DELETE',
        path: pathOf(pods, namespace, name),
        body: deletionOptions(kubectl, dryRun),
      })
    } catch (error) {
      if (!isNotFound(error)) throw error
    }
  }
  if (dryRun === 'server') return
  const endMs = yield* deadline(kubectl)
  let rest = leaving
  while (rest.length) {
    const late = (yield* nowMs()) >= endMs
    const left: Resource[] = []
    for (const pod of rest) if (!(yield* isGone(kubectl, pod, late, 'deleted'))) left.push(pod)
    rest = left
    if (rest.length) yield* sleep(ASK_AGAIN_MS)
  }
}
