/** The tree of a Go template (text/template): what kubectl users write between `{{` and `}}`. */
export type TemplateNode =
  | { readonly do: 'text'; readonly text: string }
  | { readonly do: 'print'; readonly pipe: Pipe }
  | {
      readonly do: 'if' | 'with' | 'range'
      readonly pipe: Pipe
      readonly body: readonly TemplateNode[]
      readonly otherwise: readonly TemplateNode[]
    }
  | { readonly do: 'define'; readonly name: string; readonly body: readonly TemplateNode[] }
  | { readonly do: 'template'; readonly name: string; readonly pipe?: Pipe }
  | { readonly do: 'break' | 'continue' }

export interface Pipe {
  /** `$i, $x := …` */
  readonly variables: readonly string[]
  readonly assigns: boolean
  readonly commands: readonly (readonly Operand[])[]
  /** Where and how it is written, for errors. */
  readonly at: string
  readonly source: string
}

export type Operand =
  | { readonly is: 'literal'; readonly value: unknown; readonly source: string }
  | { readonly is: 'field'; readonly names: readonly string[]; readonly source: string; readonly at: string }
  | { readonly is: 'variable'; readonly name: string; readonly names: readonly string[]; readonly source: string; readonly at: string }
  | { readonly is: 'function'; readonly name: string; readonly source: string }
  | { readonly is: 'pipe'; readonly pipe: Pipe; readonly names: readonly string[]; readonly source: string }

/** Anything Go says about a template: `1: unexpected "}" in operand`. `output` is what had been printed before. */
export class TemplateProblem extends Error {
  output = ''
}

export const functionNames = [
  'and',
  'or',
  'not',
  'len',
  'index',
  'slice',
  'print',
  'printf',
  'println',
  'html',
  'js',
  'urlquery',
  'call',
  'eq',
  'ne',
  'lt',
  'le',
  'gt',
  'ge',
  'exists',
  'base64decode',
]

interface Piece {
  readonly kind: 'text' | 'action'
  readonly text: string
  readonly line: number
  readonly column: number
}

/** Parses a template; throws TemplateProblem. */
export function parseTemplateText(text: string): TemplateNode[] {
  const pieces = split(text)
  let at = 0
  const variables: string[] = ['$']

  const list = (ends: readonly string[]): { nodes: TemplateNode[]; end: string; rest: string; line: number } => {
    const nodes: TemplateNode[] = []
    for (;;) {
      const piece = pieces[at++]
      if (!piece) {
        if (ends.length === 0) return { nodes, end: '', rest: '', line: 0 }
        throw new TemplateProblem(`${lineCount(text)}: unexpected EOF`)
      }
      if (piece.kind === 'text') {
        nodes.push({ do: 'text', text: piece.text })
        continue
      }
      const [, word = '', rest = ''] = /^\s*(\w+)?\s*([^]*)$/.exec(piece.text)!
      if (word === 'end' || word === 'else') {
        if (!ends.includes(word)) throw new TemplateProblem(`${piece.line}: unexpected {{${word}}}`)
        return { nodes, end: word, rest, line: piece.line }
      }
      if (word === 'if' || word === 'with' || word === 'range') nodes.push(control(word, rest, piece))
      else if (word === 'break' || word === 'continue') nodes.push({ do: word })
      else if (word === 'define') nodes.push({ do: 'define', name: JSON.parse(rest.trim()) as string, body: list(['end']).nodes })
      else if (word === 'template') {
        const [, name = '""', argument = ''] = /^("[^"]*")\s*([^]*)$/.exec(rest)!
        nodes.push({ do: 'template', name: JSON.parse(name) as string, pipe: argument.trim() ? pipe(argument, piece) : undefined })
      } else if (piece.text.trim() === '') throw new TemplateProblem(`${piece.line}: missing value for command`)
      else nodes.push({ do: 'print', pipe: pipe(piece.text, piece) })
    }
  }

  const control = (word: 'if' | 'with' | 'range', rest: string, piece: Piece): TemplateNode => {
    const scope = variables.length
    if (rest.trim() === '') throw new TemplateProblem(`${piece.line}: missing value for ${word}`)
    const head = pipe(rest, piece)
    const body = list(['end', 'else'])
    let otherwise: readonly TemplateNode[] = []
    if (body.end === 'else') {
      const [, chained, condition = ''] = /^(if|with)?\s*([^]*)$/.exec(body.rest)!
      otherwise = chained ? [control(chained as 'if' | 'with', condition, { ...piece, line: body.line })] : list(['end']).nodes
    }
    variables.length = scope
    return { do: word, pipe: head, body: body.nodes, otherwise }
  }

  const pipe = (source: string, piece: Piece) => new PipeParser(source, piece, variables).pipe()
  return list([]).nodes
}

