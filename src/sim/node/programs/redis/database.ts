/** What a Redis server holds, and how it becomes a file. */

/** Members with scores. */
export class SortedSet {
  constructor(readonly scores: ReadonlyMap<string, number> = new Map()) {}
  /** Members from the lowest score up, equal ones by name. */
  inOrder(): (readonly [member: string, score: number])[] {
    return [...this.scores].sort(([a, x], [b, y]) => x - y || (a < b ? -1 : 1))
  }
}

export type Value = string | readonly string[] | ReadonlySet<string> | ReadonlyMap<string, string> | SortedSet

export interface Database {
  readonly values: Map<string, Value>
  /** When keys end, in virtual milliseconds. */
  readonly expiries: Map<string, number>
}

export const createDatabase = (): Database => ({ values: new Map(), expiries: new Map() })

type Plain = string | readonly string[] | { readonly set: readonly string[] } | { readonly hash: readonly (readonly [string, string])[] } | { readonly sorted: readonly (readonly [string, number])[] } // prettier-ignore

const plainOf = (value: Value): Plain => {
  if (value instanceof Set) return { set: [...value] }
  if (value instanceof SortedSet) return { sorted: [...value.scores] }
  return value instanceof Map ? { hash: [...value] } : (value as string | readonly string[]) // what is left of Value
}

/** All of it as text: the file `dump.rdb`, and what a new follower is sent. */
export const dump = ({ values, expiries }: Database): string =>
  JSON.stringify([...values].map(([key, value]) => [key, plainOf(value), expiries.get(key)]))

/** Replaces what a database holds by what `dump` wrote. */
export function restore({ values, expiries }: Database, text: string) {
  values.clear()
  expiries.clear()
  for (const [key, plain, due] of JSON.parse(text) as [string, Plain, number | undefined][]) {
    if (typeof plain === 'string' || isList(plain)) values.set(key, plain)
    else if ('set' in plain) values.set(key, new Set(plain.set))
    else if ('hash' in plain) values.set(key, new Map(plain.hash))
    else values.set(key, new SortedSet(new Map(plain.sorted)))
    if (typeof due === 'number') expiries.set(key, due)
  }
}

const isList = (plain: Plain): plain is readonly string[] => Array.isArray(plain)

/** Forgets the keys whose time is over. */
export function expire({ values, expiries }: Database, now: number) {
  for (const [key, due] of expiries) {
    if (due > now) continue
    values.delete(key)
    expiries.delete(key)
  }
}
