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
  | { readonly do: 'template'; readonly name: string; readonly pipe?: Pipe; readonly at: string; readonly source: string }
  | { readonly do: 'break' | 'continue' }

export interface Pipe {
  /** `$i, $x := …` */
  readonly variables: readonly string[]
  readonly assigns: boolean
  readonly commands: readonly (readonly Operand[])[]
  /** Where each command begins, for errors. */
  readonly places: readonly string[]
  /** Where and how it is written, for errors. */
  readonly at: string
  readonly source: string
}

export type Operand =
  | { readonly is: 'literal'; readonly value: unknown; readonly source: string; readonly at: string }
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

  let ranges = 0

  const list = (ends: readonly string[]): { nodes: TemplateNode[]; end: string; rest: string; piece: Piece } => {
    const nodes: TemplateNode[] = []
    for (;;) {
      const piece = pieces[at++]
      if (!piece) {
        if (ends.length === 0) return { nodes, end: '', rest: '', piece: { kind: 'text', text: '', line: 0, column: 0 } }
        throw new TemplateProblem(`${lineCount(text)}: unexpected EOF`)
      }
      if (piece.kind === 'text') {
        nodes.push({ do: 'text', text: piece.text })
        continue
      }
      const [, word = '', rest = ''] = /^\s*(\w+)?\s*([^]*)$/.exec(piece.text)!
      const behind = { ...piece, column: piece.column + piece.text.length - rest.length }
      if (word === 'end' || word === 'else') {
        if (!ends.includes(word)) throw new TemplateProblem(`${piece.line}: unexpected {{${word}}}`)
        return { nodes, end: word, rest, piece: behind }
      }
      if (word === 'if' || word === 'with' || word === 'range') nodes.push(control(word, rest, behind))
      else if (word === 'break' || word === 'continue') {
        if (ranges === 0) throw new TemplateProblem(`${piece.line}: {{${word}}} outside {{range}}`)
        nodes.push({ do: word })
      } else if (word === 'define')
        nodes.push({ do: 'define', name: quoted(rest, 'define', piece).name, body: apart(() => list(['end']).nodes) })
      else if (word === 'template' || word === 'block') {
        const { name, argument } = quoted(rest, word, piece)
        if (word === 'block' && argument.trim() === '') throw new TemplateProblem(`${piece.line}: missing value for block clause`)
        const given = argument.trim()
          ? pipe(
              argument,
              { ...behind, column: behind.column + rest.length - argument.length },
              word === 'block' ? 'block clause' : 'template clause',
            )
          : undefined
        if (word === 'block') nodes.push({ do: 'define', name, body: apart(() => list(['end']).nodes) })
        const source = `{{template ${JSON.stringify(name)}${given ? ` ${given.source}` : ''}}}`
        nodes.push({ do: 'template', name, pipe: given, at: `${behind.line}:${behind.column}`, source })
      } else nodes.push({ do: 'print', pipe: pipe(piece.text, piece, 'command') })
    }
  }

  /** The name that a clause begins with, and what stands behind it. */
  const quoted = (rest: string, clause: string, { line }: Piece): { name: string; argument: string } => {
    const match = /^("(?:[^"\\]|\\.)*"|`[^`]*`)\s*([^]*)$/.exec(rest)
    if (!match) throw new TemplateProblem(`${line}: unexpected ${JSON.stringify(/^\S+/.exec(rest)?.[0] ?? '}}')} in ${clause} clause`)
    return { name: unquote(match[1]!.slice(1, -1)), argument: match[2]! }
  }

  /** A template of its own: no range around it is its. */
  const apart = <T>(read: () => T): T => {
    const outer = ranges
    ranges = 0
    const found = read()
    ranges = outer
    return found
  }

  const control = (word: 'if' | 'with' | 'range', rest: string, piece: Piece): TemplateNode => {
    const scope = variables.length
    const head = pipe(rest, piece, word)
    if (word === 'range') ranges++
    const body = list(['end', 'else'])
    if (word === 'range') ranges--
    let otherwise: readonly TemplateNode[] = []
    if (body.end === 'else') {
      const [, chained, condition = ''] = /^(if|with)?\s*([^]*)$/.exec(body.rest)!
      const column = body.piece.column + body.rest.length - condition.length
      otherwise = chained ? [control(chained as 'if' | 'with', condition, { ...body.piece, column })] : list(['end']).nodes
    }
    variables.length = scope
    return { do: word, pipe: head, body: body.nodes, otherwise }
  }

  const pipe = (source: string, piece: Piece, context: string) => new PipeParser(source, piece, variables).pipe(context)
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
    if (/^\s*\/\*/.test(text.slice(start)) && !text.slice(start).includes('*/')) throw new TemplateProblem(`${line}: unclosed comment`)
    const comment = /^\s*\/\*[^]*?\*\/\s*(-?)\}\}/.exec(text.slice(start))
    if (comment) {
      trim = comment[1] === '-'
      at = start + comment[0].length
      continue
    }
    const end = endOfAction(text, start)
    if (end < 0) throw unclosed(text.slice(start), line)
    trim = text[end - 1] === '-' && /\s/.test(text[end - 2] ?? '')
    pieces.push({ kind: 'action', text: text.slice(start, trim ? end - 1 : end), line, column })
    at = end + 2
  }
  return pieces
}

