import { CommandError } from '../errors'
import { goJson } from './json'
import { goSyntax, goText } from './go-values'

type Node =
  | { readonly do: 'text'; readonly text: string }
  | { readonly do: 'field'; readonly name: string }
  | { readonly do: 'wildcard' }
  | { readonly do: 'recursive' }
  | { readonly do: 'slice'; readonly from?: number; readonly to?: number; readonly step?: number; readonly single: boolean }
  | { readonly do: 'filter'; readonly left: readonly Node[]; readonly operator: string; readonly right: readonly Node[] }
  | { readonly do: 'union'; readonly branches: readonly (readonly Node[])[] }
  | { readonly do: 'literal'; readonly value: unknown }
  /** A word that means nothing, or an end of nothing: refused when it is come to. */
  | { readonly do: 'nonsense'; readonly why: string }
  | { readonly do: 'list'; readonly nodes: readonly Node[] }
  | { readonly do: 'range'; readonly over: readonly Node[]; readonly body: readonly Node[] }

/** A parsed template of `-o jsonpath=`. */
export interface JsonPath {
  readonly template: string
  readonly nodes: readonly Node[]
}

class JsonPathProblem extends Error {}
/** A number that was written with a point: Go compares it with no integer. */
class Float {
  constructor(readonly value: number) {}
}
const refuse = (message: string): never => {
  throw new JsonPathProblem(message)
}

/** Parses a template, or says what is wrong with it. */
export function readJsonPath(template: string): { readonly path: JsonPath } | { readonly problem: string } {
  try {
    return { path: { template, nodes: new Parser(template).template() } }
  } catch (error) {
    if (error instanceof JsonPathProblem) return { problem: error.message }
    throw error
  }
}

/** The fields that a path such as `spec.containers` goes down; undefined for a step that is no field. Or says what is wrong with it. */
export function fieldsOfPath(path: string): { readonly fields: readonly (string | undefined)[] } | { readonly problem: string } {
  const read = readJsonPath(`{.${path}}`)
  if ('problem' in read) return read
  const [action] = read.path.nodes
  return { fields: action?.do === 'list' ? action.nodes.map((node) => (node.do === 'field' ? node.name : undefined)) : [] }
}

/** A parsed template, as readJsonPath gives it; throws CommandError with kubectl's text. */
export function parseJsonPath(template: string): JsonPath {
  const read = readJsonPath(template)
  if ('problem' in read) throw new CommandError(`error parsing jsonpath ${template}, ${read.problem}`)
  return read.path
}

/** Accepts `.metadata.name`, `metadata.name`, `{.metadata.name}` alike, as custom columns and `--sort-by` do; throws CommandError. */
export function relaxedJsonPath(expression: string): string {
  if (expression === '') return expression
  const match = /^\{?\.?([^{}]+)\}?$/.exec(expression)
  if (!match || (expression.startsWith('{') && !expression.endsWith('}')))
    throw new CommandError(`unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' or '{.name1.name2}'`)
  return `{.${match[1]}}`
}

/** All values that each part of the template finds. Throws JsonPathProblem texts as CommandError. */
export function findAll({ nodes }: JsonPath, data: unknown, allowMissing = true): unknown[][] {
  return walkTemplate(nodes, data, allowMissing).map((values) => values.map(plain))
}

const plain = (value: unknown) => (value instanceof Float ? value.value : value)

/** What `-o jsonpath` prints for an object; throws CommandError with the debugging text of the real one. */
export function printJsonPath(path: JsonPath, data: unknown, options: { allowMissing?: boolean; asJson?: boolean } = {}): string {
  try {
    const results = findAll(path, data, options.allowMissing ?? true)
    if (options.asJson) return results.map((values) => `${goJson(values, '    ')}\n`).join('')
    return results.map((values) => values.map(valueText).join(' ')).join('')
  } catch (error) {
    if (!(error instanceof JsonPathProblem)) throw error
    const why = `${error.message}. Printing more information for debugging the template:\n\ttemplate was:\n\t\t${path.template}\n\tobject given to jsonpath engine was:\n\t\t${goSyntax(data)}\n\n\n`
    throw new CommandError(`error executing jsonpath ${JSON.stringify(path.template)}: Error executing template: ${why}`)
  }
}

