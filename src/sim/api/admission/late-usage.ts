import { lateCode } from '../../engine/late-code'
import type { totalUsage } from './quota-usage'

/** What objects use of a quota; asked once somebody has made one. */
export const lateUsage = lateCode<typeof totalUsage>('usage of quotas')