const lineCount = (text: string) => text.split('\n').length

/** Cuts a template at its actions; `{{-` and `-}}` eat the white space beside them, comments vanish. */
function split(text: string): Piece[] {
  const pieces: Piece[] = []
  let at = 0
  let trim = false
  while (at < text.length) {
    const open = text.indexOf('{{', at)
    let plain = text.slice(at, open < 0 ? undefined : open)
    if (trim) plain = plain.trimStart()
    const trimsLeft = open >= 0 && /^\{\{-\s/.test(text.slice(open, open + 4))
    if (trimsLeft) plain = plain.trimEnd()
    if (plain) pieces.push({ kind: 'text', text: plain, line: 0, column: 0 })
    if (open < 0) break
    const start = open + (trimsLeft ? 3 : 2)
    const line = lineCount(text.slice(0, open))
    const column = start - text.lastIndexOf('\n', start - 1) - 1
    const comment = /^\s*\/\*[^]*?\*\/\s*(-?)\}\}/.exec(text.slice(start))
    if (comment) {
      trim = comment[1] === '-'
      at = start + comment[0].length
      continue
    }
    const end = endOfAction(text, start)
    if (end < 0) throw new TemplateProblem(`${line}: unclosed action`)
    trim = text[end - 1] === '-' && /\s/.test(text[end - 2] ?? '')
    pieces.push({ kind: 'action', text: text.slice(start, trim ? end - 1 : end), line, column })
    at = end + 2
  }
  return pieces
}

function endOfAction(text: string, start: number): number {
  for (let i = start; i < text.length; i++) {
    if (text.startsWith('}}', i)) return i
    if (text[i] === '"' || text[i] === '`') {
      const quote = text[i]
      for (i++; i < text.length && text[i] !== quote; i++) if (quote === '"' && text[i] === '\\') i++
    }
  }
  return -1
}

class PipeParser {
  private at = 0
  constructor(
    private readonly text: string,
    private readonly piece: Piece,
    private readonly variables: string[],
  ) {}

  private fail(message: string): never {
    throw new TemplateProblem(`${this.piece.line}: ${message}`)
  }

  private space(): void {
    while (/\s/.test(this.text[this.at] ?? '')) this.at++
  }

  pipe(close?: ')'): Pipe {
    const start = this.at
    const variables: string[] = []
    const declared = /^\s*\$\w*(?:\s*,\s*\$\w+)?\s*(:?=)(?!=)/.exec(this.text.slice(this.at))
    if (declared) {
      for (const [name] of declared[0].matchAll(/\$\w*/g)) variables.push(name)
      this.at += declared[0].length
    }
    const commands: Operand[][] = [[]]
    for (;;) {
      this.space()
      const character = this.text[this.at]
      if (character === undefined) {
        if (close) this.fail('unclosed left paren')
        break
      }
      if (character === ')') {
        if (!close) this.fail('unexpected right paren')
        this.at++
        break
      }
      if (character === '|') {
        if (commands.at(-1)!.length === 0) this.fail('missing value for command')
        this.at++
        commands.push([])
      } else commands.at(-1)!.push(this.operand())
    }
    if (commands.at(-1)!.length === 0)
      this.fail(close || commands.length > 1 ? 'missing value for parenthesized pipeline' : 'missing value for command')
    this.variables.push(...(declared?.[1] === ':=' ? variables : []))
    const source = this.text.slice(start, close ? this.at - 1 : this.at).trim()
    return {
      variables,
      assigns: declared?.[1] === '=',
      commands,
      at: this.place(start + (/^\s*/.exec(this.text.slice(start))?.[0].length ?? 0)),
      source,
    }
  }

