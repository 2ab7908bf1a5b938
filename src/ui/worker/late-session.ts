import { lateCode } from '../../sim/engine/late-code'
import type { bringBack, keepObjects } from './kept-objects'
import type { look } from './reader'

interface SessionCode {
  readonly look: typeof look
  readonly keepObjects: typeof keepObjects
  readonly bringBack: typeof bringBack
}

/** What a session does only some time after its first prompt. */
export const lateSession = lateCode<SessionCode>('looking inside objects, and keeping them')
