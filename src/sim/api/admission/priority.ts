import type { AdmissionPlugin, AdmissionRequest } from '../hooks'
import { withFields } from '../object'
import { forbidden } from '../status'
import type { Pod } from '../types/core-v1.gen'
import type { PriorityClass } from '../types/scheduling-v1.gen'
import { asObject, find, findAll, isAbout, newPod, resource } from './lookup'

const priorityClasses = resource<PriorityClass>('scheduling.k8s.io', 'v1', 'priorityclasses')

/** Built into every API server, whether or not their objects have been created yet. */
const SYSTEM: Readonly<Record<string, number>> = { 'system-cluster-critical': 2_000_000_000, 'system-node-critical': 2_000_001_000 }

/** Works out each Pod's priority from its class, and allows no more than one default class. */
export const priority: AdmissionPlugin = {
  name: 'Priority',
  about: ['pods', 'priorityclasses.scheduling.k8s.io'],
  mutate(request) {
    const pod = newPod(request)
    return pod ? asObject(withPriority(request, pod)) : request.object!
  },
  validate(request) {
    if (!isAbout(request, priorityClasses as never)) return
    if (request.operation === 'DELETE') {
      // Not this plugin's in a real server but the storage's, at the same place.
      if (SYSTEM[request.name] !== undefined)
        throw forbidden(request.kind, request.name, 'this is a system priority class and cannot be deleted')
      return
    }
    const submitted = request.object as unknown as PriorityClass // a write of a PriorityClass carries one
    if (!submitted.globalDefault) return
    for (const { metadata, globalDefault } of findAll(request.server, priorityClasses)) {
      if (!globalDefault || metadata.name === submitted.metadata.name) continue
      throw forbidden(
        request.kind,
        submitted.metadata.name,
        `PriorityClass ${metadata.name} is already marked as default. Only one default can exist`,
      )
    }
  },
}

function withPriority({ server, kind }: AdmissionRequest, pod: Pod): Pod {
  const { spec } = pod
  const refuse = (why: string) => forbidden(kind, pod.metadata.name, why)
  const named = spec.priorityClassName ? find(server, priorityClasses, undefined, spec.priorityClassName) : defaultClass(server)
  if (spec.priorityClassName && !named && SYSTEM[spec.priorityClassName] === undefined) {
    throw refuse(`no PriorityClass with name ${spec.priorityClassName} was found`)
  }
  const value = named?.value ?? SYSTEM[spec.priorityClassName ?? ''] ?? 0
  if (spec.priority !== undefined && spec.priority !== value) {
    throw refuse(
      `the integer value of priority (${spec.priority}) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`,
    )
  }
  const policy = named?.preemptionPolicy ?? 'PreemptLowerPriority'
  if (spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== policy) {
    throw refuse(
      `the string value of PreemptionPolicy (${spec.preemptionPolicy}) must not be provided in pod spec; priority admission controller computed ${policy} from the given PriorityClass name`,
    )
  }
  const priorityClassName = spec.priorityClassName || named?.metadata.name
  const judged = withFields(spec, { priority: value, preemptionPolicy: policy })
  return { ...pod, spec: priorityClassName ? withFields(judged, { priorityClassName }) : judged }
}

function defaultClass(server: AdmissionRequest['server']): PriorityClass | undefined {
  let lowest: PriorityClass | undefined
  for (const each of findAll(server, priorityClasses))
    if (each.globalDefault && (!lowest || (each.value ?? 0) < (lowest.value ?? 0))) lowest = each
  return lowest
}
