import { execute as run } from '../sql/engine'
import type { Databases, Transaction } from '../sql/evaluate'
import { shown, type Value } from '../sql/values'

/** MySQL's side of the small SQL: who asks, and answers as text. */

export { splitStatements as statementsOf } from '../sql/tokens'
export { SqlError, type Table } from '../sql/values'
export type { Databases, Transaction } from '../sql/evaluate'

/** What a connection and its server are, as far as statements ask. */
export interface Surroundings {
  /** `root@localhost` */
  readonly user: string
  /** The client's open transaction. */
  readonly transaction: Transaction
  readonly variables: Readonly<Record<string, Value>>
  readonly nowMs: number
  /** Why nothing may be changed here (`--super-read-only`); undefined when it may. */
  readonly readOnly: string | undefined
}

/** Rows under their columns (null: NULL), or what has been done. */
export type Answer =
  | { readonly columns: readonly string[]; readonly rows: readonly (readonly (string | null)[])[] }
  | { readonly affected: number; /** The database that is in use from now on. */ readonly use?: string }

/** Statements that change something: a server that replicates hands them on. */
export const changes = (sql: string) =>
  /^\s*(create|drop|insert|update|delete|alter|truncate|replace|grant|flush|begin|start transaction|commit|rollback)\b/i.test(sql)

/** Runs one statement. Throws SqlError as a real server refuses. */
export function execute(sql: string, databases: Databases, used: string | undefined, around: Surroundings): Answer {
  const { columns, rows, affected, use } = run(sql, { ...around, dialect: 'mysql', databases, database: used })
  if (!columns) return use === undefined ? { affected } : { affected, use }
  return { columns, rows: rows.map((row) => row.map((value) => (value === null ? null : shown(value, 'mysql')))) }
}
