import { fieldPath, type FieldPath } from '../../api/field-path'
import type {
  Container,
  ContainerPort,
  EnvVar,
  NodeSelectorTerm,
  PodAffinityTerm,
  PodSpec,
  PodTemplateSpec,
  Volume,
} from '../../api/types/core-v1.gen'
import { dnsLabel } from '../../formats/names'
import { milliValue } from '../../formats/quantity'

/*
 * What a server warns of in a Pod, or in the template of a workload, although it takes it: `GetWarningsForPod`.
 */

const at = fieldPath()

/** Warnings about a Pod. */
export function podWarnings({ metadata, spec }: { readonly metadata: Named; readonly spec: PodSpec }): readonly string[] {
  const name = nameWarnings(metadata.name, "metadata.name: this is used in the Pod's hostname, which can result in surprising behavior")
  return [...name, ...specWarnings(spec, metadata.annotations, at('spec'), at('metadata'))]
}

/** The warnings of a workload whose template is new or has changed. `path` is where its template is. */
export function workloadWarnings<T extends { readonly metadata: Named }>(
  templateOf: (object: T) => PodTemplateSpec | undefined,
  path = at('spec', 'template'),
): (object: T, old: T | undefined) => readonly string[] {
  return (object, old) => (old && templateOf(old) === templateOf(object) ? [] : templateWarnings(object.metadata, templateOf(object), path))
}

/** Its name becomes part of its Pods' names. */
function templateWarnings(metadata: Named, template: PodTemplateSpec | undefined, path: FieldPath): readonly string[] {
  const name = nameWarnings(
    metadata.name,
    'metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior',
  )
  return [...name, ...(template?.spec ? specWarnings(template.spec, template.metadata?.annotations, path('spec'), path('metadata')) : [])]
}

interface Named {
  readonly name: string
  readonly annotations?: Readonly<Record<string, string>>
}

function nameWarnings(name: string, why: string): readonly string[] {
  const complaints = dnsLabel(name)
  return complaints.length > 0 ? [`${why}; a DNS label is recommended: [${complaints.join(' ')}]`] : []
}

const DEPRECATED_LABELS: Readonly<Record<string, string>> = {
  'beta.kubernetes.io/arch': 'deprecated since v1.14; use "kubernetes.io/arch" instead',
  'beta.kubernetes.io/os': 'deprecated since v1.14; use "kubernetes.io/os" instead',
  'failure-domain.beta.kubernetes.io/region': 'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  'failure-domain.beta.kubernetes.io/zone': 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
  'beta.kubernetes.io/instance-type': 'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
}

const DEPRECATED_ANNOTATIONS: Readonly<Record<string, string>> = {
  'scheduler.alpha.kubernetes.io/critical-pod': 'non-functional in v1.16+; use the "priorityClassName" field instead',
  'security.alpha.kubernetes.io/sysctls': 'non-functional in v1.11+; use the "sysctls" field instead',
  'security.alpha.kubernetes.io/unsafe-sysctls': 'non-functional in v1.11+; use the "sysctls" field instead',
}

const DEPRECATED_VOLUMES: Readonly<Partial<Record<keyof Volume, string>>> = {
  photonPersistentDisk: 'deprecated in v1.11, non-functional in v1.16+',
  gitRepo: 'deprecated in v1.11, and disabled by default in v1.33+',
  scaleIO: 'deprecated in v1.16, non-functional in v1.22+',
  flocker: 'deprecated in v1.22, non-functional in v1.25+',
  storageos: 'deprecated in v1.22, non-functional in v1.25+',
  quobyte: 'deprecated in v1.22, non-functional in v1.25+',
  glusterfs: 'deprecated in v1.25, non-functional in v1.26+',
  cephfs: 'deprecated in v1.28, non-functional in v1.31+',
  rbd: 'deprecated in v1.28, non-functional in v1.31+',
}

