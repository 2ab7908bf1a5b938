/** A table: its columns and its rows, every value as text (undefined: NULL). */
export interface Table {
  readonly columns: readonly { readonly name: string; readonly type: string; readonly autoIncrement: boolean }[]
  rows: (string | null)[][]
}

/** All databases of a server, by name. */
export type Databases = Map<string, Map<string, Table>>

/** What a connection and its server are, as far as statements ask. */
export interface Surroundings {
  readonly version: string
  readonly user: string
  readonly variables: Readonly<Record<string, string>>
  /** `2026-01-01 00:00:00` */
  readonly now: string
  /** Why nothing may be changed here (`--super-read-only`); undefined when it may. */
  readonly readOnly: string | undefined
}

/** Rows under their columns, or what has been done. */
export type Answer =
  | { readonly columns: readonly string[]; readonly rows: readonly (readonly (string | null)[])[] }
  | { readonly affected: number; /** The database that is in use from now on. */ readonly use?: string }

/** A refused statement: `ERROR 1146 (42S02) at line 1: Table 'a.b' doesn't exist`. */
export class SqlError extends Error {
  constructor(
    readonly code: number,
    readonly state: string,
    message: string,
  ) {
    super(message)
  }
}

/** Statements that change something: a server that replicates hands them on. */
export const changes = (sql: string) => /^\s*(create|drop|insert|update|delete|alter|truncate|replace|grant|flush)\b/i.test(sql)

