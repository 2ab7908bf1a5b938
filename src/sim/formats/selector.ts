import type { LabelSelector } from '../api/types/meta-v1.gen'
import { labelValue, qualifiedName } from './names'

/** One condition on a label. `values` is empty for `exists` and `!`. */
export interface Requirement {
  readonly key: string
  readonly operator: '=' | '==' | '!=' | 'in' | 'notin' | 'exists' | '!' | '>' | '<'
  readonly values: readonly string[]
}

/** All of these must hold. Empty selects everything; `nothing` selects nothing. */
export type Selector = readonly Requirement[] | 'nothing'

type Labels = Readonly<Record<string, string>> | undefined

/** Whether labels satisfy a selector: `labels.Selector.Matches`. */
export function matches(selector: Selector, labels: Labels): boolean {
  if (selector === 'nothing') return false
  for (const requirement of selector) if (!satisfies(requirement, labels)) return false
  return true
}

function satisfies({ key, operator, values }: Requirement, labels: Labels): boolean {
  const value = labels !== undefined && Object.hasOwn(labels, key) ? labels[key] : undefined
  switch (operator) {
    case '=':
    case '==':
      return value === values[0]
    case 'in':
      return value !== undefined && values.includes(value)
    case '!=':
    case 'notin':
      return value === undefined || !values.includes(value)
    case 'exists':
      return value !== undefined
    case '!':
      return value === undefined
    case '>':
      return value !== undefined && /^-?\d+$/.test(value) && Number(value) > Number(values[0])
    case '<':
      return value !== undefined && /^-?\d+$/.test(value) && Number(value) < Number(values[0])
  }
}

const selectors = new WeakMap<LabelSelector, Selector>()

/** The selector that a `metav1.LabelSelector` means: absent selects nothing, empty everything. */
export function selectorOf(labelSelector: LabelSelector | undefined): Selector {
  if (!labelSelector) return 'nothing'
  let selector = selectors.get(labelSelector)
  if (!selector) selectors.set(labelSelector, (selector = requirementsOf(labelSelector)))
  return selector
}

const OPERATORS: Readonly<Record<string, Requirement['operator']>> = { In: 'in', NotIn: 'notin', Exists: 'exists', DoesNotExist: '!' }

function requirementsOf({ matchLabels = {}, matchExpressions = [] }: LabelSelector): Selector {
  return [
    ...Object.entries(matchLabels).map(([key, value]): Requirement => ({ key, operator: '=', values: [value] })),
    ...matchExpressions.map(({ key, operator, values = [] }): Requirement => {
      const known = OPERATORS[operator]
      if (!known) throw new Error(`${JSON.stringify(operator)} is not a valid label selector operator`)
      return { key, operator: known, values }
    }),
  ]
}

/** A selector as text, sorted by key: `app=web,tier in (a,b)`. What `metav1.FormatLabelSelector` prints: `<none>` for an empty one. */
export function formatSelector(labelSelector: LabelSelector | undefined): string {
  const text = selectorText(selectorOf(labelSelector))
  return text === '' ? '<none>' : text
}

/** A selector as text, the form that `parseSelector` reads. */
export function selectorText(selector: Selector): string {
  if (selector === 'nothing') return ''
  return selector
    .toSorted((x, y) => (x.key < y.key ? -1 : x.key > y.key ? 1 : 0))
    .map(requirementText)
    .join(',')
}

function requirementText({ key, operator, values }: Requirement): string {
  switch (operator) {
    case 'exists':
      return key
    case '!':
      return `!${key}`
    case 'in':
    case 'notin':
      return `${key} ${operator} (${values.toSorted().join(',')})`
    default:
      return `${key}${operator}${values[0]}`
  }
}

const parsed = new Map<string, Selector>()

/**
 * Reads a label selector's text form: `a=b`, `a!=b`, `a in (b,c)`, `a notin (b)`, `a`, `!a`, `a>1`. Throws an Error with the text that
 * `labels.Parse` gives.
 */
export function parseSelector(text: string): Selector {
  const known = parsed.get(text)
  if (known) return known
  const selector = parse(text)
  if (parsed.size > 1000) parsed.clear()
  parsed.set(text, selector)
  return selector
}

const SYMBOLS = ['!=', '==', '=', '!', '(', ')', ',', '>', '<'] as const

function tokens(text: string): string[] {
  const found: string[] = []
  for (let i = 0; i < text.length;) {
    if (/\s/.test(text[i]!)) {
      i++
      continue
    }
    const symbol = SYMBOLS.find((each) => text.startsWith(each, i))
    if (symbol) {
      found.push(symbol)
      i += symbol.length
      continue
    }
    const start = i
    while (i < text.length && !/[\s!=(),<>]/.test(text[i]!)) i++
    found.push(text.slice(start, i))
  }
  return found
}

const isSymbol = (token: string | undefined) => token === undefined || (SYMBOLS as readonly string[]).includes(token)

