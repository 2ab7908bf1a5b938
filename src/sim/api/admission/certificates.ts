import { subjectOf } from '../auth/client-certificate'
import type { AdmissionPlugin, AdmissionRequest } from '../hooks'
import { forbidden } from '../status'
import type { CertificateSigningRequest } from '../types/certificates-v1.gen'

const KIND = { group: 'certificates.k8s.io', plural: 'certificatesigningrequests' }
const CLIENT_SIGNER = 'kubernetes.io/kube-apiserver-client'

const isRequest = ({ kind }: AdmissionRequest) => kind.group === KIND.group && kind.plural === KIND.plural

/** Whether a user may `approve` or `sign` for a signer: by its name, or by all names of its domain. */
function mayFor({ server, user }: AdmissionRequest, verb: string, signerName: string): boolean {
  const query = new URLSearchParams()
  const ask = (name: string) =>
    server.may(user, { verb, path: '/signers', query, resource: { group: KIND.group, version: '*', plural: 'signers', name } }).allowed
  return ask(signerName) || ask(`${signerName.split('/')[0]}/*`)
}

const requestOf = ({ old }: AdmissionRequest) => old as unknown as CertificateSigningRequest // asked for updates of signing requests

/** Approving or denying a request needs leave to approve for its signer. */
export const certificateApproval: AdmissionPlugin = {
  name: 'CertificateApproval',
  validate(request) {
    if (!isRequest(request) || request.operation !== 'UPDATE' || request.subresource !== 'approval') return
    const { signerName } = requestOf(request).spec
    if (!mayFor(request, 'approve', signerName))
      throw forbidden(KIND, request.name, `user not permitted to approve requests with signerName ${JSON.stringify(signerName)}`)
  },
}

/** Issuing a certificate, or failing to, needs leave to sign for the signer. */
export const certificateSigning: AdmissionPlugin = {
  name: 'CertificateSigning',
  validate(request) {
    if (!isRequest(request) || request.operation !== 'UPDATE' || request.subresource !== 'status') return
    const before = requestOf(request)
    const after = request.object as unknown as CertificateSigningRequest // an update of a signing request carries one
    const failed = ({ status }: CertificateSigningRequest) =>
      JSON.stringify(status?.conditions?.filter(({ type }) => type === 'Failed') ?? [])
    if (before.status?.certificate === after.status?.certificate && failed(before) === failed(after)) return
    const { signerName } = before.spec
    if (!mayFor(request, 'sign', signerName))
      throw forbidden(KIND, request.name, `user not permitted to sign requests with signerName ${JSON.stringify(signerName)}`)
  },
}

/** Nobody becomes a superuser by asking for a certificate. */
export const certificateSubjectRestriction: AdmissionPlugin = {
  name: 'CertificateSubjectRestriction',
  validate(request) {
    if (!isRequest(request) || request.operation !== 'CREATE' || request.subresource !== undefined) return
    const { spec } = request.object as unknown as CertificateSigningRequest // a create of a signing request carries one
    if (spec.signerName !== CLIENT_SIGNER || !subjectOf(decoded(spec.request))?.organizations.includes('system:masters')) return
    const why = `use of ${CLIENT_SIGNER} signer with system:masters group is not allowed`
    throw forbidden(KIND, request.name, why)
  },
}

function decoded(base64: string | undefined): string {
  try {
    return atob(base64 ?? '')
  } catch {
    return ''
  }
}
