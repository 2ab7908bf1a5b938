import { parseYaml } from '../../formats/yaml'
import { readFile, sleep, write } from '../os/calls'
import { SyscallError, type Proc, type Program } from '../os/syscalls'
import { bytesFromText } from '../os/text'
import { serveHttp, type HttpRequest, type HttpResponse } from './http-server'

/** An object as a webhook gets it: whatever it may be. */
type Value = Readonly<Record<string, unknown>>

/** What a webhook says of a request; `patch` is JSON Patch. */
export interface Verdict {
  readonly allowed: boolean
  readonly message?: string
  readonly code?: number
  readonly warnings?: readonly string[]
  readonly patch?: readonly unknown[]
}

/** An AdmissionReview as far as a webhook reads it. */
export interface Review {
  readonly apiVersion: string
  readonly kind: string
  readonly request?: { readonly uid: string; readonly operation: string; readonly object: Value | null; readonly oldObject: Value | null }
}

const json = (value: unknown): HttpResponse => ({
  status: 200,
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify(value),
})
const refuse = (status: number, body: string): HttpResponse => ({ status, headers: { 'Content-Type': 'text/plain; charset=utf-8' }, body })

/** Reads the review of a request and answers it with what `judge` says. */
export function answerReview(request: HttpRequest, judge: (asked: NonNullable<Review['request']>) => Verdict): HttpResponse {
  const review = parsed(request.body) as Review | undefined
  if (review?.kind !== 'AdmissionReview' || !review.request) return refuse(400, 'Request could not be decoded')
  const { uid } = review.request
  const { allowed, message, code, warnings, patch } = judge(review.request)
  const status =
    message === undefined && code === undefined ? {} : { status: { ...(message !== undefined && { message }), ...(code && { code }) } }
  return json({
    kind: review.kind,
    apiVersion: review.apiVersion,
    response: {
      uid,
      allowed,
      ...status,
      ...(patch?.length && { patch: base64(JSON.stringify(patch)), patchType: 'JSONPatch' }),
      ...(warnings?.length && { warnings }),
    },
  })
}

const base64 = (text: string) => btoa(Array.from(bytesFromText(text), (byte) => String.fromCharCode(byte)).join(''))

export function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

/** One rule of the webhook that reads its rules from a file: what it looks at, and what it says when that holds. */
interface Rule {
  /** Answers only this path; any unless told. */
  readonly path?: string
  readonly operations?: readonly string[]
  /** All of these hold. A field is a dotted path into the object. */
  readonly when?: readonly { readonly field: string; readonly exists?: boolean; readonly equals?: unknown; readonly matches?: string }[]
  readonly deny?: string
  readonly code?: number
  readonly warn?: string
  readonly patch?: readonly unknown[]
}

interface Rules {
  readonly port?: number
  readonly delaySeconds?: number
  readonly rules?: readonly Rule[]
}

const RULES = '/etc/webhook/rules.yaml'

/** An admission webhook whose rules stand in `/etc/webhook/rules.yaml` (a mounted ConfigMap), read anew for each request. */
export const webhookServer: Program = function* (self) {
  const first = yield* rulesOf()
  if (typeof first === 'string') {
    yield* write(2, `cannot read ${RULES}: ${first}\n`)
    return 1
  }
  yield* write(1, `serving webhooks on :${first.port ?? 8443}\n`)
  return yield* serveHttp({
    self,
    ports: [first.port ?? 8443],
    slow: () => true,
    *handle(request): Proc<HttpResponse> {
      const rules = yield* rulesOf()
      if (typeof rules === 'string') return refuse(500, rules)
      if (/^\/(healthz|readyz|livez)$/.test(request.path)) return refuse(200, 'ok')
      if (rules.delaySeconds) yield* sleep(rules.delaySeconds * 1000)
      const answer = answerReview(request, (asked) => judged(rules.rules ?? [], request.path, asked))
      yield* write(1, `${request.method} ${request.path} ${answer.body.includes('"allowed":true') ? 'allowed' : 'denied'}\n`)
      return answer
    },
  })
}

function* rulesOf(): Proc<Rules | string> {
  try {
    return (parseYaml(yield* readFile(RULES)) ?? {}) as Rules // what people write; looked at with care below
  } catch (error) {
    if (!(error instanceof SyscallError || error instanceof SyntaxError || error instanceof Error)) throw error
    return error.message
  }
}

function judged(rules: readonly Rule[], path: string, { operation, object, oldObject }: NonNullable<Review['request']>): Verdict {
  const about = object ?? oldObject ?? {}
  const matching = rules.filter(
    (rule) =>
      (rule.path === undefined || rule.path === path) &&
      (rule.operations === undefined || rule.operations.includes(operation)) &&
      (rule.when ?? []).every((condition) => holds(condition, about)),
  )
  const denying = matching.find(({ deny }) => deny !== undefined)
  return {
    allowed: !denying,
    ...(denying && { message: denying.deny, code: denying.code ?? 403 }),
    warnings: matching.flatMap(({ warn }) => warn ?? []),
    ...(!denying && { patch: matching.flatMap(({ patch = [] }) => patch) }),
  }
}

function holds({ field, exists, equals, matches }: NonNullable<Rule['when']>[number], object: Value): boolean {
  const value = field
    .split('.')
    .reduce<unknown>((inner, key) => (typeof inner === 'object' && inner !== null ? (inner as Value)[key] : undefined), object)
  if (exists !== undefined && (value !== undefined) !== exists) return false
  if (equals !== undefined && JSON.stringify(value) !== JSON.stringify(equals)) return false
  return matches === undefined || (value !== undefined && new RegExp(matches).test(String(value)))
}
