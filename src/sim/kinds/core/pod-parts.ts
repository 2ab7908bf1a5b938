import { fieldPath, type FieldError } from '../../api/field-path'
import type { PartSubresource } from '../../api/hooks'
import type { AnyObject } from '../../api/object'
import { atLeast } from '../../api/schema/schema'
import { invalid } from '../../api/status'
import type { Container, Pod } from '../../api/types/core-v1.gen'
import { sameValue } from '../same-value'
import { qosClassOf } from './pod-qos'

const POD = { group: '', plural: 'pods' }
const at = fieldPath('spec')

function refuse(pod: Pod, errors: readonly FieldError[]) {
  if (errors.length > 0) throw invalid({ group: '', kind: 'Pod' }, pod.metadata.name, errors)
}

/** Members that a client may leave out, because the server fills them in. */
const DEFAULTED = ['imagePullPolicy', 'resources', 'terminationMessagePath', 'terminationMessagePolicy']

/** What only containers have that a Pod is there for. */
const NOT_EPHEMERAL = ['ports', 'resources', 'livenessProbe', 'readinessProbe', 'startupProbe', 'lifecycle', 'restartPolicy'] as const

/** …/pods/{name}/ephemeralcontainers: containers for debugging can be added to a Pod, never changed or taken away. */
export const podEphemeralContainers: PartSubresource = {
  of: POD,
  subresource: 'ephemeralcontainers',
  merge: (storedObject, submittedObject) => {
    const stored = storedObject as unknown as Pod // the handler is asked for Pods only
    const submitted = submittedObject as unknown as Pod
    const before = stored.spec.ephemeralContainers ?? []
    const after = submitted.spec?.ephemeralContainers ?? []
    const here = at('ephemeralContainers')
    const errors = before.flatMap((container) => {
      const now = after.find(({ name }) => name === container.name)
      if (!now) return [here.forbidden(`existing ephemeral containers ${JSON.stringify(container.name)} may not be removed`)]
      const lost = Object.keys(container).some((member) => !(member in now) && !DEFAULTED.includes(member))
      return !lost && sameValue({ ...container, ...now }, container)
        ? []
        : [here.forbidden(`existing ephemeral containers ${JSON.stringify(container.name)} may not be changed`)]
    })
    const names = new Set([...stored.spec.containers, ...(stored.spec.initContainers ?? [])].map(({ name }) => name))
    after.forEach((container, index) => {
      const { name, image, targetContainerName, volumeMounts = [] } = container
      if (!name) errors.push(here(index, 'name').required())
      if (!image) errors.push(here(index, 'image').required())
      for (const field of NOT_EPHEMERAL)
        if (container[field] !== undefined && Object.keys(container[field]).length > 0)
          errors.push(here(index, field).forbidden('cannot be set for an Ephemeral Container'))
      volumeMounts.forEach(({ subPath }, mount) => {
        if (subPath) errors.push(here(index, 'volumeMounts', mount, 'subPath').forbidden('cannot be set for an Ephemeral Container'))
      })
      if (name && names.has(name)) errors.push(here(index, 'name').duplicate(name))
      if (targetContainerName && !names.has(targetContainerName))
        errors.push(here(index, 'targetContainerName').notFound(targetContainerName))
      names.add(name)
    })
    refuse(stored, errors)
    return { ...storedObject, spec: { ...stored.spec, ephemeralContainers: after } } as unknown as AnyObject // still the stored Pod
  },
}

/** …/pods/{name}/resize: cpu and memory of running containers can change in place, the quality of service cannot. */
export const podResize: PartSubresource = {
  of: POD,
  subresource: 'resize',
  merge: (storedObject, submittedObject, { release }) => {
    const stored = storedObject as unknown as Pod // the handler is asked for Pods only
    const submitted = submittedObject as unknown as Pod
    const resized = (list: readonly Container[] | undefined, from: readonly Container[] | undefined) =>
      list?.map((container) => {
        const now = from?.find(({ name }) => name === container.name)
        return now
          ? { ...container, resources: now.resources ?? {}, ...(now.resizePolicy && { resizePolicy: now.resizePolicy }) }
          : container
      })
    const containers = resized(stored.spec.containers, submitted.spec?.containers) ?? []
    const initContainers = resized(stored.spec.initContainers, submitted.spec?.initContainers)
    // What the Pod has as a whole may change since release 1.36.
    const resources = atLeast(release, '1.36') ? submitted.spec?.resources : undefined
    const pod: Pod = {
      ...stored,
      spec: {
        ...stored.spec,
        containers,
        ...(initContainers && { initContainers }),
        ...(stored.spec.resources && resources && { resources }),
      },
    }
    if (qosClassOf(pod) !== stored.status?.qosClass)
      refuse(stored, [at.invalid(qosClassOf(pod), 'Pod QOS Class may not change as a result of resizing')])
    refuse(stored, [
      ...containers.flatMap((container, index) =>
        resizeErrors(container, stored.spec.containers[index]!, at('containers', index, 'resources')),
      ),
      ...resizeErrors(pod.spec, stored.spec, at('resources')),
    ])
    return pod as unknown as AnyObject // a Pod is an object
  },
}

type Resourceful = Pick<Container, 'resources'>

function resizeErrors({ resources }: Resourceful, { resources: before }: Resourceful, here: ReturnType<typeof at>): FieldError[] {
  return (['limits', 'requests'] as const).flatMap((list) => {
    const names = new Set([...Object.keys(resources?.[list] ?? {}), ...Object.keys(before?.[list] ?? {})])
    return [...names].flatMap((name) => {
      if (name === 'cpu' || name === 'memory') {
        const removed = before?.[list]?.[name] !== undefined && resources?.[list]?.[name] === undefined
        return removed ? [here(list).forbidden(`resource ${list} cannot be removed`)] : []
      }
      return resources?.[list]?.[name] === before?.[list]?.[name] ? [] : [here(list).forbidden('only cpu and memory resources are mutable')]
    })
  })
}
