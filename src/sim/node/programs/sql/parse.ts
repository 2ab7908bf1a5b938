import { syntaxError, tokenise } from './tokens'
import type { Column, Dialect, Value } from './values'

/** Reads SQL: what tutorials write. */

export type Expression =
  | { readonly type: 'value'; readonly value: Value }
  | { readonly type: 'column'; readonly name: string }
  | { readonly type: 'variable'; readonly name: string }
  | { readonly type: 'unary'; readonly operator: 'not' | '-' | 'is null' | 'is not null'; readonly operand: Expression }
  | { readonly type: 'binary'; readonly operator: string; readonly left: Expression; readonly right: Expression }
  | { readonly type: 'in'; readonly operand: Expression; readonly list: readonly Expression[]; readonly negated: boolean }
  | { readonly type: 'call'; readonly name: string; readonly args: readonly Expression[]; readonly star: boolean }

/** `database.table`, or a table of the database in use. */
export interface TableName {
  readonly database?: string
  readonly name: string
}

export interface SelectItem {
  readonly expression: Expression | '*'
  /** What stands over the column. */
  readonly label: string
}

export interface Select {
  readonly type: 'select'
  readonly items: readonly SelectItem[]
  readonly from?: TableName
  readonly where?: Expression
  readonly groupBy?: readonly Expression[]
  readonly orderBy: readonly { readonly expression: Expression; readonly descending: boolean }[]
  readonly limit?: number
}

export type Statement =
  | Select
  | { readonly type: 'create database'; readonly name: string; readonly unlessThere: boolean }
  | { readonly type: 'drop database'; readonly name: string; readonly ifThere: boolean }
  | { readonly type: 'use'; readonly name: string }
  | { readonly type: 'create table'; readonly table: TableName; readonly columns: readonly Column[]; readonly unlessThere: boolean }
  | { readonly type: 'drop table'; readonly table: TableName; readonly ifThere: boolean }
  | { readonly type: 'insert'; readonly table: TableName; readonly columns?: readonly string[]; readonly rows: readonly (readonly Expression[])[] }
  | { readonly type: 'update'; readonly table: TableName; readonly changes: readonly (readonly [string, Expression])[]; readonly where?: Expression }
  | { readonly type: 'delete'; readonly table: TableName; readonly where?: Expression }
  | { readonly type: 'show'; readonly what: string }
  | { readonly type: 'describe'; readonly table: TableName }
  | { readonly type: 'alter table'; readonly table: TableName; readonly changes: readonly TableChange[] }
  | { readonly type: 'transaction'; readonly verb: 'begin' | 'commit' | 'rollback' }
  /** Understood as something that succeeds and leaves no trace: users, rights, settings, indexes. */
  | { readonly type: 'accepted'; readonly text: string } // prettier-ignore

/** One change of ALTER TABLE; keys and constraints are read and make no difference. */
export type TableChange =
  | { readonly type: 'add'; readonly column: Column }
  | { readonly type: 'drop'; readonly name: string }
  | { readonly type: 'change'; readonly name: string; readonly column: Column }
  | { readonly type: 'rename column'; readonly name: string; readonly to: string }
  | { readonly type: 'rename table'; readonly to: string }
  | { readonly type: 'none' }

/** Statements that are granted without doing anything. */
const ACCEPTED = /^(?:set|grant|revoke|flush|create (?:user|role|index|unique index|extension|schema)|alter (?!table\b)|drop (?:user|role|index)|analyze|vacuum|lock|unlock|truncate mysql|change (?:replication source|master)|(?:start|stop|reset) (?:replica|slave|group_replication)|reset|purge|comment on)\b/i // prettier-ignore

