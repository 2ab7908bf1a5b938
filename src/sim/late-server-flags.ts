import type { toldInProcess, watchesToldInProcess } from './api/audit-in-process'
import type { encryptionAtRest } from './api/encryption-at-rest'
import type { startAudit } from './audit-writer'
import { lateCode } from './engine/late-code'
import type { startEncryption } from './encryption-file'
import type { useRuntimeConfig } from './runtime-config'

/** Only a kube-apiserver that somebody has given an audit policy, an encryption configuration or --runtime-config asks for them. */
export const lateServerFlags = lateCode<{
  readonly startAudit: typeof startAudit
  readonly toldInProcess: typeof toldInProcess
  readonly watchesToldInProcess: typeof watchesToldInProcess
  readonly startEncryption: typeof startEncryption
  readonly encryptionAtRest: typeof encryptionAtRest
  readonly useRuntimeConfig: typeof useRuntimeConfig
}>('the audit log, encryption at rest and --runtime-config')
