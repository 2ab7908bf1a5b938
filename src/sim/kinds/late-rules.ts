import { lateCode, type LateCode } from '../engine/late-code'
import type { allRules } from './all-rules'

type Rules = typeof allRules

/** What people may write of each kind, and what they are shown of it: most of what is known of kinds. */
export const lateRules = lateCode<Rules>('rules of kinds')

/** The rules of a kind for its definition: those of `<kind>-rules.ts` beside it. */
export function rulesOf<Name extends keyof Rules>(name: Name): Pick<LateCode<Rules[Name]>, 'arrived' | 'code'> {
  return {
    get arrived() {
      return lateRules.arrived
    },
    get code() {
      return lateRules.code[name]
    },
  }
}
