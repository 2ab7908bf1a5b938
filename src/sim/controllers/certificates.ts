import { certificateFor } from '../api/auth/certificate'
import type { CertificateSigningRequest, CertificateSigningRequestCondition } from '../api/types/certificates-v1.gen'
import { timestamp } from '../engine/time'
import type { CertificateRequest } from '../formats/x509-forms'
import { readRequest } from '../formats/x509-reading'
import { certificateSigningRequest } from '../kinds/certificates/certificate-signing-request'
import { defineController } from './controller'
import { setStatus } from './steps'

type Usages = readonly string[]

/** The signers that live in kube-controller-manager, and what each refuses to sign: undefined when it has nothing against a request. */
const SIGNERS: Readonly<Record<string, (request: CertificateRequest, usages: Usages) => string | undefined>> = {
  'kubernetes.io/kube-apiserver-client': (_request, usages) =>
    usages.find((usage) => ![...OPTIONAL, 'client auth'].includes(usage)) !== undefined
      ? `invalid usage for client certificate: ${usages.find((usage) => ![...OPTIONAL, 'client auth'].includes(usage))}`
      : usages.includes('client auth')
        ? undefined
        : 'missing required usage for client certificate: client auth',
  'kubernetes.io/kube-apiserver-client-kubelet': (request, usages) => nodeComplaint(request, usages, 'client auth'),
  'kubernetes.io/kubelet-serving': (request, usages) =>
    nodeComplaint(request, usages, 'server auth') ??
    (request.alternativeNames.length === 0 ? 'DNS or IP subjectAltName is required' : undefined),
  'kubernetes.io/legacy-unknown': () => undefined,
}

const OPTIONAL = ['digital signature', 'key encipherment']

/** What keeps a request from being one for a node's certificate, in the signer's words; undefined when nothing does. */
export function nodeComplaint({ subject }: CertificateRequest, usages: Usages, needed: string): string | undefined {
  const organizations = subject.filter(([type]) => type === 'O').map(([, value]) => value)
  const commonName = subject.find(([type]) => type === 'CN')?.[1] ?? ''
  if (organizations.join() !== 'system:nodes') return 'organization is not system:nodes'
  if (!commonName.startsWith('system:node:')) return 'subject common name does not begin with system:node: '
  const isExact = usages.includes(needed) && usages.every((usage) => usage === needed || OPTIONAL.includes(usage))
  return isExact ? undefined : 'usages did not match'
}

const USAGE: Readonly<Record<string, string>> = { 'client auth': 'clientAuth', 'server auth': 'serverAuth' }
/** kube-controller-manager's `--cluster-signing-duration`, and how far back a certificate's validity begins. */
const LONGEST_MS = 365 * 86_400_000
const BACKDATE_MS = 5 * 60_000

/** Signs approved requests, each with the cluster's authority. */
export const certificateSigner = defineController({
  name: 'csrsigning-controller',
  account: 'certificate-controller',
  reconciles: certificateSigningRequest,
  watches: {},
  reconcile(request: CertificateSigningRequest, { nowMs }) {
    const { conditions = [], certificate } = request.status ?? {}
    const has = (type: string) => conditions.some((condition) => condition.type === type && condition.status === 'True')
    const refuses = SIGNERS[request.spec.signerName]
    if (certificate || !has('Approved') || has('Denied') || has('Failed') || !refuses) return []
    const asked = readRequest(atob(request.spec.request ?? ''))
    const complaint = asked ? refuses(asked, request.spec.usages ?? []) : 'unable to parse csr'
    if (complaint !== undefined || !asked)
      return [setStatus(request, { ...request.status, conditions: [...conditions, failed(complaint ?? '', nowMs)] })]
    return [setStatus(request, { ...request.status, certificate: btoa(signed(request, asked, nowMs)) })]
  },
})

function signed({ metadata, spec }: CertificateSigningRequest, { subject, key, alternativeNames }: CertificateRequest, nowMs: number) {
  const forMs = Math.min((spec.expirationSeconds ?? Infinity) * 1000, LONGEST_MS)
  return certificateFor(subject, {
    serial: metadata.uid.replaceAll('-', ''),
    notBeforeMs: nowMs - BACKDATE_MS,
    notAfterMs: nowMs - BACKDATE_MS + forMs,
    key,
    alternativeNames,
    usages: (spec.usages ?? []).flatMap((usage) => USAGE[usage] ?? []),
  })
}

const failed = (message: string, nowMs: number): CertificateSigningRequestCondition => ({
  type: 'Failed',
  status: 'True',
  reason: 'SignerValidationFailure',
  message,
  lastUpdateTime: timestamp(nowMs),
  lastTransitionTime: timestamp(nowMs),
})
