import { fieldPath } from '../../api/field-path'
import type { PartSubresource } from '../../api/hooks'
import type { AnyObject } from '../../api/object'
import { invalid } from '../../api/status'
import type { CertificateSigningRequest, CertificateSigningRequestCondition } from '../../api/types/certificates-v1.gen'
import { timestamp } from '../../engine/time'

const DECISIONS = ['Approved', 'Denied']

/** …/certificatesigningrequests/{name}/approval: says yes or no, which cannot be taken back. */
export const csrApproval: PartSubresource = {
  of: { group: 'certificates.k8s.io', plural: 'certificatesigningrequests' },
  subresource: 'approval',
  merge: (storedObject, submittedObject, { engine }) => {
    const stored = storedObject as unknown as CertificateSigningRequest // the handler is asked for signing requests only
    const submitted = submittedObject as unknown as CertificateSigningRequest
    const before = stored.status?.conditions ?? []
    const conditions = (submitted.status?.conditions ?? []).map((condition) => dated(condition, before, timestamp(engine.nowMs)))
    refuseContradictions(stored, conditions)
    return { ...storedObject, status: { ...stored.status, conditions } } as unknown as AnyObject // still the stored request
  },
}

function dated(
  condition: CertificateSigningRequestCondition,
  before: readonly CertificateSigningRequestCondition[],
  now: string,
): CertificateSigningRequestCondition {
  const old = before.find(({ type }) => type === condition.type)
  if (old) return old
  return { lastUpdateTime: now, lastTransitionTime: now, ...condition, status: condition.status || 'True' }
}

function refuseContradictions({ metadata, status }: CertificateSigningRequest, conditions: readonly CertificateSigningRequestCondition[]) {
  const at = fieldPath('status')('conditions')
  const has = (list: readonly CertificateSigningRequestCondition[], type: string) => list.some((condition) => condition.type === type)
  const errors = [
    ...(DECISIONS.every((type) => has(conditions, type))
      ? [at.invalid('Denied', 'Approved and Denied conditions are mutually exclusive')]
      : []),
    ...DECISIONS.filter((type) => has(status?.conditions ?? [], type) && !has(conditions, type)).map((type) =>
      at.forbidden(`updates may not remove a condition of type ${JSON.stringify(type)}`),
    ),
  ]
  if (errors.length > 0) throw invalid({ group: 'certificates.k8s.io', kind: 'CertificateSigningRequest' }, metadata.name, errors)
}
