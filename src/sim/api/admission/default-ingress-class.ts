import type { AdmissionPlugin } from '../hooks'
import type { Ingress, IngressClass } from '../types/networking-v1.gen'
import { asObject, findAll, isAbout, resource } from './lookup'

const ingresses = resource<never>('networking.k8s.io', 'v1', 'ingresses')
const ingressClasses = resource<IngressClass>('networking.k8s.io', 'v1', 'ingressclasses')
const IS_DEFAULT = 'ingressclass.kubernetes.io/is-default-class'
const OLD_ANNOTATION = 'kubernetes.io/ingress.class'

/** An Ingress that names no class, not by the old annotation either, gets the default one: of several the newest. */
export const defaultIngressClass: AdmissionPlugin = {
  name: 'DefaultIngressClass',
  mutate(request) {
    if (request.operation !== 'CREATE' || !isAbout(request, ingresses)) return request.object!
    const ingress = request.object as unknown as Ingress // a create of an Ingress carries one
    if (ingress.spec?.ingressClassName !== undefined || ingress.metadata.annotations?.[OLD_ANNOTATION] !== undefined) return request.object!
    const [newest] = [...findAll(request.server, ingressClasses)]
      .filter(({ metadata }) => metadata.annotations?.[IS_DEFAULT] === 'true')
      .sort(({ metadata: x }, { metadata: y }) => y.creationTimestamp.localeCompare(x.creationTimestamp) || (x.name < y.name ? -1 : 1))
    if (!newest) return request.object!
    return asObject<Ingress>({ ...ingress, spec: { ...ingress.spec, ingressClassName: newest.metadata.name } })
  },
}