/** What is said of an action without an end: the first thing wrong in it, and when nothing is, just that. */
function unclosed(text: string, line: number): TemplateProblem {
  const source = text.replace(/^\s*(if|with|range|else|end|define|template|block)\b/, '')
  try {
    new PipeParser(
      source,
      { kind: 'action', text: source, line, column: 0 },
      [...source.matchAll(/\$\w*/g)].map(([name]) => name),
    ).pipe('command')
  } catch (error) {
    if (!(error instanceof TemplateProblem)) throw error
    // What is found out at the end of the text is not come to.
    if (!/missing value|unclosed left paren|non executable/.test(error.message)) return error
  }
  return new TemplateProblem(`${line}: unclosed action`)
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

  /** After a name there must be an end of it. */
  private terminated(): void {
    const next = this.text[this.at]
    if (next !== undefined && !/[\s.,|:()]/.test(next)) this.fail(`bad character ${codePoint(next)}`)
  }

  private space(): void {
    while (/\s/.test(this.text[this.at] ?? '')) this.at++
  }

  /** `context` is what the pipeline belongs to, for errors. */
  pipe(context: string, close?: ')'): Pipe {
    const start = this.at
    const variables: string[] = []
    const declared = /^\s*\$\w*(?:\s*,\s*\$\w+)?\s*(:?=)(?!=)/.exec(this.text.slice(this.at))
    if (declared) {
      for (const [name] of declared[0].matchAll(/\$\w*/g)) variables.push(name)
      this.at += declared[0].length
    }
    const commands: Operand[][] = [[]]
    const places: string[] = []
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
        if (commands.at(-1)!.length === 0) this.fail(`unexpected "|" in ${context}`)
        this.at++
        commands.push([])
      } else {
        if (commands.at(-1)!.length === 0) places.push(this.place(this.at))
        commands.at(-1)!.push(this.operand(commands.at(-1)!.length === 0 ? context : 'operand'))
      }
    }
    // Nothing behind the last bar is nothing wrong.
    if (commands.length > 1 && commands.at(-1)!.length === 0) commands.pop()
    if (commands.at(-1)!.length === 0) this.fail(`missing value for ${context}`)
    const idle = commands.findIndex(([head], i) => i > 0 && (head!.is === 'literal' || (head!.is === 'field' && head!.names.length === 0)))
    if (idle > 0) this.fail(`non executable command in pipeline stage ${idle + 1}`)
    this.variables.push(...(declared?.[1] === ':=' ? variables : []))
    const source = this.text.slice(start, close ? this.at - 1 : this.at).trim()
    return {
      variables,
      assigns: declared?.[1] === '=',
      commands,
      places,
      at: this.place(start + (/^\s*/.exec(this.text.slice(start))?.[0].length ?? 0)),
      source,
    }
  }

  private operand(context: string): Operand {
    const start = this.at
    const source = () => this.text.slice(start, this.at)
    const character = this.text[this.at]!
    if (character === '(') {
      this.at++
      const pipe = this.pipe('parenthesized pipeline', ')')
      const names = this.names()
      return { is: 'pipe', pipe, names, source: source() }
    }
    if (character === '"') {
      const match = /^"(?:[^"\\\n]|\\.)*"/.exec(this.text.slice(this.at))
      if (!match) this.fail('unterminated quoted string')
      this.at += match![0].length
      return { is: 'literal', value: unquote(match![0].slice(1, -1)), source: source(), at: this.place(start) }
    }
    if (character === '`') {
      const end = this.text.indexOf('`', this.at + 1)
      if (end < 0) this.fail('unterminated raw quoted string')
      this.at = end + 1
      return { is: 'literal', value: this.text.slice(start + 1, end), source: source(), at: this.place(start) }
    }
    if (character === "'") {
      const match = /^'(?:[^'\\\n]|\\.)+'/.exec(this.text.slice(this.at))
      if (!match) this.fail('unterminated character constant')
      this.at += match![0].length
      return { is: 'literal', value: unquote(match![0].slice(1, -1)).codePointAt(0)!, source: source(), at: this.place(start) }
    }
    const number = /^[-+]?(0[xX][0-9a-fA-F]+|\d+(\.\d+)?([eE][-+]?\d+)?)/.exec(this.text.slice(this.at))
    if (number) {
      this.at += number[0].length
      if (/\w/.test(this.text[this.at] ?? '')) this.fail(`bad number syntax: ${JSON.stringify(number[0] + this.text[this.at])}`)
      const value = Number(number[0])
      return {
        is: 'literal',
        value: /[.eE]/.test(number[0]) && !/^[-+]?0x/i.test(number[0]) ? new Float(value) : value,
        source: source(),
        at: this.place(start),
      }
    }
    const sign = /^[-+]\.?\w?/.exec(this.text.slice(this.at))?.[0]
    if (sign) this.fail(`${/\w$/.test(sign) ? 'bad number syntax' : 'illegal number syntax'}: ${JSON.stringify(sign)}`)
    if (character === '.') {
      const names = this.names()
      if (names.length === 0) this.at++
      this.terminated()
      if (names.length > 0 && this.text[this.at] === '.') this.fail('unexpected <.> in operand')
      // Go places a chain of fields where its second link begins.
      return { is: 'field', names, source: source(), at: this.place(names.length > 1 ? start + 1 + names[0]!.length : start) }
    }
    if (character === '$') {
      const name = /^\$\w*/.exec(this.text.slice(this.at))![0]
      this.at += name.length
      if (!this.variables.includes(name)) this.fail(`undefined variable ${JSON.stringify(name)}`)
      const at = this.place(this.at)
      const names = this.names()
      this.terminated()
      return { is: 'variable', name, names, source: source(), at }
    }
    const word = /^[A-Za-z_]\w*/.exec(this.text.slice(this.at))?.[0]
    if (!word && /[!-~]/.test(character)) this.fail(`unexpected ${JSON.stringify(character)} in ${context}`)
    if (!word) this.fail(`unrecognized character in action: ${codePoint(character)}`)
    this.at += word!.length
    this.terminated()
    if (word === 'true' || word === 'false') return { is: 'literal', value: word === 'true', source: word, at: this.place(start) }
    if (word === 'nil') return { is: 'literal', value: null, source: word, at: this.place(start) }
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

/** `U+002F '/'`. */
const codePoint = (character: string) => `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')} '${character}'`

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
