import { lateCode } from '../engine/late-code'
import type { Client } from './client'
import type { ApiServer, PathHandler, RequestAttributes, User } from './hooks'

/** What API priority and fairness is to the rest of the server. */
export interface FlowControl {
  /** Counts a request, and tells in headers under which schema and level it fell. */
  headersFor(user: User, attributes: RequestAttributes, server: ApiServer): Readonly<Record<string, string>>
  /** How many requests were served of each flow schema and level, for the metrics. */
  dispatched(): readonly { readonly level: string; readonly schema: string; readonly count: number }[]
  /** How many requests may be served at once of each level, when all are busy. */
  seats(server: ApiServer): readonly (readonly [level: string, count: number])[]
  readonly debugRoutes: PathHandler
}

/** Only clients that came later than this code look at headers and figures. */
export const lateFlowControl = lateCode<() => FlowControl>('API priority and fairness')

/** Keeps flow schemas and priority levels in order after a change of any: those a cluster is born with are. */
export const lateUpkeep = lateCode<(client: Client, nowMs: number) => void>('the upkeep of flow control')