function parse(text: string): Selector {
  const queue = tokens(text)
  const requirements: Requirement[] = []
  if (queue.length === 0) return []
  for (;;) {
    if (queue[0] !== '!' && isSymbol(queue[0])) throw new Error(`found '${queue[0]}', expected: !, identifier, or 'end of string'`)
    requirements.push(parseRequirement(queue))
    const next = queue.shift()
    if (next === undefined) break
    if (next !== ',') throw new Error(`found '${next}', expected: ',' or 'end of string'`)
    if (queue[0] !== '!' && isSymbol(queue[0])) throw new Error(`found '${queue[0] ?? ''}', expected: identifier after ','`)
  }
  return requirements.sort((x, y) => (x.key < y.key ? -1 : x.key > y.key ? 1 : 0))
}

/** What is wrong within one requirement. */
const unreadable = (why: string) => new Error(`unable to parse requirement: ${why}`)

function parseRequirement(queue: string[]): Requirement {
  let token = queue.shift()
  const negated = token === '!'
  if (negated) token = queue.shift()
  if (isSymbol(token)) throw unreadable(`found '${token ?? ''}', expected: identifier`)
  const key = token!
  checkKey(key)
  if (negated) return { key, operator: '!', values: [] }
  const operator = queue[0]
  if (operator === undefined || operator === ',') return { key, operator: 'exists', values: [] }
  queue.shift()
  if (operator === 'in' || operator === 'notin') return { key, operator, values: parseValues(queue).map((value) => checkValue(key, value)) }
  if (operator === '=' || operator === '==' || operator === '!=' || operator === '>' || operator === '<') {
    const next = queue[0]
    if (next === undefined || next === ',') return comparison(key, operator, '')
    queue.shift()
    if (isSymbol(next)) throw unreadable(`found '${next}', expected: identifier`)
    return comparison(key, operator, next)
  }
  throw unreadable(`found '${operator}', expected: in, notin, =, ==, !=, gt, lt`)
}

function comparison(key: string, operator: '=' | '==' | '!=' | '>' | '<', value: string): Requirement {
  if ((operator === '>' || operator === '<') && !/^[-+]?\d+$/.test(value))
    throw unreadable(`values[0]: Invalid value: ${JSON.stringify(value)}: for 'Gt', 'Lt' operators, the value must be an integer`)
  return { key, operator, values: [checkValue(key, value)] }
}

function parseValues(queue: string[]): string[] {
  const open = queue.shift()
  if (open !== '(') throw unreadable(`found '${open ?? ''}' expected: '('`)
  if (queue[0] !== ',' && queue[0] !== ')' && isSymbol(queue[0]))
    throw unreadable(`found '${queue[0] ?? ''}', expected: ',', ')' or identifier`)
  const values: string[] = []
  let expectValue = true
  for (;;) {
    const token = queue.shift()
    if (token === ')') {
      if (expectValue) values.push('')
      return [...new Set(values)].sort()
    }
    if (token === ',') {
      if (expectValue) values.push('')
      expectValue = true
    } else if (isSymbol(token)) {
      throw unreadable(`found '${token ?? ''}', expected: ',', or identifier`)
    } else {
      if (queue[0] !== ',' && queue[0] !== ')') throw unreadable(`found '${queue[0] ?? ''}', expected: ',' or ')'`)
      values.push(token!)
      expectValue = false
    }
  }
}

function checkKey(key: string) {
  const complaints = qualifiedName(key)
  if (complaints.length > 0) throw unreadable(`<nil>: Invalid value: ${JSON.stringify(key)}: ${complaints.join('; ')}`)
}

function checkValue(key: string, value: string): string {
  const complaints = labelValue(value)
  if (complaints.length > 0) throw unreadable(`values[0][${key}]: Invalid value: ${JSON.stringify(value)}: ${complaints.join('; ')}`)
  return value
}

/** One condition of a field selector. */
export interface FieldRequirement {
  readonly field: string
  readonly operator: '=' | '!='
  readonly value: string
}

/** Reads `metadata.name=web,status.phase!=Running`; a backslash escapes comma, equals and backslash. Throws an Error with `fields.ParseSelector`'s text. */
export function parseFieldSelector(text: string): readonly FieldRequirement[] {
  return splitTerms(text)
    .filter((term) => term !== '')
    .map((term) => {
      const match = /^((?:\\.|[^\\=!])*)(!=|==|=)((?:\\.|[^\\])*)$/s.exec(term)
      if (!match) throw new Error(`invalid selector: '${text}'; can't understand '${term}'`)
      const [, field, operator, value] = match
      if (/(^|[^\\])=/.test(value!)) throw new Error(`invalid field selector: unescaped = in value: ${value}`)
      return { field: unescape(field!), operator: operator === '!=' ? '!=' : '=', value: unescape(value!) }
    })
}

const unescape = (text: string) => text.replace(/\\([\\,=])/g, '$1')

function splitTerms(text: string): string[] {
  const terms: string[] = []
  let term = ''
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '\\') term += text[i]! + (text[++i] ?? '')
    else if (text[i] === ',') {
      terms.push(term)
      term = ''
    } else term += text[i]
  }
  return [...terms, term]
}