/** The values that a template finds one after another, or why it fails: for columns and `wait --for=jsonpath`. */
export function requireValuesAt(path: JsonPath, data: unknown, allowMissing: boolean): { values: unknown[] } | { problem: string } {
  const found = requirePartsOf(path, data, allowMissing)
  return 'problem' in found ? found : { values: found.parts.flat() }
}

/** What each part of a template finds, or why it fails. */
export function requirePartsOf(path: JsonPath, data: unknown, allowMissing: boolean): { parts: unknown[][] } | { problem: string } {
  try {
    return { parts: findAll(path, data, allowMissing) }
  } catch (error) {
    if (error instanceof JsonPathProblem) return { problem: error.message }
    throw error
  }
}

const valueText = (value: unknown) => (value === null ? 'null' : typeof value === 'object' ? goJson(value) : goText(value))

class Parser {
  private at = 0
  constructor(private readonly input: string) {}

  /** Text with `{actions}` in it, up to the end or to the `{end}` of the range it belongs to. */
  template(inRange = false): Node[] {
    const nodes: Node[] = []
    while (this.at < this.input.length) {
      const brace = this.input.indexOf('{', this.at)
      const text = this.input.slice(this.at, brace < 0 ? undefined : brace)
      if (text) nodes.push({ do: 'text', text })
      if (brace < 0) {
        this.at = this.input.length
        break
      }
      this.at = brace + 1
      const action = this.action('}')
      const [first] = action
      if (first?.do === 'literal' && first.value === endMark) {
        if (inRange) return nodes
        nodes.push({ do: 'nonsense', why: 'not in range, nothing to end' })
        continue
      }
      if (first?.do === 'literal' && first.value === rangeMark)
        nodes.push({ do: 'range', over: action.slice(1), body: this.template(true) })
      else nodes.push({ do: 'list', nodes: action })
    }
    return nodes
  }

  /** The inside of braces, or of a filter's side when `close` is undefined. */
  action(close?: '}'): Node[] {
    const nodes: Node[] = []
    for (;;) {
      const character = this.input[this.at]
      if (close && character === close) {
        this.at++
        return nodes
      }
      if (character === undefined || character === '\n') {
        if (!close) return nodes
        refuse('unclosed action')
      }
      if (character === ' ' || character === '@' || character === '$') this.at++
      else if (character === '[') nodes.push(...(this.input.startsWith('[?(', this.at) ? [this.filter()] : this.array()))
      else if (character === '"' || character === "'") nodes.push(this.quote(character))
      else if (character === '.') {
        if (this.input[this.at + 1] === '.') {
          this.at += 1
          nodes.push({ do: 'recursive' })
          const next = this.input[this.at + 1]
          if (!/\w/.test(next ?? '')) this.at++
        } else nodes.push(this.field())
      } else if (/[-+0-9]/.test(character!)) nodes.push(this.number())
      else if (/\w/.test(character!)) nodes.push(this.identifier())
      else
        refuse(
          `unrecognized character in action: U+${character!.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')} '${character}'`,
        )
    }
  }

  private until(isEnd: (character: string) => boolean): string {
    let text = ''
    for (; this.at < this.input.length && !isEnd(this.input[this.at]!); this.at++) {
      if (this.input[this.at] === '\\') text += this.input[++this.at] ?? ''
      else text += this.input[this.at]
    }
    return text
  }

  private field(): Node {
    this.at++
    const name = this.until((c) => /[\s.,[\]$@{}]/.test(c))
    return name === '*' ? { do: 'wildcard' } : { do: 'field', name }
  }

  private quote(mark: string): Node {
    const start = this.at++
    // A backslash before it keeps a quote from ending, even one that is escaped itself.
    for (; this.input[this.at] !== mark || this.input[this.at - 1] === '\\'; this.at++)
      if (this.at >= this.input.length || this.input[this.at] === '\n') refuse('unterminated quoted string')
    const raw = this.input.slice(start, ++this.at)
    return { do: 'text', text: unquote(raw) ?? refuse(`unquote string ${raw} error invalid syntax`) }
  }

