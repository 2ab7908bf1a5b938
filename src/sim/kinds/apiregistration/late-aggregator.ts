import { lateCode } from '../../engine/late-code'
import type { createAggregator } from './aggregator'

/** Other API servers behind APIServices: a cluster is born without any. */
export const lateAggregator = lateCode<typeof createAggregator>('the aggregation layer')

export type Aggregator = ReturnType<typeof createAggregator>
