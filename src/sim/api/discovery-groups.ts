import type { KindDefinition } from './kind'
import { apiVersionOf } from './object'
import type { ForeignVersion, Served } from './registry'

/** One kind under one group version that a server offers. */
export type ServedKind = Pick<Served, 'group' | 'version' | 'kind'>

/** A group with what it serves: versions with the preferred one first, kinds by plural name. */
export interface ServedGroup {
  readonly group: string
  readonly versions: readonly ServedVersion[]
}

export interface ServedVersion {
  readonly group: string
  readonly version: string
  /** `apps/v1`. */
  readonly apiVersion: string
  readonly kinds: readonly KindDefinition[]
  /** Present where another API server answers. */
  readonly foreign?: ForeignVersion
}

/** The order in which kube-apiserver announces its own groups; all others follow, by name. */
const GROUP_ORDER = [
  '',
  'apiregistration.k8s.io',
  'extensions',
  'apps',
  'events.k8s.io',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'autoscaling',
  'batch',
  'certificates.k8s.io',
  'networking.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'storage.k8s.io',
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'scheduling.k8s.io',
  'coordination.k8s.io',
  'node.k8s.io',
  'discovery.k8s.io',
  'flowcontrol.apiserver.k8s.io',
  'internal.apiserver.k8s.io',
  'resource.k8s.io',
  'storagemigration.k8s.io',
]

function rank(group: string): number {
  const place = GROUP_ORDER.indexOf(group)
  return place < 0 ? GROUP_ORDER.length : place
}

/** Groups in the order a real server lists them, each with its preferred version first. */
export function servedGroups(served: readonly ServedKind[], foreign: readonly ForeignVersion[] = []): readonly ServedGroup[] {
  const groups = new Map<string, Map<string, KindDefinition[]>>()
  for (const { group, version, kind } of served) {
    const versions = groups.get(group) ?? new Map<string, KindDefinition[]>()
    groups.set(group, versions)
    versions.set(version, [...(versions.get(version) ?? []), kind])
  }
  const elsewhere = new Map(foreign.map((each) => [apiVersionOf(each), each]))
  for (const { group, version } of foreign) {
    const versions = groups.get(group) ?? new Map<string, KindDefinition[]>()
    groups.set(group, versions.set(version, versions.get(version) ?? []))
  }
  return [...groups]
    .sort(([x], [y]) => rank(x) - rank(y) || (x < y ? -1 : 1))
    .map(([group, versions]) => ({
      group,
      versions: [...versions]
        .sort(([x], [y]) => compareVersions(x, y))
        .map(([version, kinds]) => ({
          group,
          version,
          apiVersion: apiVersionOf({ group, version }),
          kinds: [...kinds].sort((x, y) => (x.plural < y.plural ? -1 : 1)),
          ...withForeign(elsewhere.get(apiVersionOf({ group, version }))),
        })),
    }))
}

const withForeign = (foreign: ForeignVersion | undefined) => (foreign ? { foreign } : {})

/**
 * Orders API versions from the most to the least preferred: v2, v1, v2beta1, v1beta2, v1alpha1, then anything else by name. See "Version
 * priority" in the documentation of CustomResourceDefinition versions.
 */
export function compareVersions(x: string, y: string): number {
  const a = versionParts(x)
  const b = versionParts(y)
  if (!a || !b) return a ? -1 : b ? 1 : x < y ? -1 : x > y ? 1 : 0
  return b.stability - a.stability || b.major - a.major || b.minor - a.minor
}

const STABILITY = { alpha: 0, beta: 1 } as const

function versionParts(version: string) {
  const match = /^v([1-9]\d*)(?:(alpha|beta)([1-9]\d*))?$/.exec(version)
  if (!match) return undefined
  const level = match[2] as keyof typeof STABILITY | undefined // the pattern allows no other
  return { major: Number(match[1]), stability: level ? STABILITY[level] : 2, minor: Number(match[3] ?? 0) }
}
