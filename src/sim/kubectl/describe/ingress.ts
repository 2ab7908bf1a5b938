import type { AnyObject } from '../../api/object'
import type { Service } from '../../api/types/core-v1.gen'
import type { Ingress, IngressBackend, IngressClass } from '../../api/types/networking-v1.gen'
import type { Proc } from '../../node/os/syscalls'
import { closeWithEvents, describing, type Describer, type Surroundings } from './describer'
import { endpointsText, slicesOf } from './services'
import { writeAnnotations, writeLabels } from './writer'

export const describeIngress = describing<Ingress>(function* (d, { metadata, spec, status }, around) {
  const { write } = d
  const namespace = metadata.namespace ?? ''
  write(0, `Name:\t${metadata.name}`)
  writeLabels(d, 'Labels', metadata.labels)
  write(0, `Namespace:\t${namespace}`)
  const addresses = (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip || hostname || '').filter(Boolean)
  write(0, `Address:\t${[...new Set(addresses)].sort().join(',')}`)
  write(0, `Ingress Class:\t${spec?.ingressClassName ?? '<none>'}`)
  const fallback = spec?.defaultBackend ? yield* backendText(around, namespace, spec.defaultBackend) : '<default>'
  write(0, `Default backend:\t${fallback}`)
  if (spec?.tls?.length) write(0, 'TLS:')
  for (const { secretName, hosts = [] } of spec?.tls ?? [])
    write(1, `${secretName ? `${secretName} terminates` : 'SNI routes'} ${hosts.join(',')}`)
  write(0, 'Rules:\n  Host\tPath\tBackends')
  write(1, '----\t----\t--------')
  const rules = (spec?.rules ?? []).filter(({ http }) => http)
  for (const { host, http } of rules) {
    write(1, `${host || '*'}\t`)
    for (const { path = '', backend } of http!.paths) write(2, `\t${path} \t${yield* backendText(around, namespace, backend)}`)
  }
  if (rules.length === 0) write(1, `*\t*\t${fallback}`)
  writeAnnotations(d, 'Annotations', metadata.annotations)
  yield* closeWithEvents(d, around)
})

interface BackendV1beta1 {
  readonly serviceName?: string
  readonly servicePort?: number | string
  readonly resource?: IngressBackend['resource']
}

const backendFrom = ({ serviceName: name, servicePort: port, resource }: BackendV1beta1): IngressBackend =>
  name === undefined ? { resource } : { service: { name, port: typeof port === 'number' ? { number: port } : { name: port ?? '' } } }

/** The beta's way to name a backend, read as today's. */
export const describeIngressV1beta1: Describer = (d, object, around) => {
  const { spec = {} } = object as { spec?: { backend?: BackendV1beta1; rules?: readonly RuleV1beta1[] } } // by its schema
  const rules = spec.rules?.map(({ http, ...rule }) => ({
    ...rule,
    ...(http && { http: { paths: http.paths.map((path) => ({ ...path, backend: backendFrom(path.backend) })) } }),
  }))
  const defaultBackend = spec.backend && backendFrom(spec.backend)
  return describeIngress(d, { ...object, spec: { ...spec, rules, defaultBackend } } as AnyObject, around)
}

interface RuleV1beta1 {
  readonly host?: string
  readonly http?: { readonly paths: readonly { readonly path?: string; readonly backend: BackendV1beta1 }[] }
}

/** `web:80 (10.1.0.7:8080)`: where a request goes, and who is there. */
function* backendText(around: Surroundings, namespace: string, { service, resource }: IngressBackend): Proc<string> {
  if (service) {
    const { name, port } = service
    const text = `${name}:${port?.number || (port?.name ?? '')}`
    const slices = yield* slicesOf(around, namespace, name)
    const found = yield* around.get<Service>('v1', 'Service', namespace, name)
    if (found instanceof Error) return `${text} (<error: ${found.message}>)`
    const chosen = found.spec?.ports?.find((one) => (port?.number ? one.port === port.number : port?.name && one.name === port.name))
    return `${text} (${endpointsText(slices, chosen?.name)})`
  }
  if (resource) return `APIGroup: ${resource.apiGroup ?? '<none>'}, Kind: ${resource.kind}, Name: ${resource.name}`
  return ''
}

export const describeIngressClass = describing<IngressClass>(function* (d, { metadata, spec }, around) {
  const { write } = d
  write(0, `Name:\t${metadata.name}`)
  writeLabels(d, 'Labels', metadata.labels)
  writeAnnotations(d, 'Annotations', metadata.annotations)
  write(0, `Controller:\t${spec?.controller ?? ''}`)
  if (spec?.parameters) {
    const { apiGroup, kind, name } = spec.parameters
    write(0, 'Parameters:')
    if (apiGroup !== undefined) write(1, `APIGroup:\t${apiGroup}`)
    write(1, `Kind:\t${kind}`)
    write(1, `Name:\t${name}`)
  }
  yield* closeWithEvents(d, around)
})
