import { fieldPath, type FieldError } from '../field-path'
import type { AdmissionPlugin, AdmissionRequest } from '../hooks'
import { forbidden, invalid } from '../status'
import type { Namespace, Pod } from '../types/core-v1.gen'
import { find, findAll, isAbout, resource } from './lookup'
import { violations, type Level, type PodTemplate } from './pod-security-checks'

const namespaces = resource<Namespace>('', 'v1', 'namespaces')
const pods = resource<Pod>('', 'v1', 'pods')
const LABEL = 'pod-security.kubernetes.io/'
const LEVELS: readonly string[] = ['privileged', 'baseline', 'restricted']

/** Holds Pods to the level that labels of their namespace ask for: refuses for `enforce`, warns for `warn`. */
export const podSecurity: AdmissionPlugin = {
  name: 'PodSecurity',
  validate(request) {
    const { operation, subresource, kind } = request
    if (operation === 'DELETE' || (subresource !== undefined && subresource !== 'ephemeralcontainers')) return
    if (isAbout(request, namespaces as never)) return checkNamespace(request)
    if (kind.group === '' && kind.plural === 'pods') return checkPod(request)
    const template = templateOf(request)
    if (template) warnOf(request, template)
  },
}

/** `restricted:latest`, as a label pair gives it. A level that nobody knows is taken as restricted. */
function policyOf(home: Namespace, mode: Mode): Policy {
  let known = policies.get(home)
  if (!known)
    policies.set(home, (known = { enforce: readPolicy(home, 'enforce'), warn: readPolicy(home, 'warn'), audit: readPolicy(home, 'audit') }))
  return known[mode]
}

interface Policy {
  readonly level: Level
  readonly text: string
}

type Mode = 'enforce' | 'warn' | 'audit'

/** One state of a namespace is asked for with every Pod in it. */
const policies = new WeakMap<Namespace, Readonly<Record<Mode, Policy>>>()

function readPolicy({ metadata }: Namespace, mode: Mode): Policy {
  const value = metadata.labels?.[LABEL + mode] ?? 'privileged'
  const level = (LEVELS.includes(value) ? value : 'restricted') as Level // just checked
  return { level, text: `${level}:${metadata.labels?.[`${LABEL}${mode}-version`] ?? 'latest'}` }
}

const homeOf = ({ server, namespace }: AdmissionRequest) => find(server, namespaces, undefined, namespace ?? '')

function checkPod(request: AdmissionRequest) {
  const home = homeOf(request)
  const pod = request.object as unknown as Pod // a write of a Pod carries one
  const old = request.old as unknown as Pod | undefined
  if (!home || (old && request.subresource === undefined && !isSignificant(pod, old))) return
  const { level, text } = policyOf(home, 'enforce')
  request.annotate('pod-security.kubernetes.io/enforce-policy', text)
  const broken = violations(level, pod)
  if (broken) throw forbidden(request.kind, request.name, `violates PodSecurity ${JSON.stringify(text)}: ${broken}`)
  warnOf(request, pod)
}

/** Updates of labels or status are not looked at; of a Pod's spec only images may change that matter here. */
const isSignificant = ({ spec }: Pod, { spec: before }: Pod) =>
  spec.containers.some(({ image }, index) => image !== before.containers[index]?.image)

function warnOf(request: AdmissionRequest, pod: PodTemplate) {
  const home = homeOf(request)
  if (!home) return
  const complaint = (mode: Mode) => {
    const { level, text } = policyOf(home, mode)
    const broken = violations(level, pod)
    return broken && `would violate PodSecurity ${JSON.stringify(text)}: ${broken}`
  }
  const [warned, audited] = [complaint('warn'), complaint('audit')]
  if (warned) request.warn(warned)
  if (audited) request.annotate('pod-security.kubernetes.io/audit-violations', audited)
}

/** The Pod template of a workload, by resource; workloads are never refused, only warned about. */
function templateOf({ kind, object, operation, old }: AdmissionRequest): PodTemplate | undefined {
  const path = TEMPLATES[`${kind.group}/${kind.plural}`]
  if (!path || !object) return undefined
  const read = (from: unknown) =>
    path.reduce<unknown>((value, field) => (value as Readonly<Record<string, unknown>> | undefined)?.[field], from)
  const template = read(object) as PodTemplate | undefined // what the schema has at that path
  if (operation === 'UPDATE' && template === read(old)) return undefined
  return template?.spec ? template : undefined
}

const OF_WORKLOADS = ['spec', 'template']
const TEMPLATES: Readonly<Record<string, readonly string[]>> = {
  '/replicationcontrollers': OF_WORKLOADS,
  '/podtemplates': ['template'],
  'apps/daemonsets': OF_WORKLOADS,
  'apps/deployments': OF_WORKLOADS,
  'apps/replicasets': OF_WORKLOADS,
  'apps/statefulsets': OF_WORKLOADS,
  'batch/cronjobs': ['spec', 'jobTemplate', 'spec', 'template'],
  'batch/jobs': OF_WORKLOADS,
}

const MODES = ['enforce', 'audit', 'warn'] as const

/** What the labels of a namespace say that no level and no version is. */
function labelErrors({ metadata: { labels = {} } }: Namespace): FieldError[] {
  const at = fieldPath('metadata')('labels')
  return MODES.flatMap((mode) => {
    const [level, version] = [labels[LABEL + mode], labels[`${LABEL}${mode}-version`]]
    return [
      ...(level === undefined || LEVELS.includes(level)
        ? []
        : [at.key(LABEL + mode).invalid(level, `must be one of ${LEVELS.join(', ')}`)]),
      ...(version === undefined || /^(latest|v1\.(0|[1-9]\d*))$/.test(version)
        ? []
        : [at.key(`${LABEL}${mode}-version`).invalid(version, 'must be "latest" or "v1.x"')]),
    ]
  })
}

/** A namespace whose level is raised: warns of the Pods in it that would not be let in now. */
function checkNamespace(request: AdmissionRequest) {
  const home = request.object as unknown as Namespace // a write of a namespace carries one
  const old = request.old as unknown as Namespace | undefined
  const errors = labelErrors(home)
  if (errors.length > 0 && (!old || labelErrors(old).length === 0))
    throw invalid({ group: '', kind: 'Namespace' }, home.metadata.name, errors)
  if (!old) return
  const before = policyOf(old, 'enforce')
  const { level, text } = policyOf(home, 'enforce')
  if (level === 'privileged' || text === before.text || LEVELS.indexOf(level) <= LEVELS.indexOf(before.level)) return
  const byViolation = new Map<string, string[]>()
  for (const pod of findAll(request.server, pods, home.metadata.name)) {
    const broken = violations(level, pod)
    // The warning names the broken controls only.
    const controls = broken.replace(/ \((?:[^()"]|"[^"]*"|\([^)]*\))*\)/g, '')
    if (broken) byViolation.set(controls, [...(byViolation.get(controls) ?? []), pod.metadata.name])
  }
  if (byViolation.size === 0) return
  request.warn(
    `existing pods in namespace ${JSON.stringify(home.metadata.name)} violate the new PodSecurity enforce level ${JSON.stringify(text)}`,
  )
  for (const [controls, names] of byViolation) {
    const [first, ...others] = names.sort()
    const more = others.length === 0 ? '' : ` (and ${others.length} other ${others.length === 1 ? 'pod' : 'pods'})`
    request.warn(`${first}${more}: ${controls}`)
  }
}
