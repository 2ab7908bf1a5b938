import type { KindDefinition } from '../api/kind'
import type { KubeObject, NewObject } from '../api/object'
import type { ControllerRevision } from '../api/types/apps-v1.gen'
import type { PodTemplateSpec } from '../api/types/core-v1.gen'
import { controllerRevision } from '../kinds/apps/controller-revision'
import type { Step } from './controller'
import { controllerReference } from './owners'
import { same } from '../formats/same'
import { create, remove, update } from './steps'
import { freshTemplateHash, templateHash } from './template-hash'

export const REVISION_HASH = 'controller-revision-hash'

type Owner = KubeObject & { readonly spec: { readonly template: PodTemplateSpec; readonly revisionHistoryLimit?: number } }

/** The revision that records an owner's present template, and the steps that make it the latest one. */
export interface CurrentRevision {
  readonly name: string
  readonly hash: string
  readonly steps: readonly Step[]
}

/** The template as a ControllerRevision keeps it: a patch that replaces the whole. */
const dataOf = (template: PodTemplateSpec) => ({ spec: { template: { ...template, $patch: 'replace' } } })

/** The template that a revision recorded. */
export function templateOf({ data }: ControllerRevision): PodTemplateSpec | undefined {
  const { spec } = (data ?? {}) as { readonly spec?: { readonly template?: PodTemplateSpec & { readonly $patch?: string } } } // as dataOf wrote it
  if (!spec?.template) return undefined
  const { $patch: _patch, ...template } = spec.template
  return template
}

/** Finds the revision of the owner's present template among those it has, or creates one. An old template that comes back gets the highest number again. */
export function currentRevision<T extends Owner>(
  kind: KindDefinition<T>,
  owner: T,
  revisions: readonly ControllerRevision[],
  labels: Readonly<Record<string, string>>,
): CurrentRevision {
  const data = dataOf(owner.spec.template)
  const taken = (hash: string) => revisions.some(({ metadata }) => metadata.labels?.[REVISION_HASH] === hash)
  const latest = Math.max(0, ...revisions.map(({ revision }) => revision))
  const known = revisions.filter((it) => same(it.data, data)).sort((a, b) => b.revision - a.revision)[0]
  if (known) {
    const steps = known.revision === latest ? [] : [update(controllerRevision, { ...known, revision: latest + 1 })]
    const hash = known.metadata.labels?.[REVISION_HASH] ?? templateHash(owner.spec.template, collisionsOf(owner))
    return { name: known.metadata.name, hash, steps }
  }
  const hash = freshTemplateHash(owner.spec.template, collisionsOf(owner), taken)
  const { name, namespace, annotations } = owner.metadata
  const fresh: NewObject<ControllerRevision> = {
    metadata: {
      name: `${name}-${hash}`,
      namespace,
      labels: { ...labels, [REVISION_HASH]: hash },
      ...(annotations && { annotations }),
      ownerReferences: [controllerReference(kind, owner)],
    },
    data,
    revision: latest + 1,
  }
  return { name: `${name}-${hash}`, hash, steps: [create(controllerRevision, fresh)] }
}

const collisionsOf = (owner: Owner) => (owner as { readonly status?: { readonly collisionCount?: number } }).status?.collisionCount ?? 0 // every such kind keeps it there

/** Deletes the oldest revisions beyond the history limit that nothing uses any more. */
export function pruneRevisions(owner: Owner, revisions: readonly ControllerRevision[], inUse: ReadonlySet<string>): Step[] {
  const unused = revisions
    .filter(({ metadata }) => !inUse.has(metadata.name) && !inUse.has(metadata.labels?.[REVISION_HASH] ?? ''))
    .sort((a, b) => a.revision - b.revision)
  return unused.slice(0, Math.max(0, unused.length - (owner.spec.revisionHistoryLimit ?? 10))).map((it) => remove(controllerRevision, it))
}
