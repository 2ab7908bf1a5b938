import type { AnyObject } from '../api/object'
import type { Container, PodSpec } from '../api/types/core-v1.gen'

/** Where a kind keeps the pod it makes, as a path; undefined for kinds that make none. */
const templatePaths: Readonly<Record<string, readonly string[]>> = {
  Pod: [],
  ReplicationController: ['spec', 'template'],
  Deployment: ['spec', 'template'],
  DaemonSet: ['spec', 'template'],
  ReplicaSet: ['spec', 'template'],
  StatefulSet: ['spec', 'template'],
  Job: ['spec', 'template'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template'],
}

type Tree = Readonly<Record<string, unknown>>

/** The pod spec inside an object; undefined when its kind has none. */
export function podSpecOf(object: AnyObject): PodSpec | undefined {
  const path = templatePaths[object.kind]
  if (!path) return undefined
  const owner = path.reduce<Tree>((tree, key) => (tree[key] ?? {}) as Tree, object)
  return (owner.spec ?? {}) as PodSpec // by the table above
}

/** The object with another pod spec. */
export function withPodSpec(object: AnyObject, spec: PodSpec): AnyObject {
  const place = (tree: Tree, path: readonly string[]): Tree =>
    path.length === 0 ? { ...tree, spec } : { ...tree, [path[0]!]: place((tree[path[0]!] ?? {}) as Tree, path.slice(1)) }
  return place(object, templatePaths[object.kind] ?? []) as AnyObject // only the spec changed
}

/** Changes every container, init containers included, that `chosen` picks by name. */
export function mapContainers(spec: PodSpec, change: (container: Container) => Container): PodSpec {
  return {
    ...spec,
    containers: (spec.containers ?? []).map(change),
    ...(spec.initContainers ? { initContainers: spec.initContainers.map(change) } : {}),
  }
}

/** `*` and `?` as in a shell, over a whole name. */
export const matchesWildcard = (pattern: string, name: string) =>
  pattern === '*' || new RegExp(`^${pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*').replace(/\?/g, '.')}$`).test(name) // prettier-ignore
