/** What a command of crictl was told: flags that stand alone, flags with their values, and the words after them. */
export interface Options {
  readonly has: (flag: string) => boolean
  readonly of: (flag: string) => string | undefined
  /** Of a flag that may be given several times. */
  readonly all: (flag: string) => readonly string[]
  readonly words: readonly string[]
}

/** A command's flags by name, with their letter if they have one; those named in `values` are followed by a value. */
export interface Flags {
  readonly switches: Readonly<Record<string, string>>
  readonly values: Readonly<Record<string, string>>
}

/**
 * Reads flags up to the first word that is none, as crictl does: whatever comes after it belongs to the command (`crictl logs ID --tail=1` shows the
 * whole log). Answers crictl's own complaint about a flag that it does not know.
 */
export function readOptions(args: readonly string[], flags: Flags): Options | string {
  const found = new Map<string, string[]>()
  const note = (name: string, value: string) => found.set(name, [...(found.get(name) ?? []), value])
  let at = 0
  for (; at < args.length && args[at]!.startsWith('-') && args[at] !== '-'; at++) {
    if (args[at] === '--') {
      at++
      break
    }
    const [given = '', ...rest] = args[at]!.replace(/^--?/, '').split('=')
    const value = rest.length > 0 ? rest.join('=') : undefined
    const name = nameOf(given, flags.values)
    if (name !== undefined) {
      const text = value ?? args[++at]
      if (text === undefined) return `flag needs an argument: -${given}`
      note(name, text)
      continue
    }
    const single = nameOf(given, flags.switches)
    const letters = single === undefined && /^[a-z]+$/.test(given) && !args[at]!.startsWith('--') ? [...given] : []
    const switches = single === undefined ? letters.map((letter) => nameOf(letter, flags.switches)) : [single]
    if (switches.length === 0 || switches.includes(undefined)) return `flag provided but not defined: -${given}`
    if (value !== 'false') for (const each of switches) note(each!, 'true')
  }
  return {
    has: (flag) => found.has(flag),
    of: (flag) => found.get(flag)?.at(-1),
    all: (flag) => found.get(flag) ?? [],
    words: args.slice(at),
  }
}

const nameOf = (given: string, flags: Readonly<Record<string, string>>): string | undefined =>
  Object.hasOwn(flags, given) ? given : Object.keys(flags).find((name) => flags[name] !== '' && flags[name] === given)
