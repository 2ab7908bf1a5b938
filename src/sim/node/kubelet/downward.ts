import type { Container, Pod, ResourceFieldSelector } from '../../api/types/core-v1.gen'
import { milliValue, quantityValue } from '../../formats/quantity'

/** The value of a `fieldRef`; undefined for a field that has none (yet). */
export function podField(path: string, pod: Pod, where: { readonly hostIP: string; readonly podIP: string }): string | undefined {
  const keyed = /^metadata\.(labels|annotations)\['(.*)'\]$/.exec(path)
  if (keyed) return pod.metadata[keyed[1] as 'labels' | 'annotations']?.[keyed[2]!] ?? '' // the pattern admits these two only
  return fields[path]?.(pod, where)
}

const fields: Readonly<Record<string, (pod: Pod, where: { readonly hostIP: string; readonly podIP: string }) => string | undefined>> = {
  'metadata.name': ({ metadata }) => metadata.name,
  'metadata.namespace': ({ metadata }) => metadata.namespace,
  'metadata.uid': ({ metadata }) => metadata.uid,
  'metadata.labels': ({ metadata }) => printedMap(metadata.labels),
  'metadata.annotations': ({ metadata }) => printedMap(metadata.annotations),
  'spec.nodeName': ({ spec }) => spec.nodeName,
  'spec.serviceAccountName': ({ spec }) => spec.serviceAccountName,
  'status.hostIP': (_, { hostIP }) => hostIP,
  'status.hostIPs': (_, { hostIP }) => hostIP,
  'status.podIP': (_, { podIP }) => podIP,
  'status.podIPs': (_, { podIP }) => podIP,
}

/** `key="value"` lines, sorted, as the downward API prints maps. */
const printedMap = (map: Readonly<Record<string, string>> = {}) =>
  Object.keys(map)
    .sort()
    .map((key) => `${key}=${JSON.stringify(map[key])}`)
    .join('\n')

/** The value of a `resourceFieldRef`: in units of its divisor, rounded up. A limit nobody set is what the node can give. */
export function resourceField(
  { containerName, resource, divisor }: ResourceFieldSelector,
  pod: Pod,
  container: Container | undefined,
  allocatable: Readonly<Record<string, string>>,
): string {
  const of = containerName
    ? [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].find(({ name }) => name === containerName)
    : container
  const [side, name = ''] = resource.split(/\.(.*)/s)
  const resources = of?.resources
  const quantity = side === 'limits' ? (resources?.limits?.[name] ?? allocatable[name] ?? '0') : (resources?.requests?.[name] ?? '0')
  const unit = divisor === undefined || divisor === '0' ? '1' : divisor
  return String(Math.ceil(name === 'cpu' ? milliValue(quantity) / milliValue(unit) : quantityValue(quantity) / quantityValue(unit)))
}
