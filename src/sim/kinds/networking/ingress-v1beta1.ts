import type { AnyObject } from '../../api/object'
import type { Ingress, IngressBackend } from '../../api/types/networking-v1.gen'
import type { Ingress as OldIngress, IngressBackend as OldBackend } from '../../api/types/networking-v1beta1.gen'
import { withoutAbsent } from '../defaulting'

/** v1beta1 wrote a backend as two flat fields and let the type of a path be left out. */
export function fromIngressV1beta1(object: AnyObject): Ingress {
  const { spec, ...rest } = object as unknown as OldIngress // decoded as this version's type
  const { backend, rules, ...specRest } = spec ?? {}
  return {
    ...rest,
    apiVersion: 'networking.k8s.io/v1',
    spec: withoutAbsent({
      ...specRest,
      defaultBackend: backend && backendFrom(backend),
      rules: rules?.map(({ http, ...rule }) =>
        withoutAbsent({
          ...rule,
          http: http && {
            paths: http.paths.map((path) => ({
              ...path,
              pathType: path.pathType ?? 'ImplementationSpecific',
              backend: backendFrom(path.backend),
            })),
          },
        }),
      ),
    }),
  }
}

function backendFrom({ serviceName, servicePort, resource }: OldBackend): IngressBackend {
  if (serviceName === undefined && servicePort === undefined) return withoutAbsent({ resource })
  const port = typeof servicePort === 'number' ? { number: servicePort } : { name: servicePort ?? '' }
  return withoutAbsent({ service: { name: serviceName ?? '', port }, resource })
}

/** A stored Ingress as v1beta1 of a group shows it. */
export function toIngressV1beta1({ spec, ...rest }: Ingress, group: string): AnyObject {
  const { defaultBackend, rules, ...specRest } = spec ?? {}
  return {
    ...rest,
    apiVersion: `${group}/v1beta1`,
    spec: withoutAbsent({
      ...specRest,
      backend: defaultBackend && backendTo(defaultBackend),
      rules: rules?.map(({ http, ...rule }) =>
        withoutAbsent({ ...rule, http: http && { paths: http.paths.map((path) => ({ ...path, backend: backendTo(path.backend) })) } }),
      ),
    }),
  }
}

const backendTo = ({ service, resource }: IngressBackend): OldBackend =>
  withoutAbsent({ serviceName: service?.name, servicePort: service?.port?.number ?? service?.port?.name, resource })
