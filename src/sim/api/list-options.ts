import { fieldPath, type FieldError } from './field-path'
import { badRequest, invalid } from './status'

/** `ListOptions` of a query, beside its selectors. */
export interface ListOptions {
  readonly resourceVersion: string
  readonly match: '' | 'Exact' | 'NotOlderThan'
  readonly limit: number
  readonly continue: string
  readonly allowWatchBookmarks: boolean
  /** Undefined where the client does not say. */
  readonly sendInitialEvents: boolean | undefined
  readonly timeoutSeconds: number
}

/**
 * Reads the options of a list or a watch. Throws 400 for what is no number, 422 for what does not go together. See
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions
 */
export function readListOptions(query: URLSearchParams, isWatch: boolean): ListOptions {
  const given = {
    resourceVersion: query.get('resourceVersion') ?? '',
    match: query.get('resourceVersionMatch') ?? '',
    limit: integerOf(query, 'limit'),
    continue: query.get('continue') ?? '',
    allowWatchBookmarks: isTrue(query.get('allowWatchBookmarks')),
    sendInitialEvents: query.has('sendInitialEvents') ? isTrue(query.get('sendInitialEvents')) : undefined,
    timeoutSeconds: integerOf(query, 'timeoutSeconds'),
  }
  const errors = isWatch ? watchMistakes(given) : listMistakes(given)
  if (errors.length > 0) throw invalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', errors)
  return given as ListOptions // no other match passes
}

type Given = Omit<ListOptions, 'match'> & { readonly match: string }

const MATCH = fieldPath('resourceVersionMatch')

function listMistakes({ match, resourceVersion, continue: token, sendInitialEvents }: Given): readonly FieldError[] {
  const errors: FieldError[] = []
  if (match !== '') {
    if (resourceVersion === '') errors.push(MATCH.forbidden('resourceVersionMatch is forbidden unless resourceVersion is provided'))
    if (token !== '') errors.push(MATCH.forbidden('resourceVersionMatch is forbidden when continue is provided'))
    if (match !== 'Exact' && match !== 'NotOlderThan') errors.push(MATCH.notSupported(match, ['Exact', 'NotOlderThan', '']))
    if (match === 'Exact' && resourceVersion === '0')
      errors.push(MATCH.forbidden('resourceVersionMatch "exact" is forbidden for resourceVersion "0"'))
  }
  if (sendInitialEvents !== undefined) errors.push(fieldPath('sendInitialEvents').forbidden('sendInitialEvents is forbidden for list'))
  return errors
}

function watchMistakes({ match, continue: token, sendInitialEvents }: Given): readonly FieldError[] {
  const errors: FieldError[] = []
  if (sendInitialEvents !== undefined && match !== 'NotOlderThan')
    errors.push(MATCH.forbidden('sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'))
  if (match === '') return errors
  if (sendInitialEvents === undefined)
    errors.push(MATCH.forbidden('resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided'))
  if (match !== 'NotOlderThan') errors.push(MATCH.notSupported(match, ['NotOlderThan']))
  if (token !== '') errors.push(MATCH.forbidden('resourceVersionMatch is forbidden when continue is provided'))
  return errors
}

/** A whole number of a query; 0 where there is none. Throws 400 for anything else. */
export function integerOf(query: URLSearchParams, name: string): number {
  const text = query.get(name)
  if (text === null) return 0
  if (!/^[+-]?\d+$/.test(text)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`)
  return Number(text)
}

/** How a flag of a query is read: only its absence, `0` and `false` say no. */
export const isTrue = (text: string | null): boolean => text !== null && text !== '0' && text.toLowerCase() !== 'false'
