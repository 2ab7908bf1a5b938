/** A command line: what is no flag, and flags with their values. */
export interface Words {
  readonly plain: readonly string[]
  readonly has: (name: string) => boolean
  /** The last value of a flag; `letter` is its short form. */
  readonly value: (name: string, letter?: string) => string | undefined
}

/** Flags that stand alone; all others take a value, behind `=` or as the next word. */
const SWITCHES: ReadonlySet<string> = new Set(['help', 'h', 'print-join-command', 'ignore-preflight-errors', 'dry-run'])

export function wordsOf(args: readonly string[]): Words {
  const plain: string[] = []
  const given = new Map<string, string>()
  for (let i = 0; i < args.length; i++) {
    const [, name, , value] = /^--?([a-z][a-z-]*)(=(.*))?$/s.exec(args[i]!) ?? []
    if (name === undefined) plain.push(args[i]!)
    else if (value !== undefined) given.set(name, value)
    else given.set(name, SWITCHES.has(name) ? 'true' : (args[++i] ?? ''))
  }
  return {
    plain,
    has: (name) => given.has(name) && given.get(name) !== 'false',
    value: (name, letter) => given.get(name) ?? (letter === undefined ? undefined : given.get(letter)),
  }
}
