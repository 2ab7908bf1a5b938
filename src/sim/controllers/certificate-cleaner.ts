import type { CertificateSigningRequest } from '../api/types/certificates-v1.gen'
import { parseTimestamp } from '../engine/time'
import { readCertificate } from '../formats/x509-reading'
import { certificateSigningRequest } from '../kinds/certificates/certificate-signing-request'
import { defineController } from './controller'
import { again, remove } from './steps'

const HOUR_MS = 3_600_000
/** How long a request is kept after it was decided on, by the condition that says so; what nobody decides on goes after a day. */
const KEPT_MS: Readonly<Record<string, number>> = { Approved: HOUR_MS, Denied: HOUR_MS, Failed: HOUR_MS }
const PENDING_MS = 24 * HOUR_MS

/** Deletes requests for certificates that have served their purpose; it looks once an hour. */
export const certificateCleaner = defineController({
  name: 'csrcleaner-controller',
  account: 'certificate-controller',
  reconciles: certificateSigningRequest,
  watches: {},
  reconcile: (request: CertificateSigningRequest, { nowMs }) =>
    isDone(request, nowMs) ? [remove(certificateSigningRequest, request)] : [again(HOUR_MS, { background: true })],
})

function isDone({ metadata, status = {} }: CertificateSigningRequest, nowMs: number): boolean {
  const { conditions = [], certificate } = status
  if (conditions.length === 0) return parseTimestamp(metadata.creationTimestamp) + PENDING_MS <= nowMs
  const expired = certificate !== undefined && (readCertificate(atob(certificate))?.notAfterMs ?? Infinity) < nowMs
  return (
    expired ||
    conditions.some(({ type, lastUpdateTime }) => {
      // An approved request waits for its certificate for as long as its signer takes.
      if (type === 'Approved' && !certificate) return false
      return lastUpdateTime !== undefined && parseTimestamp(lastUpdateTime) + (KEPT_MS[type] ?? Infinity) <= nowMs
    })
  )
}
