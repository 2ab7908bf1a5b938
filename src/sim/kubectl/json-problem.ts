/** Reads a stream of JSON values. `problem` says, as Go's decoder does, why reading stopped before the end. */
export function jsonProblem(text: string): { values: unknown[]; problem?: string } {
  const values: unknown[] = []
  for (let at = 0; ;) {
    while (/\s/.test(text[at] ?? '')) at++
    if (at >= text.length) return { values }
    const end = endOfValue(text, at)
    if (typeof end !== 'number') return { values, problem: end.problem }
    values.push(JSON.parse(text.slice(at, end)))
    at = end
  }
}

const shown = (character: string) =>
  character === "'" ? `'\\''` : character === '\n' ? `'\\n'` : character === '\t' ? `'\\t'` : `'${character}'`

/** Where the value that begins at `at` ends, or Go's complaint. */
function endOfValue(text: string, start: number): number | { problem: string } {
  let at = start
  const bad = (where: string) => ({
    problem: at >= text.length ? 'unexpected EOF' : `json: offset ${at + 1}: invalid character ${shown(text[at]!)} ${where}`,
  })
  const space = () => {
    while (/[ \t\r\n]/.test(text[at] ?? '')) at++
  }
  const value = (): { problem: string } | undefined => {
    space()
    const character = text[at]
    if (character === '{') return members('}', 'object')
    if (character === '[') return members(']', 'array')
    if (character === '"') return string()
    const literal = /^(true|false|null|-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?)/.exec(text.slice(at, at + 64))
    if (!literal) return bad('looking for beginning of value')
    at += literal[0].length
    return undefined
  }
  const string = () => {
    const match = /^"(?:[^"\\\n]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/.exec(text.slice(at))
    if (!match) {
      at = text.length
      return bad('in string literal')
    }
    at += match[0].length
    return undefined
  }
  const members = (close: string, what: 'object' | 'array') => {
    at++
    space()
    if (text[at] === close) {
      at++
      return undefined
    }
    for (;;) {
      if (what === 'object') {
        space()
        if (text[at] !== '"') return bad('looking for beginning of object key string')
        const wrong = string()
        if (wrong) return wrong
        space()
        if (text[at] !== ':') return bad('after object key')
        at++
      }
      const wrong = value()
      if (wrong) return wrong
      space()
      if (text[at] === close) {
        at++
        return undefined
      }
      if (text[at] !== ',') return bad(what === 'object' ? 'after object key:value pair' : 'after array element')
      at++
    }
  }
  return value() ?? at
}