  private number(): Node {
    const text = /^[-+]?[.0-9]*/.exec(this.input.slice(this.at))![0]
    this.at += text.length
    if (!/^[-+]?(\d+\.?\d*|\.\d+)$/.test(text)) refuse(`cannot parse number ${text}`)
    return { do: 'literal', value: text.includes('.') ? new Float(Number(text)) : Number(text) }
  }

  private identifier(): Node {
    const word = this.until((c) => /[\s.,[\]$@{}]/.test(c))
    if (word === 'range') return { do: 'literal', value: rangeMark }
    if (word === 'end') return { do: 'literal', value: endMark }
    if (word === 'true' || word === 'false') return { do: 'literal', value: word === 'true' }
    return { do: 'nonsense', why: `unrecognized identifier ${word}` }
  }

  private array(): Node[] {
    const end = this.input.slice(this.at).search(/[\]\n]/)
    if (end < 0 || this.input[this.at + end] === '\n') refuse('unterminated array')
    const text = this.input.slice(this.at + 1, this.at + end)
    this.at += end + 1
    const inner = text === '*' ? ':' : text
    const parts = inner.split(',')
    if (parts.length > 1) return [{ do: 'union', branches: parts.map((part) => new Parser(`[${part.trim()}]`).action()) }]
    const key = /^'([^']*)'$/.exec(inner)
    if (key) return new Parser(`.${key[1]!}`).action() // dots in it lead further down, unless escaped
    const slice = /^(-?\d*)(:-?\d*)?(:-?\d*)?$/.exec(inner)
    if (!slice) refuse(`invalid array index ${inner}`)
    const [, first = '', second, third] = slice!
    const number = (part: string | undefined) =>
      part === undefined || part === '' || part === ':' ? undefined : Number(part.replace(':', ''))
    if (second === undefined && first !== '') return [{ do: 'slice', from: Number(first), to: Number(first) + 1, single: true }]
    return [{ do: 'slice', from: number(first), to: number(second), step: number(third), single: false }]
  }

  private filter(): Node {
    const start = (this.at += 3)
    let quote: string | undefined
    for (; ; this.at++) {
      const character = this.input[this.at]
      if (character === undefined || character === '\n') refuse('unterminated filter')
      if (character === '"' || character === "'") {
        if (quote === undefined) quote = character
        else if (quote === character && this.input[this.at - 1] !== '\\') quote = undefined
      } else if (character === ')' && quote === undefined) break
    }
    const text = this.input.slice(start, this.at)
    if (this.input[this.at + 1] !== ']') refuse('unclosed array expect ]')
    this.at += 2
    const match = /^([^!<>=]+)([!<>=]+)(.+?)$/.exec(text)
    if (!match) return { do: 'filter', left: new Parser(text).action(), operator: 'exists', right: [] }
    return { do: 'filter', left: new Parser(match[1]!).action(), operator: match[2]!, right: new Parser(match[3]!).action() }
  }
}

const rangeMark = Symbol('range')
const endMark = Symbol('end')

