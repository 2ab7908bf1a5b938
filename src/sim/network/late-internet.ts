import type { Service } from '../api/types/core-v1.gen'
import type { Serve } from '../api/http'
import { lateCode } from '../engine/late-code'
import type { corednsMetrics } from './coredns-metrics'
import type { answerByCorefile, parseCorefile } from './corefile'
import type { Listener } from '../node/os/socket'

/** The world outside the cluster: nobody looks for it before there is a shell. */
export interface Internet {
  readonly resolve: (name: string) => string | undefined
  readonly listener: (address: string, port: number) => Listener | undefined
  readonly serve: (address: string, port: number) => Serve | undefined
  /** How CoreDNS reads its Corefile, and answers by it. */
  readonly parseCorefile: typeof parseCorefile
  readonly answerByCorefile: typeof answerByCorefile
  readonly corednsMetrics: typeof corednsMetrics
  readonly health: (service: Service, localEndpoints: number) => Listener
}

export const lateInternet = lateCode<Internet>('the world outside')
