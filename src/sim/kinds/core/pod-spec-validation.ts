import type { FieldError, FieldPath } from '../../api/field-path'
import type { LabelSelector } from '../../api/types/meta-v1.gen'
import type { PodSpec, PodTemplateSpec } from '../../api/types/core-v1.gen'
import { isIP } from '../../formats/ip'
import { matches, selectorOf } from '../../formats/selector'
import { dnsLabel, dnsSubdomain, notBetween, qualifiedName } from '../../formats/names'
import { invalidName, isEmptySelector, labels, labelSelector, nonNegative, oneOf, requiredOneOf } from '../field-checks'
import { containersErrors } from './container-validation'
import { resourceErrors } from './resource-validation'
import { schedulingErrors } from './scheduling-validation'
import { podSecurityErrors } from './security-context-validation'
import { volumeNames, volumesErrors } from './volume-validation'

const LARGEST_INT32 = 2_147_483_647

/** Complaints about a Pod's spec, in a Pod or in a template. See `ValidatePodSpec`. */
export function podSpecErrors(spec: PodSpec, at: FieldPath): FieldError[] {
  const errors: FieldError[] = [
    ...volumesErrors(spec, at),
    ...containersErrors(spec, at, volumeNames(spec)),
    ...requiredOneOf(spec.restartPolicy, ['Always', 'OnFailure', 'Never'], at('restartPolicy')),
    ...requiredOneOf(spec.dnsPolicy, ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'], at('dnsPolicy')),
    ...labels(spec.nodeSelector, at('nodeSelector')),
    ...schedulingErrors(spec, at),
    ...identityErrors(spec, at),
    ...dnsConfigErrors(spec, at),
    ...hostAliasErrors(spec, at('hostAliases')),
    ...nonNegative(spec.terminationGracePeriodSeconds, at('terminationGracePeriodSeconds')),
  ]
  const deadline = spec.activeDeadlineSeconds
  if (deadline !== undefined && (deadline < 1 || deadline > LARGEST_INT32))
    errors.push(at('activeDeadlineSeconds').invalid(deadline, notBetween(1, LARGEST_INT32)))
  spec.readinessGates?.forEach((gate, index) =>
    errors.push(...invalidName(gate.conditionType ?? '', at('readinessGates', index, 'conditionType'), qualifiedName)),
  )
  const gates = new Set<string>()
  spec.schedulingGates?.forEach((gate, index) => {
    const here = at('schedulingGates', index)
    errors.push(...invalidName(gate.name ?? '', here, qualifiedName))
    if (gates.has(gate.name)) errors.push(here.duplicate(gate.name))
    gates.add(gate.name)
  })
  if (spec.securityContext) {
    if (spec.shareProcessNamespace && spec.hostPID)
      errors.push(
        at('shareProcessNamespace').invalid(spec.shareProcessNamespace, 'ShareProcessNamespace and HostPID cannot both be enabled'),
      )
    errors.push(...podSecurityErrors(spec.securityContext, at('securityContext')))
  }
  errors.push(...userNamespaceErrors(spec, at), ...hostSysctlErrors(spec, at))
  errors.push(...resourceErrors(spec.resources, at('resources')))
  errors.push(...oneOf(spec.preemptionPolicy, ['PreemptLowerPriority', 'Never'], at('preemptionPolicy')))
  if (spec.os && !spec.os.name) errors.push(at('os', 'name').required())
  else if (spec.os) errors.push(...oneOf(spec.os.name, ['linux', 'windows'], at('os', 'name')))
  return errors
}

/** Kernel parameters that belong to the network or the interprocess communication of a Pod, and so cannot be set where it has the host's. */
function hostSysctlErrors({ securityContext, hostNetwork, hostIPC }: PodSpec, at: FieldPath): readonly FieldError[] {
  if (!securityContext?.sysctls) return []
  return securityContext.sysctls.flatMap(({ name = '' }, index) => {
    const dotted = name.replaceAll('/', '.')
    const here = at('securityContext', 'sysctls', index, 'name')
    if (hostNetwork && dotted.startsWith('net.')) return [here.invalid(name, "may not be specified when 'hostNetwork' is true")]
    if (hostIPC && /^(kernel\.(shm|msg)|kernel\.sem$|fs\.mqueue\.)/.test(dotted))
      return [here.invalid(name, "may not be specified when 'hostIPC' is true")]
    return []
  })
}

/** What a Pod may not have together with users of its own, and what it may have with them only. */
function userNamespaceErrors(spec: PodSpec, at: FieldPath): readonly FieldError[] {
  if (spec.hostUsers === false)
    return (['hostNetwork', 'hostPID', 'hostIPC'] as const)
      .filter((field) => spec[field])
      .map((field) => at(field).forbidden('when `hostUsers` is false'))
  const errors: FieldError[] = []
  for (const field of CONTAINERS)
    spec[field]?.forEach(({ securityContext }, index) => {
      if (securityContext?.procMount !== 'Unmasked') return
      errors.push(at(field, index, 'securityContext', 'procMount').invalid('Unmasked', '`hostUsers` must be false to use `Unmasked`'))
    })
  return errors
}

const CONTAINERS = ['initContainers', 'containers', 'ephemeralContainers'] as const

function identityErrors(spec: PodSpec, at: FieldPath): readonly FieldError[] {
  const errors: FieldError[] = []
  for (const [field, check] of NAMES) {
    const value = spec[field]
    if (value) errors.push(...invalidName(value, at(field), check))
  }
  return errors
}

const NAMES = [
  ['serviceAccountName', dnsSubdomain],
  ['nodeName', dnsSubdomain],
  ['hostname', dnsLabel],
  ['subdomain', dnsLabel],
  ['priorityClassName', dnsSubdomain],
  ['runtimeClassName', dnsSubdomain],
  ['schedulerName', qualifiedName],
] as const

function dnsConfigErrors({ dnsPolicy, dnsConfig }: PodSpec, at: FieldPath): FieldError[] {
  if (!dnsConfig && dnsPolicy !== 'None') return []
  const nameservers = dnsConfig?.nameservers ?? []
  const here = at('dnsConfig')
  if (dnsPolicy === 'None' && !dnsConfig) return [here.required('must provide `dnsConfig` when `dnsPolicy` is None')]
  if (dnsPolicy === 'None' && nameservers.length === 0)
    return [here.required('must provide at least one DNS nameserver when `dnsPolicy` is None')]
  const { searches = [], options = [] } = dnsConfig ?? {}
  return [
    ...(nameservers.length > 3 ? [here('nameservers').invalid(nameservers, 'must not have more than 3 nameservers')] : []),
    ...nameservers.flatMap((address, index) => addressErrors(address, here('nameservers', index))),
    ...(searches.length > 32 ? [here('searches').invalid(searches, 'must not have more than 32 search paths')] : []),
    ...options.flatMap(({ name }, index) => (name ? [] : [here('options', index).required('must not be empty')])),
  ]
}

const addressErrors = (address: string, at: FieldPath): FieldError[] =>
  isIP(address) ? [] : [at.invalid(address, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)')]

const hostAliasErrors = ({ hostAliases = [] }: PodSpec, at: FieldPath): FieldError[] =>
  hostAliases.flatMap(({ ip, hostnames = [] }, index) => [
    ...addressErrors(ip ?? '', at(index, 'ip')),
    ...hostnames.flatMap((name, i) => invalidName(name, at(index, 'hostnames', i), dnsSubdomain)),
  ])

/** How a workload's complaints call it; not every kind goes by its own name there. */
export interface WorkloadWords {
  readonly selector: string
  readonly deadline: string
  /** False: what the Pods' spec says is judged when the Pods are made. */
  readonly judgesPods?: boolean
}

/** Complaints about the Pod template of a workload that keeps Pods running: it must carry the labels that the workload selects by. */
export function workloadTemplateErrors(
  { selector, template }: { selector?: LabelSelector; template?: PodTemplateSpec },
  at: FieldPath,
  words: WorkloadWords,
): FieldError[] {
  const errors: FieldError[] = []
  if (!selector) errors.push(at('selector').required())
  else {
    const complaints = labelSelector(selector, at('selector'))
    errors.push(...complaints)
    if (isEmptySelector(selector)) errors.push(at('selector').invalid(selector, `empty selector is invalid for ${words.selector}`))
    else if (complaints.length === 0 && !matches(selectorOf(selector), template?.metadata?.labels ?? {}))
      errors.push(
        at('template', 'metadata', 'labels').invalid(template?.metadata?.labels ?? null, '`selector` does not match template `labels`'),
      )
  }
  errors.push(...podTemplateErrors(template, at('template'), words.judgesPods))
  const policy = template?.spec?.restartPolicy
  if (policy && policy !== 'Always') errors.push(at('template', 'spec', 'restartPolicy').notSupported(policy, ['Always']))
  if (template?.spec?.activeDeadlineSeconds !== undefined)
    errors.push(at('template', 'spec', 'activeDeadlineSeconds').forbidden(`activeDeadlineSeconds in ${words.deadline} is not Supported`))
  return errors
}

/** Complaints about a Pod template. */
export function podTemplateErrors(template: PodTemplateSpec | undefined, at: FieldPath, judgesPods = true): FieldError[] {
  const spec = template?.spec ?? { containers: [] }
  return [
    ...labels(template?.metadata?.labels, at('metadata', 'labels')),
    ...Object.keys(template?.metadata?.annotations ?? {}).flatMap((key) =>
      invalidName(key.toLowerCase(), at('metadata', 'annotations'), qualifiedName),
    ),
    ...(judgesPods ? podSpecErrors(spec, at('spec')) : []),
    ...(spec.ephemeralContainers?.length
      ? [at('spec', 'ephemeralContainers').forbidden('ephemeral containers not allowed in pod template')]
      : []),
  ]
}
