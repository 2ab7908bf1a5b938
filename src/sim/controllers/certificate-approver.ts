import type { ApiServer } from '../api/hooks'
import type { CertificateSigningRequest } from '../api/types/certificates-v1.gen'
import { timestamp } from '../engine/time'
import type { CertificateRequest } from '../formats/x509-forms'
import { readRequest } from '../formats/x509-reading'
import { certificateSigningRequest } from '../kinds/certificates/certificate-signing-request'
import { nodeComplaint } from './certificates'
import { anyKind, defineController, type Step } from './controller'
import { looksAt } from './watches'

const KUBELET_CLIENT = 'kubernetes.io/kube-apiserver-client-kubelet'

/** Whether a user may do something; the API server's own authorisers answer. */
type May = ApiServer['may']

/** Certificates that a kubelet may have without anybody's approval, if its user has the right to `create` the subresource. */
const RECOGNISED: readonly {
  readonly subresource: string
  readonly message: string
  readonly isSo: (request: CertificateRequest, username: string) => boolean
}[] = [
  {
    subresource: 'selfnodeclient',
    message: 'Auto approving self kubelet client certificate after SubjectAccessReview.',
    isSo: ({ subject }, username) => subject.find(([type]) => type === 'CN')?.[1] === username,
  },
  {
    subresource: 'nodeclient',
    message: 'Auto approving kubelet client certificate after SubjectAccessReview.',
    isSo: () => true,
  },
]

/** Approves what kubelets ask for when they join a cluster or renew their client certificates; their serving certificates it leaves to people. */
export const certificateApprover = defineController({
  name: 'csrapproving-controller',
  account: 'certificate-controller',
  reconciles: certificateSigningRequest,
  watches: { may: looksAt(anyKind(certificateSigningRequest), (): May | undefined => undefined) },
  reconcile(request: CertificateSigningRequest, { may, nowMs }) {
    const { conditions = [], certificate } = request.status ?? {}
    const isDecided = conditions.some(({ type }) => type === 'Approved' || type === 'Denied')
    if (certificate || isDecided || request.spec.signerName !== KUBELET_CLIENT || !may) return []
    const asked = readRequest(atob(request.spec.request ?? ''))
    if (!asked || asked.alternativeNames.length > 0 || nodeComplaint(asked, request.spec.usages ?? [], 'client auth')) return []
    const granted = RECOGNISED.find(
      ({ subresource, isSo }) => isSo(asked, request.spec.username ?? '') && mayCreate(may, request, subresource),
    )
    return granted ? [approve(request, granted.message, nowMs)] : []
  },
})

function mayCreate(may: May, { spec }: CertificateSigningRequest, subresource: string): boolean {
  const resource = { group: 'certificates.k8s.io', version: '*', plural: 'certificatesigningrequests', subresource }
  const user = { name: spec.username ?? '', groups: spec.groups ?? [] }
  return may(user, { verb: 'create', path: '/', query: new URLSearchParams(), resource }).allowed
}

function approve(request: CertificateSigningRequest, message: string, nowMs: number): Step {
  const at = timestamp(nowMs)
  const approved = { type: 'Approved', status: 'True', reason: 'AutoApproved', message, lastUpdateTime: at, lastTransitionTime: at }
  const object = { ...request, status: { ...request.status, conditions: [...(request.status?.conditions ?? []), approved] } }
  return { do: 'update', kind: anyKind(certificateSigningRequest), object, subresource: 'approval' }
}