function specWarnings(
  spec: PodSpec,
  annotations: Readonly<Record<string, string>> = {},
  here: FieldPath,
  meta: FieldPath,
): readonly string[] {
  const containers = containersOf(spec, here)
  return [
    ...schedulingWarnings(spec, here),
    ...Object.keys(annotations).flatMap((key) =>
      DEPRECATED_ANNOTATIONS[key] ? [`${meta('annotations').key(key).text}: ${DEPRECATED_ANNOTATIONS[key]}`] : [],
    ),
    ...(spec.volumes ?? []).flatMap((volume, index) => volumeWarnings(volume, here('volumes', index))),
    ...repeated((spec.hostAliases ?? []).map(({ ip }) => ip ?? '')).map(
      ([index, ip]) => `${here('hostAliases', index, 'ip').text}: duplicate ip ${JSON.stringify(ip)}`,
    ),
    ...pullSecretWarnings(spec, here),
    ...fractions(spec.overhead, here('overhead')),
    ...containers.flatMap(({ container: { resources, env = [] }, path }) => [
      ...fractions(resources?.limits, path('resources', 'limits')),
      ...fractions(resources?.requests, path('resources', 'requests')),
      ...environmentWarnings(env, path('env')),
    ]),
    ...portWarnings(containers),
    ...((spec.terminationGracePeriodSeconds ?? 0) < 0
      ? [`${here('terminationGracePeriodSeconds').text}: must be >= 0; negative values are invalid and will be treated as 1`]
      : []),
    ...podAffinityWarnings(spec, here('affinity')),
  ]
}

interface Placed {
  readonly container: Container
  readonly path: FieldPath
}

const containersOf = ({ containers = [], initContainers = [] }: PodSpec, here: FieldPath): readonly Placed[] => [
  ...initContainers.map((container, index) => ({ container, path: here('initContainers', index) })),
  ...containers.map((container, index) => ({ container, path: here('containers', index) })),
]

function schedulingWarnings({ nodeSelector = {}, affinity, topologySpreadConstraints = [] }: PodSpec, here: FieldPath): readonly string[] {
  const node = affinity?.nodeAffinity
  const place = here('affinity', 'nodeAffinity')
  const required = node?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? []
  const preferred = node?.preferredDuringSchedulingIgnoredDuringExecution ?? []
  return [
    ...Object.keys(nodeSelector).flatMap((key) =>
      DEPRECATED_LABELS[key] ? [`${here('nodeSelector').key(key).text}: ${DEPRECATED_LABELS[key]}`] : [],
    ),
    ...required.flatMap((term, index) =>
      termWarnings(term, place('requiredDuringSchedulingIgnoredDuringExecution', 'nodeSelectorTerms', index)),
    ),
    ...preferred.flatMap(({ preference }, index) =>
      termWarnings(preference, place('preferredDuringSchedulingIgnoredDuringExecution', index, 'preference')),
    ),
    ...topologySpreadConstraints.flatMap(({ topologyKey, labelSelector }, index) => {
      const constraint = here('topologySpreadConstraints', index)
      return [
        ...deprecatedKey(topologyKey, constraint('topologyKey')),
        ...(labelSelector ? [] : [`${constraint('labelSelector').text}: a null labelSelector results in matching no pod`]),
      ]
    }),
  ]
}

const deprecatedKey = (key: string, path: FieldPath): readonly string[] =>
  DEPRECATED_LABELS[key] ? [`${path.text}: ${key} is ${DEPRECATED_LABELS[key]}`] : []

const termWarnings = ({ matchExpressions = [] }: NodeSelectorTerm, path: FieldPath): readonly string[] =>
  matchExpressions.flatMap(({ key }, index) => deprecatedKey(key, path('matchExpressions', index, 'key')))

function podAffinityWarnings({ affinity }: PodSpec, here: FieldPath): readonly string[] {
  const nothing = ({ labelSelector }: PodAffinityTerm, path: FieldPath) =>
    labelSelector ? [] : [`${path('labelSelector').text}: a null labelSelector results in matching no pod`]
  return (['podAffinity', 'podAntiAffinity'] as const).flatMap((name) => {
    const { requiredDuringSchedulingIgnoredDuringExecution: must = [], preferredDuringSchedulingIgnoredDuringExecution: may = [] } =
      affinity?.[name] ?? {}
    const path = here(name)
    return [
      ...must.flatMap((term, index) => nothing(term, path('requiredDuringSchedulingIgnoredDuringExecution', index))),
      ...may.flatMap(({ podAffinityTerm }, index) =>
        nothing(podAffinityTerm, path('preferredDuringSchedulingIgnoredDuringExecution', index, 'podAffinityTerm')),
      ),
    ]
  })
}

