import type { AnyObject } from '../api/object'
import { formatSelector } from '../formats/selector'
import type { LabelSelector } from '../api/types/meta-v1.gen'
import type { Proc } from '../node/os/syscalls'
import { err, type Kubectl } from './session'
import { builtInResource } from './built-in-resource'
import { CommandError } from './errors'
import { clientConfig } from './kubeconfig'
import { fetchResource, listResources, parseTargets, type Resource } from './resources'

const pods = builtInResource({ apiVersion: 'v1', kind: 'Pod' })

/** The pods that a word means for logs, exec and their like: a pod itself, or those its owner or Service selects. Throws CommandError. */
export function* podsBehind(
  kubectl: Kubectl,
  what: { readonly word: string } | { readonly selector: string },
  options: { readonly allPods?: boolean; readonly onlyOne?: boolean } = {},
): Proc<Resource[]> {
  const { namespace } = yield* clientConfig(kubectl)
  if ('selector' in what) return yield* listResources(kubectl, pods, namespace, { selector: what.selector })
  const [target] = yield* parseTargets(kubectl, { words: [what.word], defaultType: what.word.includes('/') ? undefined : 'pods' })
  if (!target || target.by !== 'name') throw new CommandError('arguments in resource/name form must have a single resource and name')
  const resource = yield* fetchResource(kubectl, {
    type: target.type,
    namespace: target.type.namespaced ? namespace : '',
    name: target.names[0]!,
  })
  if (resource.object!.kind === 'Pod') return [resource]
  const selector = podSelector(resource.object!)
  const found = yield* listResources(kubectl, pods, resource.namespace, { selector })
  if (found.length === 0) throw new CommandError(`timed out waiting for the condition`)
  const sorted = [...found].sort((a, b) => rank(a) - rank(b) || (started(a) < started(b) ? -1 : 1))
  if (options.onlyOne && sorted.length > 1) yield* err(`Found ${sorted.length} pods, using pod/${sorted[0]!.name}\n`)
  return options.allPods ? sorted : [sorted[0]!]
}

/** Pods that run and are ready come first, as the real one prefers those that surely have something to say. */
function rank({ object }: Resource): number {
  const { phase, conditions = [] } =
    (object as { status?: { phase?: string; conditions?: { type: string; status: string }[] } }).status ?? {} // a pod's status
  const assigned = Boolean((object as { spec?: { nodeName?: string } }).spec?.nodeName)
  const ready = conditions.some(({ type, status }) => type === 'Ready' && status === 'True')
  return (assigned ? 0 : 4) + ({ Running: 0, Pending: 2 }[phase ?? ''] ?? 1) + (ready ? 0 : 1)
}
const started = ({ object }: Resource) => object!.metadata.creationTimestamp ?? ''

/** The label selector by which an object finds its pods, as text. Throws CommandError for kinds without. */
export function podSelector(object: AnyObject): string {
  const spec = (object.spec ?? {}) as { selector?: LabelSelector | Record<string, string> } // read by kind below
  const { kind } = object
  if (kind === 'Service' || kind === 'ReplicationController') {
    const labels = spec.selector as Record<string, string> | undefined
    if (!labels || Object.keys(labels).length === 0)
      throw new CommandError(
        `invalid ${kind === 'Service' ? 'service' : 'replication controller'} '${object.metadata.name}': ${kind} is defined without a selector`.replace(
          /: \w+ is/,
          `: ${kind} is`,
        ),
      )
    return Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => `${key}=${value}`).join(',') // prettier-ignore
  }
  if (['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job'].includes(kind)) return formatSelector(spec.selector as LabelSelector)
  throw new CommandError(
    `cannot get the logs from *unstructured.Unstructured: selector for *unstructured.Unstructured not implemented`.replace(
      'cannot get the logs from *unstructured.Unstructured: ',
      '',
    ),
  )
}