/** The statements of a text, without their semicolons; quotes are respected. */
export function statementsOf(text: string): readonly string[] {
  const parts = text.match(/(?:'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.)*"|--[^\n]*|[^;'"])+/g) ?? []
  return parts.map((part) => part.replace(/--[^\n]*/g, '').trim()).filter((part) => part !== '')
}

/** Runs one statement. Throws SqlError as a real server refuses. */
export function execute(sql: string, databases: Databases, used: string | undefined, around: Surroundings): Answer {
  if (changes(sql) && around.readOnly !== undefined)
    throw new SqlError(1290, 'HY000', `The MySQL server is running with the ${around.readOnly} option so it cannot execute this statement`)
  for (const [pattern, run] of statements) {
    const match = pattern.exec(sql)
    if (match)
      return run(
        match.slice(1).map((part) => part ?? ''),
        { databases, used, around },
      )
  }
  const near = sql.replace(/^\S+\s*/, '').slice(0, 80)
  throw new SqlError(
    1064,
    '42000',
    `You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version for the right syntax to use near '${near || sql}' at line 1`,
  )
}

interface Scene {
  readonly databases: Databases
  readonly used: string | undefined
  readonly around: Surroundings
}

const NAME = '(?:`?(\\w+)`?\\.)?`?(\\w+)`?'
const done = (affected = 0): Answer => ({ affected })
const statement = (pattern: string) => new RegExp(`^${pattern}$`, 'is')

/** Every statement that is understood: its form, and what it does with the parts. */
const statements: readonly (readonly [RegExp, (parts: readonly string[], scene: Scene) => Answer])[] = [
  [statement('show (?:databases|schemas)'), (_, { databases }) => oneColumn('Database', [...databases.keys()].sort())],
  [statement('show tables'), (_, scene) => oneColumn(`Tables_in_${databaseIn(scene)[0]}`, [...databaseIn(scene)[1].keys()].sort())],
  [statement("show (?:global |session )?variables like ['\"](.*)['\"]"), ([like = ''], { around }) => variablesLike(like, around)],
  [statement('(?:describe|desc|show columns from)\\s+' + NAME), ([database, table], scene) => describe(tableIn(scene, database, table))],
  [statement('use `?(\\w+)`?'), ([name = ''], scene) => ({ affected: 0, use: (databaseIn(scene, name), name) })],
  [statement('create (?:database|schema) (if not exists )?`?(\\w+)`?.*'), ([unlessThere, name = ''], scene) => createDatabase(scene, name, unlessThere !== '')],
  [statement('drop (?:database|schema) (if exists )?`?(\\w+)`?'), ([ifThere, name = ''], scene) => dropDatabase(scene, name, ifThere !== '')],
  [statement(`create table (if not exists )?${NAME}\\s*\\((.*)\\)[^)]*`), ([unlessThere, database, name = '', columns = ''], scene) => createTable(scene, database, name, columns, unlessThere !== '')],
  [statement(`drop table (if exists )?${NAME}`), ([ifThere, database, name = ''], scene) => dropTable(scene, database, name, ifThere !== '')],
  [statement(`(?:insert|replace) into ${NAME}\\s*(?:\\(([^)]*)\\))?\\s*values?\\s*(.*)`), ([database, name, columns = '', values = ''], scene) => insert(tableIn(scene, database, name), columns, values, scene)],
  [statement(`update ${NAME} set (.*?)(?: where (.*))?`), ([database, name, set = '', where = ''], scene) => update(tableIn(scene, database, name), set, where, scene)],
  [statement(`(?:delete from|truncate(?: table)?) ${NAME}(?: where (.*))?`), ([database, name, where = ''], scene) => remove(tableIn(scene, database, name), where, scene)],
  [statement(`select (.*?) from ${NAME}(?: where (.*?))?(?: order by \`?(\\w+)\`?( desc| asc)?)?(?: limit (\\d+))?`), (parts, scene) => select(parts, scene)],
  [statement('select (.*)'), ([expressions = ''], scene) => selectValues(expressions, scene)],
  [statement('(?:grant|revoke|flush|create user|alter user|drop user|set|stop|reset|begin|commit|start transaction|alter table|create index)\\b.*'), () => done()],
] // prettier-ignore

const oneColumn = (name: string, values: readonly string[]): Answer => ({ columns: [name], rows: values.map((value) => [value]) })

function variablesLike(like: string, { variables }: Surroundings): Answer {
  const pattern = new RegExp(`^${like.replaceAll('%', '.*').replaceAll('_', '.')}$`, 'i')
  return { columns: ['Variable_name', 'Value'], rows: Object.entries(variables).filter(([name]) => pattern.test(name)) }
}

// ---- databases and tables ----

function databaseIn({ databases, used }: Scene, name = used): readonly [string, Map<string, Table>] {
  if (name === undefined || name === '') throw new SqlError(1046, '3D000', 'No database selected')
  const found = databases.get(name)
  if (!found) throw new SqlError(1049, '42000', `Unknown database '${name}'`)
  return [name, found]
}

function tableIn(scene: Scene, database: string | undefined, name = ''): Table {
  const [databaseName, tables] = databaseIn(scene, database || scene.used)
  const table = tables.get(name)
  if (!table) throw new SqlError(1146, '42S02', `Table '${databaseName}.${name}' doesn't exist`)
  return table
}

function createDatabase({ databases }: Scene, name: string, unlessThere: boolean): Answer {
  if (databases.has(name) && !unlessThere) throw new SqlError(1007, 'HY000', `Can't create database '${name}'; database exists`)
  if (!databases.has(name)) databases.set(name, new Map())
  return done(1)
}

function dropDatabase({ databases }: Scene, name: string, ifThere: boolean): Answer {
  if (!databases.delete(name) && !ifThere) throw new SqlError(1008, 'HY000', `Can't drop database '${name}'; database doesn't exist`)
  return done()
}

function createTable(scene: Scene, database: string | undefined, name: string, columns: string, unlessThere: boolean): Answer {
  const [, tables] = databaseIn(scene, database || scene.used)
  if (tables.has(name)) {
    if (unlessThere) return done()
    throw new SqlError(1050, '42S01', `Table '${name}' already exists`)
  }
  const definitions = splitList(columns).filter((text) => !/^(primary|unique|key|index|constraint|foreign)\b/i.test(text))
  tables.set(name, {
    columns: definitions.map((text) => {
      const [, column = '', type = ''] = /^`?(\w+)`?\s+(\w+(?:\([^)]*\))?)/.exec(text) ?? []
      return { name: column, type: type.toLowerCase(), autoIncrement: /auto_increment/i.test(text) }
    }),
    rows: [],
  })
  return done()
}

function dropTable(scene: Scene, database: string | undefined, name: string, ifThere: boolean): Answer {
  const [databaseName, tables] = databaseIn(scene, database || scene.used)
  if (!tables.delete(name) && !ifThere) throw new SqlError(1051, '42S02', `Unknown table '${databaseName}.${name}'`)
  return done()
}

const describe = ({ columns }: Table): Answer => ({
  columns: ['Field', 'Type', 'Null', 'Key', 'Default', 'Extra'],
  rows: columns.map(({ name, type, autoIncrement }) => [
    name,
    type,
    autoIncrement ? 'NO' : 'YES',
    autoIncrement ? 'PRI' : '',
    null,
    autoIncrement ? 'auto_increment' : '',
  ]),
})

// ---- rows ----

function insert(table: Table, columns: string, values: string, { around }: Scene): Answer {
  const names = columns.trim() === '' ? table.columns.map(({ name }) => name) : splitList(columns).map(bare)
  const tuples = [...values.matchAll(/\(((?:'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.)*"|\([^()]*\)|[^()'"])*)\)/g)].map(([, tuple = '']) =>
    splitList(tuple),
  )
  for (const tuple of tuples) {
    if (tuple.length !== names.length)
      throw new SqlError(1136, '21S01', `Column count doesn't match value count at row ${tuples.indexOf(tuple) + 1}`)
    const given = new Map(names.map((name, i) => [name, valueOf(tuple[i]!, around)]))
    table.rows.push(table.columns.map(({ name, autoIncrement }) => given.get(name) ?? (autoIncrement ? nextNumber(table, name) : null)))
  }
  return done(tuples.length)
}

const nextNumber = (table: Table, column: string) =>
  String(1 + Math.max(0, ...table.rows.map((row) => Number(row[columnAt(table, column)] ?? 0))))

function update(table: Table, set: string, where: string, { around }: Scene): Answer {
  const matching = rowsWhere(table, where, around)
  for (const assignment of splitList(set)) {
    const [, name = '', value = ''] = /^`?(\w+)`?\s*=\s*(.*)$/s.exec(assignment) ?? []
    for (const row of matching) row[columnAt(table, name)] = valueOf(value, around)
  }
  return done(matching.length)
}

function remove(table: Table, where: string, { around }: Scene): Answer {
  const gone = new Set(rowsWhere(table, where, around))
  table.rows = table.rows.filter((row) => !gone.has(row))
  return done(gone.size)
}

function select(
  [what = '', database, name, where = '', orderBy = '', direction = '', limit = '']: readonly string[],
  scene: Scene,
): Answer {
  const table = tableIn(scene, database, name)
  let rows = rowsWhere(table, where, scene.around)
  if (/^count\(.*\)$/i.test(what)) return { columns: [what], rows: [[String(rows.length)]] }
  if (orderBy !== '') {
    const at = columnAt(table, orderBy)
    const sign = /desc/i.test(direction) ? -1 : 1
    rows = [...rows].sort((a, b) => sign * (a[at] ?? '').localeCompare(b[at] ?? '', 'en', { numeric: true }))
  }
  if (limit !== '') rows = rows.slice(0, Number(limit))
  const columns = what.trim() === '*' ? table.columns.map((column) => column.name) : splitList(what).map(bare)
  return { columns, rows: rows.map((row) => columns.map((column) => row[columnAt(table, column)] ?? null)) }
}

function rowsWhere(table: Table, where: string, around: Surroundings) {
  if (where.trim() === '') return table.rows
  const conditions = where.split(/\s+and\s+/i).map((text) => {
    const [, name = '', operator = '=', value = ''] = /^`?(\w+)`?\s*(=|<>|!=|<=|>=|<|>|like)\s*(.*)$/is.exec(text.trim()) ?? []
    return { at: columnAt(table, name), operator: operator.toLowerCase(), value: valueOf(value, around) ?? '' }
  })
  return table.rows.filter((row) => conditions.every(({ at, operator, value }) => compares(row[at] ?? '', operator, value)))
}

function compares(left: string, operator: string, right: string): boolean {
  const order = left.localeCompare(right, 'en', { numeric: true })
  if (operator === '=') return order === 0
  if (operator === '<>' || operator === '!=') return order !== 0
  if (operator === 'like') return new RegExp(`^${right.replaceAll('%', '.*').replaceAll('_', '.')}$`, 'i').test(left)
  return operator.startsWith('<') ? order < 0 || (operator === '<=' && order === 0) : order > 0 || (operator === '>=' && order === 0)
}

function columnAt(table: Table, name: string): number {
  const at = table.columns.findIndex((column) => column.name === name)
  if (at < 0) throw new SqlError(1054, '42S22', `Unknown column '${name}' in 'field list'`)
  return at
}

// ---- values ----

function selectValues(expressions: string, { used, around }: Scene): Answer {
  const items = splitList(expressions).map((text) => /^(.*?)(?:\s+as\s+['"`]?(\w+)['"`]?)?$/is.exec(text)!) // every part is optional: it always matches
  const value = (text: string) => (/^(database|schema)\(\)$/i.test(text) ? (used ?? null) : valueOf(text, around))
  return {
    columns: items.map(([, expression = '', alias]) => alias ?? expression.replace(/^(['"])(.*)\1$/s, '$2')),
    rows: [items.map(([, expression = '']) => value(expression))],
  }
}

function valueOf(text: string, { version, user, variables, now }: Surroundings): string | null {
  const trimmed = text.trim()
  const quoted = /^(['"])(.*)\1$/s.exec(trimmed)
  if (quoted) return quoted[2]!.replaceAll("''", "'").replace(/\\(.)/gs, '$1')
  if (/^-?\d+(\.\d+)?$/.test(trimmed)) return trimmed
  const variable = /^@@(?:global\.|session\.)?(\w+)$/i.exec(trimmed)?.[1]
  if (variable !== undefined) {
    const found = variables[variable.toLowerCase()]
    if (found === undefined) throw new SqlError(1193, 'HY000', `Unknown system variable '${variable}'`)
    return found
  }
  switch (trimmed.toLowerCase()) {
    case 'null':
      return null
    case 'version()':
      return version
    case 'now()':
    case 'current_timestamp':
    case 'current_timestamp()':
      return now
    case 'user()':
    case 'current_user()':
      return user
    case 'true':
      return '1'
    case 'false':
      return '0'
    default:
      throw new SqlError(1054, '42S22', `Unknown column '${trimmed}' in 'field list'`)
  }
}

const bare = (name: string) => name.trim().replace(/^`|`$/g, '')

/** Splits at commas that stand outside quotes and brackets. */
function splitList(text: string): string[] {
  const parts = text.match(/(?:'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.)*"|\((?:[^()]|\([^()]*\))*\)|[^,'"()])+/g) ?? []
  return parts.map((part) => part.trim()).filter((part) => part !== '')
}
