import { lateCode } from '../../engine/late-code'
import type { Service } from '../../api/types/core-v1.gen'
import type { hintNews, withHints } from './hints'

/** Hints for endpoints (hints.ts). No Service asks for any before the first prompt: the page loads them after that. */
export const lateHints = lateCode<{ readonly withHints: typeof withHints; readonly hintNews: typeof hintNews }>('hints for endpoints')

/** Of a Service: whether zones are to get endpoints in proportion. */
export const TOPOLOGY_MODE = 'service.kubernetes.io/topology-mode'

/** Whether a Service says anything about near traffic at all. */
export const saysWhere = ({ spec, metadata }: Service): boolean =>
  spec.trafficDistribution !== undefined || metadata.annotations?.[TOPOLOGY_MODE] !== undefined
