import { lateCode } from '../../engine/late-code'
import type { customKind } from './definition'

/** Makes a kind of a CustomResourceDefinition, of which a cluster that has just booted has none. */
export const lateCustomKind = lateCode<typeof customKind>('custom resources')
