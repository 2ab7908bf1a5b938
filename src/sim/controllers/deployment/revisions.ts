import type { NewObject } from '../../api/object'
import type { Deployment, ReplicaSet } from '../../api/types/apps-v1.gen'
import type { PodTemplateSpec } from '../../api/types/core-v1.gen'
import { deployment as deploymentKind } from '../../kinds/apps/deployment'
import { controllerReference } from '../owners'
import { same } from '../../formats/same'
import { freshTemplateHash } from '../template-hash'
import { desired, maxSurgeOf } from './limits'

export const REVISION = 'deployment.kubernetes.io/revision'
const REVISION_HISTORY = 'deployment.kubernetes.io/revision-history'
const DESIRED_REPLICAS = 'deployment.kubernetes.io/desired-replicas'
const MAX_REPLICAS = 'deployment.kubernetes.io/max-replicas'
const TEMPLATE_HASH = 'pod-template-hash'

/** Annotations of a Deployment that mean the Deployment alone and are not handed on to its ReplicaSets. */
const OWN_ANNOTATIONS: ReadonlySet<string> = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  REVISION,
  REVISION_HISTORY,
  DESIRED_REPLICAS,
  MAX_REPLICAS,
  'deprecated.deployment.rollback.to',
])

/** The revision a ReplicaSet (or a Deployment) carries; 0 when it carries none. */
export const revisionOf = (object: { readonly metadata: { readonly annotations?: Readonly<Record<string, string>> } }): number =>
  Number(object.metadata.annotations?.[REVISION] ?? 0) || 0

export const byAge = (a: ReplicaSet, b: ReplicaSet): number =>
  a.metadata.creationTimestamp < b.metadata.creationTimestamp
    ? -1
    : a.metadata.creationTimestamp > b.metadata.creationTimestamp
      ? 1
      : a.metadata.name < b.metadata.name
        ? -1
        : 1

/** The ReplicaSet that runs the Deployment's present template: the oldest one, should there be several. Rolling back is finding an old one here. */
export const findNew = (deployment: Deployment, sets: readonly ReplicaSet[]): ReplicaSet | undefined =>
  [...sets].sort(byAge).find((rs) => sameTemplate(rs.spec.template, deployment.spec.template))

function sameTemplate(ofSet: PodTemplateSpec | undefined, ofDeployment: PodTemplateSpec): boolean {
  if (!ofSet) return false
  const { [TEMPLATE_HASH]: _hash, ...labels } = ofSet.metadata?.labels ?? {}
  return (
    same(ofSet.spec, ofDeployment.spec) &&
    same(labels, ofDeployment.metadata?.labels ?? {}) &&
    same(ofSet.metadata?.annotations ?? {}, ofDeployment.metadata?.annotations ?? {})
  )
}

/** The revision that comes after those of the old ReplicaSets. */
export const nextRevision = (old: readonly ReplicaSet[]): number => Math.max(0, ...old.map(revisionOf)) + 1

/** The ReplicaSet to create for the Deployment's template, with `replicas` Pods to begin with; `old` are those it has. */
export function newReplicaSet(
  deployment: Deployment,
  old: readonly ReplicaSet[],
  replicas: number,
  revision: number,
): NewObject<ReplicaSet> {
  const { template, selector, minReadySeconds } = deployment.spec
  const taken = (hash: string) => old.some(({ metadata }) => metadata.labels?.[TEMPLATE_HASH] === hash)
  const hash = freshTemplateHash(template, deployment.status?.collisionCount ?? 0, taken)
  const labels = { ...template.metadata?.labels, [TEMPLATE_HASH]: hash }
  return {
    metadata: {
      name: `${deployment.metadata.name}-${hash}`,
      namespace: deployment.metadata.namespace,
      labels,
      annotations: { ...handedOn(deployment), [REVISION]: String(revision), ...sizeAnnotations(deployment) },
      ownerReferences: [controllerReference(deploymentKind, deployment)],
    },
    spec: {
      replicas,
      ...(minReadySeconds !== undefined && { minReadySeconds }),
      selector: { ...selector, matchLabels: { ...selector.matchLabels, [TEMPLATE_HASH]: hash } },
      // A template's metadata has labels and annotations; the type is that of whole objects.
      template: { ...template, metadata: { ...template.metadata, labels } as PodTemplateSpec['metadata'] },
    },
  }
}

/** The ReplicaSet of the present template brought up to date: revision, history of earlier revisions, handed-on annotations, minReadySeconds. */
export function refreshed(deployment: Deployment, rs: ReplicaSet, revision: number): ReplicaSet {
  const annotations: Record<string, string> = { ...rs.metadata.annotations, ...handedOn(deployment) }
  const before = revisionOf(rs)
  if (before < revision) {
    annotations[REVISION] = String(revision)
    const history = rs.metadata.annotations?.[REVISION_HISTORY]
    if (before > 0) annotations[REVISION_HISTORY] = history ? `${history},${before}` : String(before)
  }
  const { minReadySeconds } = deployment.spec
  if (same(annotations, rs.metadata.annotations ?? {}) && (minReadySeconds ?? 0) === (rs.spec.minReadySeconds ?? 0)) return rs
  return { ...rs, metadata: { ...rs.metadata, annotations }, spec: { ...rs.spec, minReadySeconds } }
}

/** The ReplicaSet with another size and the annotations by which proportional scaling later knows what it was a part of. */
export function resized(deployment: Deployment, rs: ReplicaSet, replicas: number): ReplicaSet {
  const annotations = { ...rs.metadata.annotations, ...sizeAnnotations(deployment) }
  if (rs.spec.replicas === replicas && same(annotations, rs.metadata.annotations)) return rs
  return { ...rs, metadata: { ...rs.metadata, annotations }, spec: { ...rs.spec, replicas } }
}

const handedOn = (deployment: Deployment) =>
  Object.fromEntries(Object.entries(deployment.metadata.annotations ?? {}).filter(([name]) => !OWN_ANNOTATIONS.has(name)))

const sizeAnnotations = (deployment: Deployment) => ({
  [DESIRED_REPLICAS]: String(desired(deployment)),
  [MAX_REPLICAS]: String(desired(deployment) + maxSurgeOf(deployment)),
})

/** The size the Deployment had when this ReplicaSet was last scaled. */
export const rememberedDesired = (rs: ReplicaSet): number | undefined => annotated(rs, DESIRED_REPLICAS)
/** The same with the surge of that time. */
export const rememberedMax = (rs: ReplicaSet): number | undefined => annotated(rs, MAX_REPLICAS)

function annotated(rs: ReplicaSet, name: string): number | undefined {
  const text = rs.metadata.annotations?.[name]
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined
}
