import type { FieldError } from './field-path'

/** One reason a request was refused: `metav1.StatusCause`. */
export interface StatusCause {
  readonly reason?: string
  readonly message: string
  readonly field?: string
}

/** `metav1.Status`, the answer to every request that has no better one. */
export interface Status {
  readonly kind: 'Status'
  readonly apiVersion: 'v1'
  readonly metadata: Readonly<Record<string, unknown>>
  readonly status: 'Success' | 'Failure'
  readonly message?: string
  readonly reason?: string
  readonly details?: {
    readonly name?: string
    readonly group?: string
    readonly kind?: string
    readonly uid?: string
    readonly causes?: readonly StatusCause[]
    readonly retryAfterSeconds?: number
  }
  readonly code?: number
}

/** Which resource an error speaks of: `deployments.apps "web" not found`. */
export interface ResourceRef {
  readonly group: string
  /** Plural name, for instance `deployments`. */
  readonly plural: string
}

/** Thrown by everything in the API pipeline that refuses a request; carries exactly what the client receives. */
export class StatusError extends Error {
  constructor(readonly status: Status) {
    super(status.message ?? status.reason ?? 'unknown error')
    this.name = 'StatusError'
  }
  get reason() {
    return this.status.reason ?? ''
  }
  get code() {
    return this.status.code ?? 500
  }
}

/** Builds a failure `Status`; the functions below name the usual ones. See "HTTP Status codes" in the API conventions. */
export function failure(code: number, reason: string, message: string, details?: Status['details']): StatusError {
  return new StatusError({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    ...(reason && { reason }),
    details,
    code,
  })
}

const qualified = ({ group, plural }: ResourceRef) => (group ? `${plural}.${group}` : plural)
const about = ({ group, plural }: ResourceRef, name: string): Status['details'] => ({
  ...(name && { name }),
  ...(group && { group }),
  kind: plural,
})

export const notFound = (resource: ResourceRef, name: string) =>
  failure(404, 'NotFound', `${qualified(resource)} "${name}" not found`, about(resource, name))

export const alreadyExists = (resource: ResourceRef, name: string) =>
  failure(409, 'AlreadyExists', `${qualified(resource)} "${name}" already exists`, about(resource, name))

export const conflict = (resource: ResourceRef, name: string, why: string) =>
  failure(409, 'Conflict', `Operation cannot be fulfilled on ${qualified(resource)} "${name}": ${why}`, about(resource, name))

/** `user` is the plain name; `why` follows the colon and may be empty. */
export const forbidden = (resource: ResourceRef, name: string, why: string) =>
  failure(403, 'Forbidden', `${qualified(resource)}${name ? ` "${name}"` : ''} is forbidden: ${why}`, about(resource, name))

export const badRequest = (message: string) => failure(400, 'BadRequest', message)

export const gone = (message: string) => failure(410, 'Expired', message)

export const internalError = (message: string) =>
  failure(500, 'InternalError', `Internal error occurred: ${message}`, { causes: [{ message }] })

/** Whether an error is a `Status` with this reason. */
export const isStatus = (error: unknown, reason: string): error is StatusError => error instanceof StatusError && error.reason === reason

/** 422: the object is refused for these reasons. `kind` is named as in `Deployment.apps "web" is invalid: …`. */
export function invalid(
  { group, kind }: { readonly group: string; readonly kind: string },
  name: string,
  errors: readonly FieldError[],
): StatusError {
  const messages = errors.map(({ field, message }) => (field ? `${field}: ${message}` : message))
  const unique = [...new Set(messages)]
  const text = unique.length === 1 ? unique[0]! : `[${unique.join(', ')}]`
  const causes = errors.map(({ reason, field, message }) => ({ reason, message, ...(field && { field }) }))
  return failure(422, 'Invalid', `${group ? `${kind}.${group}` : kind} "${name}" is invalid: ${text}`, {
    ...(name && { name }),
    ...(group && { group }),
    kind,
    causes,
  })
}

export const methodNotAllowed = () =>
  failure(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {})

export const unknownPath = () => failure(404, 'NotFound', 'the server could not find the requested resource', {})
