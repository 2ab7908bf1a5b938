import { compareQuantities, milliValue } from '../../formats/quantity'
import type { AdmissionPlugin, AdmissionRequest } from '../hooks'
import { forbidden } from '../status'
import type { Container, LimitRange, LimitRangeItem, PersistentVolumeClaim, Pod } from '../types/core-v1.gen'
import { asObject, findAll, isAbout, newPod, resource } from './lookup'
import { podTotals, type Quantities } from './pod-resources'

const limitRanges = resource<LimitRange>('', 'v1', 'limitranges')
const claims = resource<never>('', 'v1', 'persistentvolumeclaims')

/** Fills in what containers leave out, and holds containers, Pods and claims to a namespace's LimitRanges. */
export const limitRanger: AdmissionPlugin = {
  name: 'LimitRanger',
  mutate(request) {
    const pod = newPod(request)
    if (!pod) return request.object!
    let result = pod
    for (const { spec } of findAll(request.server, limitRanges, request.namespace)) {
      for (const item of spec.limits) if (item.type === 'Container') result = withDefaults(result, item)
    }
    return result === pod ? request.object! : asObject(result)
  },
  validate(request) {
    const pod = newPod(request)
    const claim =
      request.operation !== 'DELETE' && isAbout(request, claims) ? (request.object as unknown as PersistentVolumeClaim) : undefined // a write of a claim carries one
    if (!pod && !claim) return
    const errors = [...findAll(request.server, limitRanges, request.namespace)].flatMap(({ spec }) =>
      spec.limits.flatMap((item) => (pod ? podErrors(pod, item) : claimErrors(claim!, item))),
    )
    refuse(request, errors)
  },
}

function refuse({ kind, object, name }: AdmissionRequest, errors: readonly string[]) {
  const unique = [...new Set(errors)]
  if (unique.length === 0) return
  throw forbidden(kind, object?.metadata.name ?? name, unique.length === 1 ? unique[0]! : `[${unique.join(', ')}]`)
}

function withDefaults(pod: Pod, item: LimitRangeItem): Pod {
  const said: string[] = []
  const filled = (kind: string) => (container: Container) => fill(container, item, kind, said)
  const containers = pod.spec.containers.map(filled('container'))
  const initContainers = pod.spec.initContainers?.map(filled('init container'))
  if (said.length === 0) return pod
  const annotations = { ...pod.metadata.annotations, 'kubernetes.io/limit-ranger': `LimitRanger plugin set: ${said.join('; ')}` }
  return {
    ...pod,
    metadata: { ...pod.metadata, annotations },
    spec: { ...pod.spec, containers, ...(initContainers && { initContainers }) },
  }
}

function fill(container: Container, item: LimitRangeItem, kind: string, said: string[]): Container {
  const limits = missing(container.resources?.limits, item.default)
  // Requests that the author left out but limited are already requests: the kind's own defaults said so.
  const requests = missing(container.resources?.requests, item.defaultRequest)
  for (const [what, set] of [
    ['request', requests],
    ['limit', limits],
  ] as const) {
    const names = Object.keys(set).sort()
    if (names.length > 0) said.push(`${names.join(', ')} ${what} for ${kind} ${container.name}`)
  }
  if (Object.keys(limits).length + Object.keys(requests).length === 0) return container
  const { resources } = container
  return {
    ...container,
    resources: { ...resources, limits: { ...limits, ...resources?.limits }, requests: { ...requests, ...resources?.requests } },
  }
}

const missing = (given: Quantities | undefined, wanted: Quantities | undefined): Quantities =>
  Object.fromEntries(Object.entries(wanted ?? {}).filter(([name]) => given?.[name] === undefined))

function podErrors({ spec }: Pod, item: LimitRangeItem): readonly string[] {
  if (item.type === 'Pod') return boundErrors(podTotals(spec, 'requests'), podTotals(spec, 'limits'), item)
  if (item.type !== 'Container') return []
  return [...spec.containers, ...(spec.initContainers ?? [])].flatMap(({ resources }) =>
    boundErrors(resources?.requests ?? {}, resources?.limits ?? {}, item),
  )
}

function claimErrors({ spec }: PersistentVolumeClaim, item: LimitRangeItem): readonly string[] {
  if (item.type !== 'PersistentVolumeClaim') return []
  const requests = spec.resources?.requests ?? {}
  return Object.entries({ ...item.min, ...item.max }).flatMap(([name]) => {
    const [min, max, request] = [item.min?.[name], item.max?.[name], requests[name]]
    if (request === undefined) return []
    if (min !== undefined && compareQuantities(request, min) < 0)
      return [`minimum ${name} usage per ${item.type} is ${min}, but request is ${request}`]
    if (max !== undefined && compareQuantities(request, max) > 0)
      return [`maximum ${name} usage per ${item.type} is ${max}, but request is ${request}`]
    return []
  })
}

function boundErrors(requests: Quantities, limits: Quantities, { type, min = {}, max = {}, maxLimitRequestRatio = {} }: LimitRangeItem) {
  const errors: string[] = []
  for (const [name, bound] of Object.entries(min).sort()) {
    const [request, limit] = [requests[name], limits[name]]
    const text = `minimum ${name} usage per ${type} is ${bound}`
    if (request === undefined) errors.push(`${text}.  No request is specified`)
    else if (compareQuantities(request, bound) < 0) errors.push(`${text}, but request is ${request}`)
    else if (limit !== undefined && compareQuantities(limit, bound) < 0) errors.push(`${text}, but limit is ${limit}`)
  }
  for (const [name, bound] of Object.entries(max).sort()) {
    const [request, limit] = [requests[name], limits[name]]
    const text = `maximum ${name} usage per ${type} is ${bound}`
    if (limit === undefined) errors.push(`${text}.  No limit is specified`)
    else if (compareQuantities(limit, bound) > 0) errors.push(`${text}, but limit is ${limit}`)
    else if (request !== undefined && compareQuantities(request, bound) > 0) errors.push(`${text}, but request is ${request}`)
  }
  for (const [name, bound] of Object.entries(maxLimitRequestRatio).sort()) {
    const [request, limit] = [requests[name], limits[name]]
    const text = `${name} max limit to request ratio per ${type} is ${bound}`
    if (request === undefined || milliValue(request) === 0) errors.push(`${text}, but no request is specified or request is 0`)
    else if (limit === undefined || milliValue(limit) === 0) errors.push(`${text}, but no limit is specified or limit is 0`)
    else if (milliValue(limit) / milliValue(request) > milliValue(bound) / 1000) {
      errors.push(`${text}, but provided ratio is ${(milliValue(limit) / milliValue(request)).toFixed(6)}`)
    }
  }
  return errors
}
