import type { Core } from './call'
import type { ApiRequest, ApiResponse } from './http'
import { handle, type Trace } from './pipeline'
import { answerStatus } from './present'
import { forPeople } from './pretty'
import { Waiting, type Answers } from './waiting'

/** Answers a request: at once, unless somebody on the network has to be asked first (waiting.ts). */
export function serve(core: Core, request: ApiRequest, answered: (response: ApiResponse) => void): void {
  const answers: Answers = new Map()
  const startMs = core.engine.nowMs
  const walk = () => {
    const trace: Trace = { annotations: {} }
    let response: ApiResponse
    try {
      response = core.questions.during(answers, () => handle(core, request, trace))
    } catch (error) {
      if (!(error instanceof Waiting)) throw error
      error.whenKnown(walk)
      return
    }
    core.options.observe?.(request, response.status, isDeprecated(response), core.engine.nowMs - startMs)
    const auditId = request.headers['audit-id'] ?? nextAuditId(core)
    const { attributes, user, annotations } = trace
    const sent = core.options.audited?.({ request, attributes, user, annotations, auditId, startMs, response }, core) ?? response
    answered(forPeople(request, withCommonHeaders(core, auditId, trace, sent)))
  }
  walk()
}

/** What every answer says besides what it is. */
function withCommonHeaders(core: Core, auditId: string, { user, attributes }: Trace, response: ApiResponse): ApiResponse {
  const flow = user && attributes ? core.options.headersFor?.(user, attributes, core) : undefined
  const headers = {
    'audit-id': auditId,
    'cache-control': 'no-cache, private',
    ...response.headers,
    ...flow,
  }
  if (!('value' in response)) return { ...response, headers }
  // An answer that is written only when it is read stays so.
  const { status, value } = response
  return {
    status,
    headers,
    value,
    get body() {
      return response.body
    },
  }
}

const served = new WeakMap<Core, number>()

/** A name of its own for each request, by counting: no chance is drawn for it, so that reading changes nothing. */
export function nextAuditId(core: Core): string {
  const count = (served.get(core) ?? 0) + 1
  served.set(core, count)
  const word = (salt: number) => {
    let bits = Math.imul(count ^ salt, 0x9e3779b1)
    bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
    return ((bits ^ (bits >>> 13)) >>> 0).toString(16).padStart(8, '0')
  }
  const hex = word(0x3c6ef372) + word(0x2545f491) + word(0x6a09e667) + word(0x1f83d9ab)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`
}

const isDeprecated = ({ headers }: ApiResponse) => headers.warning?.includes(' is deprecated in v') ?? false

/** The same for a caller that cannot wait: what is not answered at once is answered as timed out, and goes on behind its back. */
export function serveNow(core: Core, request: ApiRequest): ApiResponse {
  let known: ApiResponse | undefined
  serve(core, request, (response) => void (known ??= response))
  return (known ??= answerStatus(new Waiting(() => undefined).status, []))
}
