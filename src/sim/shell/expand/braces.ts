/** Brace expansion of a raw word: `a{b,c}d` and `{1..10..2}`; everything else, quotes and expansions included, is left as it is. */
export function expandBraces(text: string): string[] {
  for (let open = nextOpen(text, 0); open >= 0; open = nextOpen(text, open + 1)) {
    const pieces = braceAt(text, open)
    if (!pieces) continue
    const before = text.slice(0, open)
    const after = expandBraces(text.slice(pieces.end + 1))
    return pieces.items.flatMap((item) => expandBraces(item)).flatMap((item) => after.map((rest) => before + item + rest))
  }
  return [text]
}

/** Index after a quoted or expanded stretch that begins at `at`, or `at` itself when none does. */
function skip(text: string, at: number): number {
  const character = text[at]
  if (character === '\\') return at + 2
  if (character === "'") return after(text, at, "'")
  if (character === '"' || character === '`') {
    let i = at + 1
    while (i < text.length && text[i] !== character) i = text[i] === '\\' ? i + 2 : text[i] === '$' ? Math.max(i + 1, skip(text, i)) : i + 1
    return i + 1
  }
  if (character === '$' && (text[at + 1] === '{' || text[at + 1] === '(')) {
    const [open, close] = text[at + 1] === '{' ? ['{', '}'] : ['(', ')']
    let depth = 0
    for (let i = at + 1; i < text.length; i++) {
      if (text[i] === '\\') i++
      else if (text[i] === open) depth++
      else if (text[i] === close && --depth === 0) return i + 1
    }
  }
  return at
}

const after = (text: string, at: number, mark: string) => {
  const end = text.indexOf(mark, at + 1)
  return end < 0 ? text.length : end + 1
}

function nextOpen(text: string, from: number): number {
  for (let i = from; i < text.length;) {
    const past = skip(text, i)
    if (past > i) i = past
    else if (text[i] === '{') return i
    else i++
  }
  return -1
}

function braceAt(text: string, open: number): { items: string[]; end: number } | undefined {
  const items: string[] = []
  let depth = 0
  let start = open + 1
  for (let i = open; i < text.length;) {
    const past = skip(text, i)
    if (past > i) {
      i = past
      continue
    }
    if (text[i] === '{') depth++
    else if (text[i] === ',' && depth === 1) {
      items.push(text.slice(start, i))
      start = i + 1
    } else if (text[i] === '}' && --depth === 0) {
      const last = text.slice(start, i)
      if (items.length > 0) return { items: [...items, last], end: i }
      const sequence = sequenceOf(last)
      return sequence && { items: sequence, end: i }
    }
    i++
  }
  return undefined
}

function sequenceOf(body: string): string[] | undefined {
  const match = /^(-?\d+|[A-Za-z])\.\.(-?\d+|[A-Za-z])(?:\.\.(-?\d+))?$/.exec(body)
  if (!match) return undefined
  const [, from, to, by] = match as unknown as [string, string, string, string | undefined] // groups 1 and 2 always take part
  const numeric = /\d/.test(from)
  if (numeric !== /\d/.test(to)) return undefined
  const [a, b] = numeric ? [Number(from), Number(to)] : [from.charCodeAt(0), to.charCodeAt(0)]
  const step = Math.max(1, Math.abs(Number(by ?? 1))) * (a <= b ? 1 : -1)
  const count = Math.floor(Math.abs(b - a) / Math.abs(step)) + 1
  if (count > 1_000_000) return undefined
  const width = numeric && [from, to].some((n) => /^-?0\d/.test(n)) ? Math.max(from.length, to.length) : 0
  const shown = (n: number) =>
    numeric ? (n < 0 ? `-${String(-n).padStart(width - 1, '0')}` : String(n).padStart(width, '0')) : String.fromCharCode(n)
  return Array.from({ length: count }, (_, i) => shown(a + i * step))
}
