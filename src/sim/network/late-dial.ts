import { lateCode } from '../engine/late-code'
import type { dialFrom } from './dial'

/** How kube-apiserver asks servers in Pods: only webhooks, conversions and aggregated APIs call for it, which come late themselves. */
export const lateDial = lateCode<typeof dialFrom>('the HTTP client of kube-apiserver')
