import { timestamp } from '../../../engine/time'
import type { Expression } from './parse'
import { SqlError, compareValues, type Column, type Dialect, type Table, type Value } from './values'

/** What expressions are worth, row by row or over a group of rows. */

/** What a server holds: tables by database. */
export type Databases = Map<string, Map<string, Table>>

/** A connection's transaction: how everything was when it began. Others see its changes at once, and ROLLBACK takes theirs back too. */
export interface Transaction {
  before?: Databases
}

/** What a statement may look at besides the tables. */
export interface Session {
  readonly dialect: Dialect
  readonly databases: Databases
  /** The database in use. */
  database: string | undefined
  readonly user: string
  readonly nowMs: number
  /** Server variables (`@@server_id`), lower-case. */
  readonly variables: Readonly<Record<string, Value>>
  /** What the connection's open transaction would go back to; kept from statement to statement. */
  readonly transaction: Transaction
  /** The option because of which nothing may be changed (`--super-read-only`). */
  readonly readOnly: string | undefined
}

/** Where a column stands; refuses a name that is none. */
export function columnAt(columns: readonly Column[], name: string, session: Session): number {
  const at = columns.findIndex((one) => one.name.toLowerCase() === name.toLowerCase())
  if (at < 0) throw session.dialect === 'mysql' ? new SqlError(`Unknown column '${name}' in 'field list'`, 1054, '42S22') : new SqlError(`column "${name}" does not exist`) // prettier-ignore
  return at
}

const AGGREGATES = new Set(['count', 'sum', 'min', 'max', 'avg'])
/** Whether an expression speaks of a group of rows. */
export const aggregates = (node: Expression): boolean =>
  node.type === 'call' ? AGGREGATES.has(node.name) || node.args.some(aggregates) : node.type === 'binary' ? aggregates(node.left) || aggregates(node.right) : false // prettier-ignore

/** Whether a value counts as true. */
export const truth = (value: Value) => value !== null && value !== false && value !== 0 && value !== '0' && value !== ''
/** A LIKE pattern as a regular expression. */
export const likePattern = (text: string) => new RegExp(`^${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/%/g, '.*').replace(/_/g, '.')}$`, 'is') // prettier-ignore

/** The value of an expression: of a row, or of a group of rows. */
export function evaluate(node: Expression, session: Session, source?: Table, row?: readonly Value[], group?: readonly (readonly Value[] | undefined)[]): Value {
  const value = (one: Expression) => evaluate(one, session, source, row, group)
  switch (node.type) {
    case 'value':
      return node.value
    case 'variable':
      if (session.variables[node.name] === undefined) throw new SqlError(`Unknown system variable '${node.name}'`, 1193, 'HY000')
      return session.variables[node.name]!
    case 'column': {
      const at = columnAt(source?.columns ?? [], node.name, session)
      return row?.[at] ?? null
    }
    case 'unary': {
      const operand = value(node.operand)
      if (node.operator === 'is null') return operand === null
      if (node.operator === 'is not null') return operand !== null
      return operand === null ? null : node.operator === '-' ? -Number(operand) : !truth(operand)
    }
    case 'in': {
      const operand = value(node.operand)
      return node.list.some((one) => compareValues(value(one), operand) === 0) !== node.negated
    }
    case 'binary': {
      const left = value(node.left)
      if (node.operator === 'and') return truth(left) && truth(value(node.right))
      if (node.operator === 'or') return truth(left) || truth(value(node.right))
      return combine(node.operator, left, value(node.right))
    }
    case 'call': {
      if (AGGREGATES.has(node.name)) {
        const all = (group ?? []).map((one) => (node.star ? 1 : evaluate(node.args[0]!, session, source, one))).filter((one) => one !== null)
        return aggregate(node.name, all)
      }
      return called(node.name, node.args.map(value), session)
    }
  }
} // prettier-ignore

function combine(operator: string, left: Value, right: Value): Value {
  if (left === null || right === null) return null
  const order = () => compareValues(left, right)
  switch (operator) {
    case '=':
      return order() === 0
    case '!=':
      return order() !== 0
    case '<':
      return order() < 0
    case '<=':
      return order() <= 0
    case '>':
      return order() > 0
    case '>=':
      return order() >= 0
    case 'like':
    case 'ilike':
      return likePattern(String(right)).test(String(left))
    case '||':
      return `${left}${right}`
    case '+':
      return Number(left) + Number(right)
    case '-':
      return Number(left) - Number(right)
    case '*':
      return Number(left) * Number(right)
    case '%':
      return Number(left) % Number(right)
    default:
      return Number(right) === 0 ? null : Number(left) / Number(right)
  }
}

function aggregate(name: string, values: readonly Value[]): Value {
  if (name === 'count') return values.length
  if (values.length === 0) return null
  if (name === 'min' || name === 'max')
    return values.reduce((best, one) => (compareValues(one, best) < 0 === (name === 'min') ? one : best))
  const sum = values.reduce<number>((total, one) => total + Number(one), 0)
  return name === 'sum' ? sum : sum / values.length
}

function called(name: string, args: readonly Value[], { nowMs, user, database, variables, dialect }: Session): Value {
  const [first = null, second = null] = args
  const stamp = timestamp(nowMs)
  switch (name) {
    case 'now':
    case 'current_timestamp':
    case 'sysdate':
      return dialect === 'mysql' ? stamp.replace('T', ' ').replace('Z', '') : stamp.replace('T', ' ').replace('Z', '+00')
    case 'curdate':
    case 'current_date':
      return stamp.slice(0, 10)
    case 'version':
      return dialect === 'mysql' ? variables.version! : `PostgreSQL ${variables.version} on x86_64-pc-linux-gnu, compiled by gcc, 64-bit`
    case 'user':
    case 'current_user':
      return user
    case 'database':
    case 'current_database':
      return database ?? null
    case 'connection_id':
    case 'pg_backend_pid':
      return 8
    case 'concat':
      return args.includes(null) ? null : args.join('')
    case 'upper':
      return first === null ? null : String(first).toUpperCase()
    case 'lower':
      return first === null ? null : String(first).toLowerCase()
    case 'length':
    case 'char_length':
      return first === null ? null : [...String(first)].length
    case 'coalesce':
    case 'ifnull':
      return args.find((one) => one !== null) ?? null
    case 'round':
      return first === null ? null : Number(Number(first).toFixed(Number(second ?? 0)))
    case 'sleep':
    case 'pg_sleep':
      return 0
    case 'pg_is_in_recovery':
      return false
    default:
      throw dialect === 'mysql' ? new SqlError(`FUNCTION ${database ?? 'mysql'}.${name} does not exist`, 1305) : new SqlError(`function ${name}(${args.map(() => 'unknown').join(', ')}) does not exist`) // prettier-ignore
  }
}