const escapes = /\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|x[0-9a-fA-F]{2}|[0-7]{3}|[abfnrtv\\'"]|)/g
const simpleEscapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', a: '\x07', b: '\b', f: '\f', v: '\v' }

/** What stands between quotes; undefined when it has an escape that Go does not know. */
function unquote(quoted: string): string | undefined {
  let isKnown = true
  const text = quoted.slice(1, -1).replace(escapes, (_, escape: string) => {
    if (escape === '') isKnown = false
    if (escape.length < 2) return simpleEscapes[escape] ?? escape
    return String.fromCodePoint(/^[uUx]/.test(escape) ? parseInt(escape.slice(1), 16) : parseInt(escape, 8))
  })
  return isKnown ? text : undefined
}

function walkTemplate(nodes: readonly Node[], data: unknown, allowMissing: boolean): unknown[][] {
  return nodes.flatMap((node) => {
    if (node.do !== 'range') return [walk([data], node, allowMissing)]
    return walkList([data], node.over, allowMissing).flatMap((value) => walkTemplate(node.body, value, allowMissing))
  })
}

const walkList = (input: readonly unknown[], nodes: readonly Node[], allowMissing: boolean) =>
  nodes.reduce((values, node) => walk(values, node, allowMissing), input as unknown[])

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const children = (value: unknown): unknown[] => (Array.isArray(value) ? value : isMap(value) ? Object.keys(value).sort().map((key) => value[key]) : []) // prettier-ignore
const goType = (value: unknown) =>
  value instanceof Float
    ? 'float64'
    : typeof value === 'string'
      ? 'string'
      : typeof value === 'boolean'
        ? 'bool'
        : typeof value === 'number'
          ? Number.isInteger(value)
            ? 'int64'
            : 'float64'
          : 'map[string]interface {}'

function walk(input: unknown[], node: Node, allowMissing: boolean): unknown[] {
  switch (node.do) {
    case 'text':
      return [node.text]
    case 'literal':
      return [node.value]
    case 'nonsense':
      return refuse(node.why)
    case 'list':
      return walkList(input, node.nodes, allowMissing)
    case 'union':
      return node.branches.flatMap((branch) => walkList(input, branch, allowMissing))
    case 'wildcard':
      return input.flatMap(children)
    case 'recursive':
      return input.flatMap(descendants)
    case 'field': {
      const found = input.flatMap((value) => (isMap(value) && Object.hasOwn(value, node.name) ? [value[node.name]] : []))
      if (found.length === 0 && !allowMissing) refuse(`${node.name} is not found`)
      return found
    }
    case 'slice':
      return input.flatMap((value) => slice(value, node))
    case 'filter':
      return input.flatMap((value) => {
        if (!Array.isArray(value)) return refuse(`${goText(value)} is not array or slice and cannot be filtered`)
        return value.filter((element) => passes(element, node))
      })
    case 'range':
      return []
  }
}

/** A value and all below it; what holds nothing is passed over, as numbers and booleans are. */
function descendants(value: unknown): unknown[] {
  const below = children(value)
  return typeof value === 'string' ? (value ? [value] : []) : below.length ? [value, ...below.flatMap(descendants)] : []
}

function slice(value: unknown, { from, to, step = 1, single }: Extract<Node, { do: 'slice' }>): unknown[] {
  if (value === null) return []
  if (!Array.isArray(value)) return refuse(`${goType(value)} is not array or slice`)
  const start = (from ?? 0) < 0 ? from! + value.length : (from ?? 0)
  const end = to === undefined ? value.length : to < 0 || (to === 0 && single) ? to + value.length : to
  if (start === end) return []
  if (start >= value.length || start < 0) return refuse(`array index out of bounds: index ${start}, length ${value.length}`)
  if (end > value.length || end < 0) return refuse(`array index out of bounds: index ${end - 1}, length ${value.length}`)
  if (start > end) return refuse(`starting index ${start} is greater than ending index ${end}`)
  if (step <= 0) return refuse('step must be > 0')
  return value.slice(start, end).filter((_, i) => i % step === 0)
}

type Basic = string | number | boolean

/** Where a path fails it has come to something, and that is enough for the real one. */
function exists(element: unknown, path: readonly Node[]): boolean {
  try {
    return walkList([element], path, true).length > 0
  } catch (error) {
    if (error instanceof JsonPathProblem) return true
    throw error
  }
}

function passes(element: unknown, { left, operator, right }: Extract<Node, { do: 'filter' }>): boolean {
  if (operator === 'exists') return exists(element, left)
  const lefts = walkList([element], left, true)
  if (lefts.length === 0) return false
  if (lefts.length > 1) return refuse('can only compare one element at a time')
  const rights = walkList([element], right, true)
  if (rights.length === 0) return false
  if (rights.length > 1) return refuse('can only compare one element at a time')
  const [a, b] = [lefts[0], rights[0]].map(plain) as [Basic, Basic]
  if (!['<', '>', '==', '!=', '<=', '>='].includes(operator)) return refuse(`unrecognized filter operator ${operator}`)
  if (typeof a === 'object' || typeof b === 'object') return refuse('invalid type for comparison')
  if (goType(lefts[0]) !== goType(rights[0])) return refuse('incompatible types for comparison')
  if (typeof a === 'boolean' && !/^[!=]=$/.test(operator)) return refuse('invalid type for comparison')
  return operator === '=='
    ? a === b
    : operator === '!='
      ? a !== b
      : operator === '<'
        ? a < b
        : operator === '<='
          ? a <= b
          : operator === '>'
            ? a > b
            : a >= b
}