  private operand(): Operand {
    const start = this.at
    const source = () => this.text.slice(start, this.at)
    const character = this.text[this.at]!
    if (character === '(') {
      this.at++
      const pipe = this.pipe(')')
      const names = this.names()
      return { is: 'pipe', pipe, names, source: source() }
    }
    if (character === '"') {
      const match = /^"(?:[^"\\\n]|\\.)*"/.exec(this.text.slice(this.at))
      if (!match) this.fail('unterminated quoted string')
      this.at += match![0].length
      return { is: 'literal', value: unquote(match![0].slice(1, -1)), source: source() }
    }
    if (character === '`') {
      const end = this.text.indexOf('`', this.at + 1)
      if (end < 0) this.fail('unterminated raw quoted string')
      this.at = end + 1
      return { is: 'literal', value: this.text.slice(start + 1, end), source: source() }
    }
    if (character === "'") {
      const match = /^'(?:[^'\\\n]|\\.)+'/.exec(this.text.slice(this.at))
      if (!match) this.fail('unterminated character constant')
      this.at += match![0].length
      return { is: 'literal', value: unquote(match![0].slice(1, -1)).codePointAt(0)!, source: source() }
    }
    const number = /^[-+]?(0[xX][0-9a-fA-F]+|\d+(\.\d+)?([eE][-+]?\d+)?)/.exec(this.text.slice(this.at))
    if (number) {
      this.at += number[0].length
      if (/\w/.test(this.text[this.at] ?? '')) this.fail(`bad number syntax: ${JSON.stringify(number[0] + this.text[this.at])}`)
      const value = Number(number[0])
      return { is: 'literal', value: /[.eE]/.test(number[0]) && !/^[-+]?0x/i.test(number[0]) ? new Float(value) : value, source: source() }
    }
    if (character === '.') {
      const names = this.names()
      if (names.length === 0) this.at++
      // Go places a chain of fields where its second link begins.
      return { is: 'field', names, source: source(), at: this.place(names.length > 1 ? start + 1 + names[0]!.length : start) }
    }
    if (character === '$') {
      const name = /^\$\w*/.exec(this.text.slice(this.at))![0]
      this.at += name.length
      if (!this.variables.includes(name)) this.fail(`undefined variable ${JSON.stringify(name)}`)
      const at = this.place(this.at)
      return { is: 'variable', name, names: this.names(), source: source(), at }
    }
    const word = /^[A-Za-z_]\w*/.exec(this.text.slice(this.at))?.[0]
    if (!word)
      this.fail(
        `unexpected ${character === '=' || character === ',' || character === '}' ? `${JSON.stringify(character)} in operand` : `bad character U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')} '${character}' in operand`}`
          .replace('unexpected bad', 'unrecognized')
          .replace(/^unrecognized character (U\+\w+ '.*') in operand$/, 'unrecognized character in action: $1'),
      )
    this.at += word!.length
    if (word === 'true' || word === 'false') return { is: 'literal', value: word === 'true', source: word }
    if (word === 'nil') return { is: 'literal', value: null, source: word }
    if (!functionNames.includes(word!)) this.fail(`function ${JSON.stringify(word)} not defined`)
    return { is: 'function', name: word!, source: word! }
  }

  private place(offset: number): string {
    return `${this.piece.line}:${this.piece.column + offset}`
  }

  private names(): string[] {
    const match = /^(\.[\p{L}_][\p{L}\p{N}_]*)+/u.exec(this.text.slice(this.at))
    if (!match) return []
    this.at += match[0].length
    return match[0].slice(1).split('.')
  }
}

/** A number that was written with a point: not an integer to Go, whatever its value. */
export class Float {
  constructor(readonly value: number) {}
}

const simpleEscapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
  '\\': '\\',
  '"': '"',
  "'": "'",
}
const unquote = (raw: string) =>
  raw.replace(/\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[0-7]{3}|.)/g, (_, escape: string) =>
    escape.length > 1
      ? String.fromCharCode(/^[ux]/.test(escape) ? parseInt(escape.slice(1), 16) : parseInt(escape, 8))
      : (simpleEscapes[escape] ?? escape),
  )
