import type { toldInProcess } from './api/audit-in-process'
import type { encryptionAtRest } from './api/encryption-at-rest'
import type { startAudit } from './audit-writer'
import { lateCode } from './engine/late-code'
import type { startEncryption } from './encryption-file'

/** Only a kube-apiserver that somebody has given an audit policy or an encryption configuration asks for them. */
export const lateServerFlags = lateCode<{
  readonly startAudit: typeof startAudit
  readonly toldInProcess: typeof toldInProcess
  readonly startEncryption: typeof startEncryption
  readonly encryptionAtRest: typeof encryptionAtRest
}>('the audit log and encryption at rest')
