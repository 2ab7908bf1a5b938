/** Values of the small SQL that database images speak: what a column holds, and how it is shown. */

export type Value = string | number | boolean | null

/** The two makes of database: they differ in quoting, words and messages. */
export type Dialect = 'mysql' | 'postgres'

/** A refusal, as the make numbers it: MySQL's error number and SQLSTATE; PostgreSQL prints the text alone. */
export class SqlError extends Error {
  constructor(
    message: string,
    readonly code = 1064,
    readonly state = '42000',
  ) {
    super(message)
    this.name = 'SqlError'
  }
}

export interface Column {
  readonly name: string
  /** As it was written: `VARCHAR(20)`, `serial`. */
  readonly type: string
  readonly primary: boolean
  readonly increments: boolean
  readonly required: boolean
  readonly fallback?: Value
}

export interface Table {
  readonly columns: readonly Column[]
  rows: Value[][]
  /** The next number of the column that counts by itself. */
  next: number
}

/** What a statement answers: rows with names over them, or how many rows it touched. */
export interface Result {
  readonly columns?: readonly string[]
  readonly rows: readonly (readonly Value[])[]
  /** What PostgreSQL says of a statement that went well: `INSERT 0 1`. */
  readonly tag: string
  readonly affected: number
  /** The database that is in use from now on. */
  readonly use?: string
}

/** Orders two values: numbers as numbers, nothing before everything. */
export function compareValues(a: Value, b: Value): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? -1 : 1
  const [x, y] = [Number(a), Number(b)]
  const numeric = a !== '' && b !== '' && !Number.isNaN(x) && !Number.isNaN(y)
  const [left, right] = numeric ? [x, y] : [String(a), String(b)]
  return left < right ? -1 : left > right ? 1 : 0
}

/** A cell as text, as the make prints it. */
export function shown(value: Value, dialect: Dialect): string {
  if (value === null) return dialect === 'mysql' ? 'NULL' : ''
  if (typeof value === 'boolean') return dialect === 'mysql' ? (value ? '1' : '0') : value ? 't' : 'f'
  return String(value)
}

export const isNumeric = (value: Value): boolean => typeof value === 'number'
