import { nextAuditId } from './audit-id'
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

const isDeprecated = ({ headers }: ApiResponse) => headers.warning?.includes(' is deprecated in v') ?? false

/** The same for a caller that cannot wait: what is not answered at once is answered as timed out, and goes on behind its back. */
export function serveNow(core: Core, request: ApiRequest): ApiResponse {
  let known: ApiResponse | undefined
  serve(core, request, (response) => void (known ??= response))
  return (known ??= answerStatus(new Waiting(() => undefined).status, []))
}
