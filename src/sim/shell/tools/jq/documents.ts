/** The JSON texts of an input, one after another. Throws SyntaxError with jq's words at the first that is malformed. */
export interface Documents extends Iterator<unknown> {
  next(): IteratorResult<unknown, undefined>
  all(): Iterable<unknown>
  /** Number of newlines before the place reached. */
  line(): number
}

export function readDocuments(text: string, options: { raw: boolean; slurp: boolean }): Documents {
  let at = 0
  let slurped = false
  const one = (): IteratorResult<unknown, undefined> => {
    if (options.raw) {
      if (at >= text.length) return { done: true, value: undefined }
      const end = text.indexOf('\n', at)
      const line = text.slice(at, end < 0 ? undefined : end)
      at = end < 0 ? text.length : end + 1
      return { done: false, value: line }
    }
    while (at < text.length && /[\s\x1e\ufeff]/.test(text[at]!)) at++
    if (at >= text.length) return { done: true, value: undefined }
    const end = endOfValue(text, at)
    const piece = text.slice(at, end)
    try {
      const value: unknown = piece === 'nan' || piece === 'NaN' ? NaN : JSON.parse(piece)
      at = end
      return { done: false, value }
    } catch {
      throw new SyntaxError(complaint(text, at, end))
    }
  }
  const documents: Documents = {
    next() {
      if (!options.slurp) return one()
      if (slurped) return { done: true, value: undefined }
      slurped = true
      if (options.raw) return { done: false, value: text }
      const all: unknown[] = []
      for (let next = one(); !next.done; next = one()) all.push(next.value)
      return { done: false, value: all }
    },
    *all() {
      for (let next = documents.next(); !next.done; next = documents.next()) yield next.value
    },
    line: () => text.slice(0, at).split('\n').length - (text[at] === '\n' ? 0 : 1),
  }
  return documents
}

/** Where the value that begins at `at` ends, by its brackets and quotes alone. */
function endOfValue(text: string, at: number): number {
  const first = text[at]!
  if (first === '"') return endOfString(text, at)
  if (first !== '{' && first !== '[') {
    const end = /[\s,:[\]{}"]/g
    end.lastIndex = at + 1
    return end.exec(text)?.index ?? text.length
  }
  let depth = 0
  for (let i = at; i < text.length; i++) {
    const c = text[i]!
    if (c === '"') i = endOfString(text, i) - 1
    else if (c === '{' || c === '[') depth++
    else if ((c === '}' || c === ']') && --depth === 0) return i + 1
  }
  return text.length
}

function endOfString(text: string, open: number): number {
  for (let i = open + 1; i < text.length; i++) {
    if (text[i] === '\\') i++
    else if (text[i] === '"') return i + 1
  }
  return text.length
}

/** jq's reason for refusing, with the place. */
function complaint(text: string, from: number, end: number): string {
  const place = (at: number) => {
    const before = text.slice(0, at)
    const lines = before.split('\n')
    return `at line ${lines.length}, column ${lines.at(-1)!.length}`
  }
  const piece = text.slice(from, end)
  if (/^[[{]/.test(piece) && !/[\]}]$/.test(piece)) return `Unfinished JSON term at EOF ${place(text.length)}`
  // The first bare word inside that is no JSON literal.
  const stripped = piece.replace(/"(?:\\.|[^"\\])*"/g, (string) => '"'.repeat(string.length))
  const bare = /[^\s,:[\]{}"]+/g
  for (let word = bare.exec(stripped); word; word = bare.exec(stripped)) {
    if (/^(?:true|false|null|nan|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?)$/.test(word[0])) continue
    const after = from + word.index + word[0].length
    const literal =
      /^[tfn'"]/.test(word[0]) && !/^(?:nan|null|true|false)/.test(word[0])
        ? 'literal'
        : /^[tfn]/.test(word[0])
          ? 'literal'
          : 'numeric literal'
    return `Invalid ${literal} ${text[after] === undefined ? `at EOF ${place(after)}` : place(after + 1)}`
  }
  if (/[,{[]\s*\}/.test(stripped) && /,\s*\}/.test(stripped)) return `Objects must consist of key:value pairs ${place(end)}`
  return `Expected separator between values ${place(end)}`
}
