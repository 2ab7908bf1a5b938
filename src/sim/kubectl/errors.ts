import type { Status } from '../api/status'

/** A failure that kubectl itself reports: `error: <message>` on stderr and this exit code. A message that begins with `error:` is not prefixed again. */
export class CommandError extends Error {
  constructor(
    message: string,
    readonly exitCode = 1,
  ) {
    super(message)
    this.name = 'CommandError'
  }
}

/** What the client library refuses to ask a server for, or to take from it: such failures are told as the server's own would be. */
export class BadRequest extends CommandError {}

/** What is wrong with the kubeconfig as a whole. */
export class ConfigurationError extends CommandError {
  constructor(problems: readonly string[]) {
    super(
      problems.length === 1
        ? `Error in configuration: ${problems[0]}\n`
        : `Error in configuration: \n${problems.map((problem) => `* ${problem}\n`).join('')}`,
    )
  }
}

/** Ends the command with a code and without another word: everything has been said. */
export class Exit extends Error {
  constructor(readonly exitCode: number) {
    super(`exit ${exitCode}`)
    this.name = 'Exit'
  }
}

/** The server's refusal. */
export class ApiError extends Error {
  constructor(readonly status: Status) {
    super(status.message || `unknown`)
    this.name = 'ApiError'
  }
}

/** A refusal as a client holds it that reads answers into structs: what it is an answer to is not in it. */
export function asTyped(error: unknown): unknown {
  if (!(error instanceof ApiError)) return error
  const { kind: _kind, apiVersion: _version, ...status } = error.status as Status & { kind?: string; apiVersion?: string }
  return new ApiError(status as Status)
}

/** The server could not be reached. */
export class ConnectionError extends Error {
  constructor(
    readonly method: string,
    readonly url: string,
    readonly why: string,
  ) {
    super(`${method[0]}${method.slice(1).toLowerCase()} "${url}": ${why}`)
    this.name = 'ConnectionError'
  }
}

/** Several failures of one command, told one a line. */
export class ErrorList extends Error {
  constructor(readonly errors: readonly Error[]) {
    super(errors.length === 1 ? errors[0]!.message : `[${[...new Set(errors.map((error) => error.message))].join(', ')}]`)
    this.name = 'ErrorList'
  }
}

/** Throws what has gone wrong, if anything: one error as itself, several as a list. */
export function throwAll(errors: readonly Error[]): void {
  if (errors.length === 1) throw errors[0]
  if (errors.length > 1) throw new ErrorList(errors)
}

/** Throws them as a list even where there is but one: it is then told without `error: `, unless it is a name that the client did not ask for. */
export function listAll(errors: readonly Error[]): void {
  if (errors.length === 1 && errors[0] instanceof BadRequest) throw errors[0]
  if (errors.length) throw new ErrorList(errors)
}

export const hasReason = (error: unknown, reason: string): error is ApiError => error instanceof ApiError && error.status.reason === reason
export const isNotFound = (error: unknown): error is ApiError => hasReason(error, 'NotFound')
export const isConflict = (error: unknown): error is ApiError => hasReason(error, 'Conflict')

/** Makes anything thrown an error kubectl can print; what is no failure of this kind goes on upwards. */
export function asReported(error: unknown): Error {
  if (error instanceof CommandError || error instanceof ApiError || error instanceof ConnectionError || error instanceof ErrorList)
    return error
  throw error
}

/** Says in which file, and doing what, an error came about: `error when creating "web.yaml": …`. */
export function withSource(error: Error, verb: string, source: string | undefined): Error {
  if (!source) return error
  const message = `error when ${verb} ${JSON.stringify(source)}: ${error.message}`
  return error instanceof ApiError ? new ApiError({ ...error.status, message }) : new CommandError(message)
}

/** What kubectl prints on stderr for an error, newline included, and the exit code. */
export function report(error: Error): { text: string; code: number } {
  if (error instanceof Exit) return { text: '', code: error.exitCode }
  if (error instanceof ErrorList)
    return {
      text: flatten(error)
        .map((one) => `${messageOf(one)}\n`)
        .join(''),
      code: 1,
    }
  if (error instanceof ApiError && error.status.reason === 'Invalid') return { text: invalid(error.status), code: 1 }
  const known = standardMessage(error)
  const text = known ?? (error.message.startsWith('error: ') ? error.message : `error: ${error.message}`)
  return { text: text.endsWith('\n') ? text : `${text}\n`, code: error instanceof CommandError ? error.exitCode : 1 }
}

const flatten = (list: ErrorList): Error[] => list.errors.flatMap((error) => (error instanceof ErrorList ? flatten(error) : [error]))

/** An error's text where several are listed. */
export const messageOf = (error: Error) => standardMessage(error) ?? error.message

function standardMessage(error: Error): string | undefined {
  if (error instanceof ConfigurationError) return error.message
  if (error instanceof ApiError) {
    const { reason, message } = error.status
    if (reason === 'Unauthorized') return `error: You must be logged in to the server (${message})`
    return reason ? `Error from server (${reason}): ${error.message}` : `Error from server: ${error.message}`
  }
  if (error instanceof ConnectionError) {
    if (error.why.includes('connection refused'))
      return `The connection to the server ${hostOf(error.url)} was refused - did you specify the right host or port?`
    return `Unable to connect to the server: ${error.why}`
  }
  return undefined
}

const hostOf = (url: string) => /^\w+:\/\/([^/]*)/.exec(url)?.[1] ?? url

/** `The Deployment "web" is invalid: spec.replicas: Invalid value: …`, or a starred line for each of several causes. */
function invalid({ message, details }: Status): string {
  let text = 'The request is invalid'
  if (!details) return `${text}${message ? `: ${message}` : ''}\n`
  if (details.kind || details.name) text = `The ${details.kind ?? ''} ${JSON.stringify(details.name ?? '')} is invalid`
  else if (message && !details.causes?.length) text += `: ${message}`
  const causes = [...new Set((details.causes ?? []).map((cause) => `${cause.field ?? ''}: ${cause.message}`))]
  if (causes.length === 0) return `${text}\n`
  return causes.length === 1 ? `${text}: ${causes[0]}\n` : `${text}: \n${causes.map((cause) => `* ${cause}\n`).join('')}`
}
