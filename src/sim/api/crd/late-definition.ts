import { lateCode } from '../../engine/late-code'
import type { customKind } from './definition'
import type { emptyStatus, namesOf, statusOf, withCondition } from './definition-status'

/** What becomes of a CustomResourceDefinition: a cluster is born without any. */
export const lateCustomKind = lateCode<{
  readonly customKind: typeof customKind
  readonly namesOf: typeof namesOf
  readonly statusOf: typeof statusOf
  readonly withCondition: typeof withCondition
  readonly emptyStatus: typeof emptyStatus
}>('custom resources')
