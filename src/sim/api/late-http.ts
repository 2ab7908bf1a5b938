import { lateCode } from '../engine/late-code'
import type { tokenRequest } from './auth/token-request'
import type { httpHooks } from './edge'
import type { fetchHandler } from './edge-http'
import type { writeScale } from './scale'
import type { serve, serveNow } from './serve'

interface HttpCode {
  readonly serve: typeof serve
  readonly serveNow: typeof serveNow
  readonly httpHooks: typeof httpHooks
  readonly fetchHandler: typeof fetchHandler
  readonly writeScale: typeof writeScale
  readonly tokenRequest: typeof tokenRequest
}

/**
 * Requests over HTTP, from the request line to the answer, and scales, which the control plane itself sets only for autoscalers: clients inside the
 * process hand over objects, and every program that speaks HTTP with the API server comes late itself.
 */
export const lateHttp = lateCode<HttpCode>('requests over HTTP')
