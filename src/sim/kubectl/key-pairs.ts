/** `key=value` to write and `key-` to take away. */
export interface Edits {
  readonly set: Readonly<Record<string, string>>
  readonly remove: readonly string[]
}

/** Reads `key=value` and `key-`; `bad` are those that are neither. */
export function readPairs(
  pairs: readonly string[],
  check: (value: string, pair: string) => void = () => {},
): { edits: Edits; bad: string[] } {
  const set: Record<string, string> = {}
  const remove: string[] = []
  const bad: string[] = []
  for (const pair of pairs) {
    const equals = pair.indexOf('=')
    if (equals > 0) {
      check(pair.slice(equals + 1), pair)
      set[pair.slice(0, equals)] = pair.slice(equals + 1)
    } else if (pair.endsWith('-') && pair !== '-') remove.push(pair.slice(0, -1))
    else bad.push(pair)
  }
  return { edits: { set, remove }, bad }
}
