/** Which requests `kubectl proxy` lets through: regular expressions in lists, as its flags give them. */
export interface ProxyFilter {
  readonly acceptHosts: readonly RegExp[]
  readonly acceptPaths: readonly RegExp[]
  readonly rejectPaths: readonly RegExp[]
  readonly rejectMethods: readonly RegExp[]
}

export class PatternError extends Error {}

/** Reads `^/api/.*,^/version`; throws PatternError in the words of Go's regexp package. */
export function patternList(text: string): RegExp[] {
  return text.split(',').map((source) => {
    try {
      return new RegExp(source)
    } catch {
      throw new PatternError(`error parsing regexp: ${problem(source)}`)
    }
  })
}

function problem(source: string): string {
  const quoted = (what: string) => `\`${what}\``
  const bracket = source.search(/(?<!\\)\[[^\]]*$/)
  if (bracket >= 0) return `missing closing ]: ${quoted(source.slice(bracket))}`
  const repeated = /(?:^|[(|])([*+?])/.exec(source)
  if (repeated) return `missing argument to repetition operator: ${quoted(repeated[1]!)}`
  const open = (source.match(/(?<!\\)\(/g) ?? []).length - (source.match(/(?<!\\)\)/g) ?? []).length
  if (open > 0) return `missing closing ): ${quoted(source)}`
  if (open < 0) return `unexpected ): ${quoted(source)}`
  return `invalid or unsupported Perl syntax: ${quoted(source)}`
}

/** Whether a request may pass; the host's port does not count. */
export function passes(
  { acceptHosts, acceptPaths, rejectPaths, rejectMethods }: ProxyFilter,
  method: string,
  path: string,
  host: string,
): boolean {
  const any = (patterns: readonly RegExp[], text: string) => patterns.some((pattern) => pattern.test(text))
  if (any(rejectPaths, path) || any(rejectMethods, method)) return false
  return any(acceptPaths, path) && any(acceptHosts, host.replace(/:\d+$/, ''))
}