function volumeWarnings(volume: Volume, path: FieldPath): readonly string[] {
  const old = (Object.keys(DEPRECATED_VOLUMES) as (keyof Volume)[]).filter((name) => volume[name] !== undefined)
  const claim = volume.ephemeral?.volumeClaimTemplate?.spec.resources?.requests
  return [
    ...old.map((name) => `${path(name).text}: ${DEPRECATED_VOLUMES[name]}`),
    ...(isFractional(volume.emptyDir?.sizeLimit)
      ? [
          `${path('emptyDir', 'sizeLimit').text}: fractional byte value ${JSON.stringify(volume.emptyDir?.sizeLimit)} is invalid, must be an integer`,
        ]
      : []),
    ...fractions(claim, path('ephemeral', 'volumeClaimTemplate', 'spec', 'resources', 'requests'), ['storage']),
  ]
}

const isFractional = (quantity: string | undefined) => quantity !== undefined && milliValue(quantity) % 1000 !== 0

/** Bytes come whole: `400m` of memory is not what anybody meant. */
export const fractions = (
  amounts: Readonly<Record<string, string>> | undefined,
  path: FieldPath,
  names: readonly string[] = ['memory', 'ephemeral-storage'],
): readonly string[] =>
  names
    .filter((name) => isFractional(amounts?.[name]))
    .map((name) => `${path.key(name).text}: fractional byte value ${JSON.stringify(amounts![name])} is invalid, must be an integer`)

function pullSecretWarnings({ imagePullSecrets = [] }: PodSpec, here: FieldPath): readonly string[] {
  const names = imagePullSecrets.map(({ name }) => name ?? '')
  const path = (index: number) => here('imagePullSecrets', index, 'name').text
  return [
    ...repeated(names).map(([index, name]) => `${path(index)}: duplicate name ${JSON.stringify(name)}`),
    ...names.flatMap((name, index) => (name === '' ? [`${path(index)}: invalid empty name ""`] : [])),
  ]
}

/** The places of words that were there before. */
const repeated = (words: readonly string[]) =>
  words.flatMap((word, index): readonly (readonly [index: number, word: string])[] => (words.indexOf(word) < index ? [[index, word]] : []))

/** A variable may be set again in terms of itself; anything else hides what was before. */
function environmentWarnings(env: readonly EnvVar[], path: FieldPath): readonly string[] {
  const names = env.map(({ name }) => name)
  return repeated(names).flatMap(([index, name]) => {
    const { value = '', valueFrom } = env[index]!
    const reference = `$(${name})`
    const hides = valueFrom !== undefined || value === reference || !value.includes(reference)
    return hides ? [`${path(index).text}: hides previous definition of ${JSON.stringify(name)}, which may be dropped when using apply`] : []
  })
}

function portWarnings(containers: readonly Placed[]): readonly string[] {
  const known: { readonly port: ContainerPort; readonly path: FieldPath }[] = []
  const names = new Map<string, FieldPath>()
  const definitions: string[] = []
  const named: string[] = []
  for (const { container, path: here } of containers)
    container.ports?.forEach((port, index) => {
      const path = here('ports', index)
      for (const other of known) {
        const how = clash(port, other.port)
        if (how) definitions.push(`${path.text}: ${how} port definition with ${other.path.text}`)
      }
      known.push({ port, path })
      const first = port.name ? names.get(port.name) : undefined
      if (first)
        named.push(
          `${path.text}: duplicate port name ${JSON.stringify(port.name)} with ${first.text}, services and probes that select ports by name will use ${first.text}`,
        )
      else if (port.name) names.set(port.name, path)
    })
  return [...definitions, ...named]
}

function clash(port: ContainerPort, other: ContainerPort): string | undefined {
  if (port.containerPort !== other.containerPort || (port.protocol ?? 'TCP') !== (other.protocol ?? 'TCP')) return undefined
  const { hostIP: ip = '', hostPort = 0 } = port
  const { hostIP: otherIP = '', hostPort: otherPort = 0 } = other
  if (ip === otherIP && hostPort === otherPort) return 'duplicate'
  if (hostPort === 0 || otherPort === 0) return 'overlapping'
  return hostPort === otherPort && (ip === '') !== (otherIP === '') ? 'dangerously ambiguous' : undefined
}