/** Reads one statement; a mistake is refused in the make's words. */
export function parseStatement(source: string, dialect: Dialect): Statement {
  const text = source.trim().replace(/\s+/g, ' ')
  if (ACCEPTED.test(text)) return { type: 'accepted', text }
  const tokens = tokenise(source, dialect)
  let at = 0

  const fail = (): never => {
    throw syntaxError(dialect, source, tokens[at]?.at)
  }
  const is = (...words: string[]) =>
    words.every((word, i) => {
      const token = tokens[at + i]
      return token !== undefined && token.kind !== 'text' && token.kind !== 'quoted' && token.text.toLowerCase() === word
    })
  const take = (...words: string[]): boolean => {
    if (!is(...words)) return false
    at += words.length
    return true
  }
  const expect = (...words: string[]) => void (take(...words) || fail())
  function name(): string {
    const token = tokens[at++]
    if (token?.kind === 'quoted') return token.text
    if (token?.kind === 'word') return dialect === 'postgres' ? token.text.toLowerCase() : token.text
    at--
    return fail()
  }
  function tableName(): TableName {
    const first = name()
    return take('.') ? (dialect === 'postgres' ? { name: name() } : { database: first, name: name() }) : { name: first }
  }
  function list<T>(one: () => T): T[] {
    const items = [one()]
    while (take(',')) items.push(one())
    return items
  }
  function inBrackets<T>(one: () => T): T[] {
    expect('(')
    const items = take(')') ? [] : list(one)
    if (items.length > 0) expect(')')
    return items
  }

  // ---- expressions, loosest first ----

  const binary = (operators: readonly string[], tighter: () => Expression) => (): Expression => {
    let left = tighter()
    for (;;) {
      const operator = operators.find((one) => is(one))
      if (operator === undefined) return left
      at++
      left = { type: 'binary', operator: operator === '<>' ? '!=' : operator, left, right: tighter() }
    }
  }
  const product = binary(['*', '/', '%'], primary)
  const sum = binary(['+', '-', '||'], product)
  function comparison(): Expression {
    const left = sum()
    if (take('is', 'not', 'null')) return { type: 'unary', operator: 'is not null', operand: left }
    if (take('is', 'null')) return { type: 'unary', operator: 'is null', operand: left }
    const negated = is('not', 'in') || is('not', 'like')
    if (negated) at++
    if (take('in')) return { type: 'in', operand: left, list: inBrackets(expression), negated }
    const operator = ['<=', '>=', '!=', '<>', '=', '<', '>', 'like', 'ilike'].find((one) => is(one))
    if (operator === undefined) return left
    at++
    const test: Expression = { type: 'binary', operator: operator === '<>' ? '!=' : operator, left, right: sum() }
    return negated ? { type: 'unary', operator: 'not', operand: test } : test
  }
  const negation = (): Expression => (take('not') ? { type: 'unary', operator: 'not', operand: negation() } : comparison())
  const conjunction = binary(['and'], negation)
  const disjunction = binary(['or'], conjunction)
  function expression(): Expression {
    return disjunction()
  }
  function primary(): Expression {
    const token = tokens[at++]
    if (!token) {
      at--
      return fail()
    }
    if (token.kind === 'text') return cast({ type: 'value', value: token.text })
    if (token.kind === 'number') return cast({ type: 'value', value: Number(token.text) })
    if (token.kind === 'variable') return { type: 'variable', name: token.text.toLowerCase() }
    if (token.text === '-') return { type: 'unary', operator: '-', operand: primary() }
    if (token.text === '(') {
      const inner = expression()
      expect(')')
      return cast(inner)
    }
    if (token.kind === 'mark') {
      at--
      return fail()
    }
    const word = token.text.toLowerCase()
    if (token.kind === 'word' && ['true', 'false', 'null'].includes(word)) return { type: 'value', value: word === 'null' ? null : word === 'true' }
    if (token.kind === 'word' && is('(')) {
      at++
      if (take('*')) {
        expect(')')
        return { type: 'call', name: word, args: [], star: true }
      }
      take('distinct')
      at--
      tokens[at] = { kind: 'mark', text: '(', at: token.at }
      return cast({ type: 'call', name: word, args: inBrackets(expression), star: false })
    }
    if (token.kind === 'word' && (word === 'current_timestamp' || word === 'current_date' || word === 'current_user')) return { type: 'call', name: word, args: [], star: false }
    if (take('.')) return cast({ type: 'column', name: name() })
    return cast({ type: 'column', name: token.kind === 'word' && dialect === 'postgres' ? word : token.text })
  } // prettier-ignore
  function cast(value: Expression): Expression {
    while (take('::')) name()
    return value
  }
  const optionalWhere = () => (take('where') ? expression() : undefined)

  // ---- statements ----

  function column(): Column | undefined {
    if (is('primary', 'key') || is('unique') || is('key') || is('index') || is('constraint') || is('foreign') || is('check')) {
      for (let depth = 0; at < tokens.length && (depth > 0 || (!is(',') && !is(')'))); at++) depth += is('(') ? 1 : is(')') ? -1 : 0
      return undefined
    }
    const own = name()
    const begun = at
    let type = name()
    if (is('(')) type += `(${inBrackets(expression).map((one) => (one.type === 'value' ? String(one.value) : '')).join(',')})`
    const found = { primary: false, increments: /serial/i.test(type), required: false, fallback: undefined as Value | undefined }
    if (begun === at) fail()
    while (at < tokens.length && !is(',') && !is(')')) {
      if (take('primary', 'key')) found.primary = found.required = true
      else if (take('auto_increment') || take('generated', 'always', 'as', 'identity') || take('generated', 'by', 'default', 'as', 'identity')) found.increments = true
      else if (take('not', 'null')) found.required = true
      else if (take('default')) {
        const value = sum()
        found.fallback = value.type === 'value' ? value.value : undefined
      } else if (is('(')) inBrackets(expression)
      else at++
    }
    return { name: own, type, ...found }
  } // prettier-ignore

  function select(): Select {
    take('distinct')
    const items = list((): SelectItem => {
      const begun = tokens[at]?.at ?? 0
      if (take('*')) return { expression: '*', label: '*' }
      const value = expression()
      const written = source.slice(begun, tokens[at]?.at ?? source.length).replace(/;\s*$/, '').trim()
      const alias = take('as') || (tokens[at]?.kind === 'word' && !/^(from|where|order|group|limit|into)$/i.test(tokens[at]!.text)) ? aliasName() : undefined
      return { expression: value, label: alias ?? labelOf(value, written) }
    })
    const from = take('from') ? tableName() : undefined
    if (from && tokens[at]?.kind === 'word' && !/^(where|order|group|limit|offset)$/i.test(tokens[at]!.text)) {
      take('as')
      name()
    }
    const where = optionalWhere()
    const groupBy = take('group', 'by') ? list(expression) : undefined
    const orderBy = take('order', 'by') ? list(() => ({ expression: expression(), descending: take('desc') || (take('asc'), false) })) : []
    const limit = take('limit') ? Number(tokens[at++]?.text ?? fail()) : undefined
    return { type: 'select', items, from, where, groupBy, orderBy, limit }
  } // prettier-ignore
  function aliasName(): string {
    if (tokens[at]?.kind === 'text') return tokens[at++]!.text
    return name()
  }
  function labelOf(value: Expression, written: string): string {
    if (dialect === 'mysql') return written
    return value.type === 'column' ? value.name : value.type === 'call' ? value.name : '?column?'
  }

  function tableChange(): TableChange {
    const keyed = () => is('constraint') || is('primary') || is('unique') || is('index') || is('key') || is('foreign') || is('check') || is('fulltext')
    const skip = (): TableChange => {
      for (let depth = 0; at < tokens.length && !is(';') && (depth > 0 || !is(',')); at++) depth += is('(') ? 1 : is(')') ? -1 : 0
      return { type: 'none' }
    }
    if (is('add') || is('drop')) {
      const adds = take('add') || (at++, false)
      if (keyed()) return skip()
      take('column')
      if (!adds) return { type: 'drop', name: name() }
      const added = column()
      return added ? { type: 'add', column: added } : fail()
    }
    if (take('modify') || take('change')) {
      const renames = /change/i.test(tokens[at - 1]!.text)
      take('column')
      const old = renames ? name() : (tokens[at]?.text ?? fail())
      const changed = column()
      return changed ? { type: 'change', name: old, column: changed } : fail()
    }
    if (take('rename', 'column')) {
      const old = name()
      expect('to')
      return { type: 'rename column', name: old, to: name() }
    }
    if (take('rename')) {
      void (take('to') || take('as'))
      return { type: 'rename table', to: name() }
    }
    if (is('engine') || is('convert') || is('default') || is('auto_increment') || is('owner') || is('comment')) return skip()
    return fail()
  } // prettier-ignore

  function statement(): Statement {
    if (take('select')) return select()
    if (take('begin') || take('start', 'transaction')) {
      void (take('work') || take('transaction'))
      return { type: 'transaction', verb: 'begin' }
    }
    if (take('commit') || (dialect === 'postgres' && take('end'))) return { type: 'transaction', verb: 'commit' }
    if (take('rollback') || (dialect === 'postgres' && take('abort'))) return { type: 'transaction', verb: 'rollback' }
    if (take('alter', 'table')) {
      take('only')
      return { type: 'alter table', table: tableName(), changes: list(tableChange) }
    }
    if (take('create', 'database') || (dialect === 'mysql' && take('create', 'schema'))) {
      const unlessThere = take('if', 'not', 'exists')
      const made = name()
      at = tokens.length
      return { type: 'create database', name: made, unlessThere }
    }
    if (take('drop', 'database')) return { type: 'drop database', ifThere: take('if', 'exists'), name: name() }
    if (take('use')) return { type: 'use', name: name() }
    if (take('create', 'table')) {
      const unlessThere = take('if', 'not', 'exists')
      const table = tableName()
      const columns = inBrackets(column).filter((one) => one !== undefined)
      at = tokens.length // engines and character sets make no difference here
      return { type: 'create table', table, columns, unlessThere }
    }
    if (take('drop', 'table')) return { type: 'drop table', ifThere: take('if', 'exists'), table: tableName() }
    if (take('insert', 'into') || take('insert', 'ignore', 'into') || take('replace', 'into')) {
      const table = tableName()
      const columns = is('(') ? inBrackets(name) : undefined
      void (take('values') || expect('value'))
      const rows = list(() => inBrackets(expression))
      if (is('on') || is('returning')) at = tokens.length
      return { type: 'insert', table, columns, rows }
    }
    if (take('update')) {
      const table = tableName()
      expect('set')
      const changes = list(() => {
        const changed = name()
        expect('=')
        return [changed, expression()] as const
      })
      return { type: 'update', table, changes, where: optionalWhere() }
    }
    if (take('delete', 'from')) return { type: 'delete', table: tableName(), where: optionalWhere() }
    if (take('truncate', 'table') || take('truncate')) return { type: 'delete', table: tableName() }
    if (take('describe') || take('desc') || take('show', 'columns', 'from')) return { type: 'describe', table: tableName() }
    if (take('show')) {
      const what = tokens.slice(at).map((token) => token.text.toLowerCase()).filter((word) => word !== ';').join(' ')
      at = tokens.length
      return { type: 'show', what }
    }
    return fail()
  } // prettier-ignore

  const parsed = statement()
  take(';')
  if (at < tokens.length) fail()
  return parsed
}
