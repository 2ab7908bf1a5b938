import type { startAudit } from './audit-writer'
import { lateCode } from './engine/late-code'

/** Only a kube-apiserver that somebody has given an audit policy asks for it. */
export const lateAudit = lateCode<{ readonly startAudit: typeof startAudit }>('the audit log')
