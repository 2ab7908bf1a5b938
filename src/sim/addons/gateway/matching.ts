import { meansHost, narrowness } from './hostnames'
import type { ServedHost, ServedPort, ServedRule } from './configuration'
import type { RouteMatch, ValueMatch } from './types'

/** What of a request routes look at. */
export interface Asked {
  readonly host: string
  readonly path: string
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly query: URLSearchParams
}

/** The rule that a request falls under, with the match that it is for; undefined when there is none. */
export interface Found {
  readonly rule: ServedRule
  readonly match: RouteMatch
}

/** The host that is the most particular of those that are meant. */
export const hostFor = ({ hosts }: ServedPort, host: string): ServedHost | undefined =>
  hosts.filter((each) => meansHost(each.host, host)).sort((one, other) => narrowness(other.host) - narrowness(one.host))[0]

/**
 * Of all matches that hold, the one that says most: an exact path, then the longest prefix, then a method, then the most headers, then the most query
 * parameters; between equals the older route, and in a route the earlier rule.
 */
export function ruleFor({ rules }: ServedHost, asked: Asked): Found | undefined {
  let best: (Found & { readonly rank: readonly number[] }) | undefined
  for (const rule of rules)
    for (const match of rule.matches) {
      if (!holds(match, asked)) continue
      const rank = rankOf(match)
      if (!best || isHigher(rank, best.rank)) best = { rule, match, rank }
    }
  return best
}

const isHigher = (rank: readonly number[], other: readonly number[]) => {
  const at = rank.findIndex((value, index) => value !== other[index])
  return at >= 0 && rank[at]! > other[at]!
}

function rankOf({ path, method, headers = [], queryParams = [] }: RouteMatch): readonly number[] {
  const type = path?.type ?? 'PathPrefix'
  return [
    type === 'Exact' ? 2 : type === 'RegularExpression' ? 1 : 0,
    prefixOf(path?.value ?? '/').length,
    method === undefined ? 0 : 1,
    headers.length,
    queryParams.length,
  ]
}

/** A prefix without its last slash: `/foo/` and `/foo` mean the same. */
export const prefixOf = (value: string) => (value === '/' ? value : value.replace(/\/$/, ''))

function holds({ path, method, headers = [], queryParams = [] }: RouteMatch, asked: Asked): boolean {
  return (
    holdsPath(path?.type ?? 'PathPrefix', path?.value ?? '/', asked.path) &&
    (method === undefined || method === asked.method) &&
    firstOfEach(headers).every((each) => holdsValue(each, asked.headers[each.name.toLowerCase()])) &&
    queryParams.every((each) => holdsValue(each, asked.query.get(each.name) ?? undefined))
  )
}

/** Of headers that are named twice, in whatever case, the first counts. */
const firstOfEach = (headers: readonly ValueMatch[]) =>
  headers.filter(({ name }, index) => headers.findIndex((each) => each.name.toLowerCase() === name.toLowerCase()) === index)

function holdsPath(type: string, value: string, path: string): boolean {
  if (type === 'Exact') return path === value
  if (type === 'RegularExpression') return isMatch(value, path)
  const prefix = prefixOf(value)
  return prefix === '/' || path === prefix || path.startsWith(`${prefix}/`)
}

const holdsValue = ({ type, value }: ValueMatch, given: string | undefined) =>
  given !== undefined && (type === 'RegularExpression' ? isMatch(value, given) : given === value)

function isMatch(source: string, text: string): boolean {
  try {
    return new RegExp(source).test(text)
  } catch {
    return false // no regular expression: nothing matches it
  }
}
