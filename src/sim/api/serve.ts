import type { Core } from './call'
import type { ApiRequest, ApiResponse } from './http'
import { handle } from './pipeline'
import { answerStatus } from './present'
import { forPeople } from './pretty'
import { Waiting, type Answers } from './waiting'

/** Answers a request: at once, unless somebody on the network has to be asked first (waiting.ts). */
export function serve(core: Core, request: ApiRequest, answered: (response: ApiResponse) => void): void {
  const answers: Answers = new Map()
  const startMs = core.engine.nowMs
  const walk = () => {
    let response: ApiResponse
    try {
      response = core.questions.during(answers, () => handle(core, request))
    } catch (error) {
      if (!(error instanceof Waiting)) throw error
      error.whenKnown(walk)
      return
    }
    core.options.observe?.(request, response.status, isDeprecated(response), core.engine.nowMs - startMs)
    answered(forPeople(request, response))
  }
  walk()
}

const isDeprecated = ({ headers }: ApiResponse) => headers.warning?.includes(' is deprecated in v') ?? false

/** The same for a caller that cannot wait: what is not answered at once is answered as timed out, and goes on behind its back. */
export function serveNow(core: Core, request: ApiRequest): ApiResponse {
  let known: ApiResponse | undefined
  serve(core, request, (response) => void (known ??= response))
  return (known ??= answerStatus(new Waiting(() => undefined).status, []))
}
