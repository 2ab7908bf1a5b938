import type { AdmissionPlugin } from '../hooks'
import type { CertificateSigningRequest } from '../types/certificates-v1.gen'
import { asObject, isAbout, resource } from './lookup'

const requests = resource<never>('certificates.k8s.io', 'v1', 'certificatesigningrequests')

/**
 * Notes in a signing request who asks for the certificate, whatever the request itself says about that. Not a plugin in a real server: the
 * storage of these requests does it.
 */
export const certificateRequester: AdmissionPlugin = {
  name: 'CertificateRequester',
  mutate(request) {
    if (request.operation !== 'CREATE' || !isAbout(request, requests)) return request.object!
    const { user } = request
    const object = request.object as unknown as CertificateSigningRequest // a create of a signing request carries one
    const { username: _name, uid: _uid, groups: _groups, extra: _extra, ...asked } = object.spec
    const spec = {
      ...asked,
      username: user.name,
      ...(user.uid && { uid: user.uid }),
      ...(user.groups.length > 0 && { groups: [...user.groups] }),
      ...(user.extra && { extra: user.extra }),
    }
    return asObject<CertificateSigningRequest>({ ...object, spec: spec as CertificateSigningRequest['spec'] }) // lists are only read
  },
}
