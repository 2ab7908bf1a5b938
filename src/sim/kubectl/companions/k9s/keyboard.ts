/** Escape sequences by the key that sends them. */
const sequences: Readonly<Record<string, string>> = {
  '\x1b[A': 'up', '\x1bOA': 'up', '\x1b[B': 'down', '\x1bOB': 'down', '\x1b[C': 'right', '\x1bOC': 'right', '\x1b[D': 'left', '\x1bOD': 'left',
  '\x1b[H': 'home', '\x1bOH': 'home', '\x1b[1~': 'home', '\x1b[F': 'end', '\x1bOF': 'end', '\x1b[4~': 'end',
  '\x1b[5~': 'page up', '\x1b[6~': 'page down', '\x1b[3~': 'backspace', '\x1b[Z': 'backtab',
  '\r': 'enter', '\x1b': 'esc', '\t': 'tab', '\x7f': 'backspace', '\b': 'backspace', '\0': 'ctrl-space', '\x1c': 'ctrl-\\',
} // prettier-ignore

const KEY = /^(?:\x1b\[[0-9;]*[A-Za-z~]|\x1bO[A-Za-z]|[^])/u

/** The first key of what was typed, by its name (`j`, `J`, `ctrl-d`, `page up`), and the rest. */
export function nextKey(typed: string): readonly [key: string, rest: string] {
  const [sequence] = KEY.exec(typed)!
  const rest = typed.slice(sequence.length)
  const code = sequence.charCodeAt(0)
  const control = sequence.length === 1 && code > 0 && code < 27 ? `ctrl-${String.fromCharCode(code + 96)}` : undefined
  return [sequences[sequence] ?? control ?? sequence, rest]
}

/** A lone escape may be the beginning of an arrow that is still on its way. */
export const isUnfinished = (typed: string) => /^\x1b(?:[[O][0-9;]*)?$/.test(typed)

/** Whether a key is a character of a text. */
export const isText = (key: string) => [...key].length === 1 && key >= ' '
