import { age } from '../../api/columns'
import type { FieldError, FieldPath } from '../../api/field-path'
import type { KindRules } from '../../api/kind'
import type { HTTPIngressPath, Ingress, IngressBackend } from '../../api/types/networking-v1.gen'
import { isIP } from '../../formats/ip'
import { dns1035Label, dnsSubdomain, notBetween, portName, portNumber, wildcardSubdomain } from '../../formats/names'
import { withEmpty } from '../defaulting'
import { invalidName, requiredName } from '../field-checks'

/** What may be written of an Ingress, and what `kubectl get` shows of it. */
export const ingressRules: KindRules<Ingress> = {
  defaults: (object) => withEmpty(object, 'spec'),
  beforeCreate: (object) => ({ ...object, status: { loadBalancer: {} } }),
  validate: ({ spec = {} }, at) => {
    const here = at('spec')
    const errors: FieldError[] = []
    if (!spec.rules?.length && !spec.defaultBackend) errors.push(here.invalid(null, 'either `defaultBackend` or `rules` must be specified'))
    if (spec.defaultBackend) errors.push(...backendErrors(spec.defaultBackend, here('defaultBackend')))
    if (spec.ingressClassName !== undefined) errors.push(...invalidName(spec.ingressClassName, here('ingressClassName'), dnsSubdomain))
    spec.rules?.forEach(({ host, http }, index) => {
      const rule = here('rules', index)
      if (host) errors.push(...hostErrors(host, rule('host')))
      if (!http) return
      if (!http.paths?.length) errors.push(rule('http', 'paths').required())
      http.paths?.forEach((path, p) => errors.push(...pathErrors(path, rule('http', 'paths', p))))
    })
    spec.tls?.forEach(({ hosts }, index) =>
      hosts?.forEach((host, h) =>
        errors.push(...invalidName(host, here('tls', index, 'hosts', h), host.startsWith('*') ? wildcardSubdomain : dnsSubdomain)),
      ),
    )
    return errors
  },
  warnings: ({ metadata }, old) =>
    !old && metadata.annotations?.['kubernetes.io/ingress.class'] !== undefined
      ? [`annotation "kubernetes.io/ingress.class" is deprecated, please use 'spec.ingressClassName' instead`]
      : [],
  columns: [
    ['Class', ({ spec }) => spec?.ingressClassName ?? '<none>'],
    ['Hosts', ({ spec }) => hostsText((spec?.rules ?? []).map(({ host }) => host ?? ''))],
    [
      'Address',
      ({ status }) =>
        [...new Set((status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip || hostname || ''))]
          .filter(Boolean)
          .sort()
          .join(','),
    ],
    ['Ports', ({ spec }) => (spec?.tls?.length ? '80, 443' : '80')],
    age,
  ],
}

/** Three hosts; rules for any host are counted among the rest, as a real server does once it has three. */
const hostsText = (hosts: readonly string[]) => {
  const named = hosts.filter(Boolean).slice(0, 3)
  if (named.length === 0) return '*'
  const isAll = named.length < 3 || hosts.lastIndexOf(named[2]!) === hosts.length - 1
  return isAll ? named.join(',') : `${named.join(',')} + ${hosts.length - 3} more...`
}

function hostErrors(host: string, at: FieldPath): readonly FieldError[] {
  if (isIP(host)) return [at.invalid(host, 'must be a DNS name, not an IP address')]
  return invalidName(host, at, host.includes('*') ? wildcardSubdomain : dnsSubdomain)
}

const PATH_TYPES = ['Exact', 'ImplementationSpecific', 'Prefix']

function pathErrors({ path, pathType, backend }: HTTPIngressPath, at: FieldPath): FieldError[] {
  const errors: FieldError[] = []
  if (!pathType) errors.push(at('pathType').required('pathType must be specified'))
  else if (!PATH_TYPES.includes(pathType)) errors.push(at('pathType').notSupported(pathType, PATH_TYPES))
  else if (pathType === 'ImplementationSpecific') {
    if (path && !path.startsWith('/')) errors.push(at('path').invalid(path, 'must be an absolute path'))
  } else if (!path?.startsWith('/')) errors.push(at('path').invalid(path ?? '', 'must be an absolute path'))
  else {
    for (const sequence of ['//', '/./', '/../', '%2f', '%2F'])
      if (path.includes(sequence)) errors.push(at('path').invalid(path, `must not contain '${sequence}'`))
  }
  return [...errors, ...backendErrors(backend ?? {}, at('backend'))]
}

function backendErrors({ service, resource }: IngressBackend, at: FieldPath): FieldError[] {
  if (resource && service) return [at.invalid('', 'cannot set both resource and service backends')]
  if (resource) return []
  if (!service) return [at.invalid('', 'resource or service backend is required')]
  const errors = [...requiredName(service.name, at('service', 'name'), dns1035Label)]
  const { name, number } = service.port ?? {}
  const port = at('service', 'port')
  if (name && number) errors.push(at.invalid('', 'cannot set both port name & port number'))
  else if (name) errors.push(...invalidName(name, port('name'), portName))
  else if (!number) errors.push(at.required('port name or number is required'))
  else if (portNumber(number).length) errors.push(port('number').invalid(number, notBetween(1, 65535)))
  return errors
}
