import { aggregates, columnAt, evaluate, likePattern, truth, type Session } from './evaluate'
import { parseStatement, type Select, type Statement, type TableName } from './parse'
import { SqlError, compareValues, type Result, type Table, type Value } from './values'

const said = (tag: string, affected = 0): Result => ({ rows: [], tag, affected })
const table = (columns: readonly string[], rows: readonly (readonly Value[])[]): Result => ({
  columns,
  rows,
  tag: `SELECT ${rows.length}`,
  affected: rows.length,
})

/** Runs one statement; refusals are SqlErrors in the make's words. */
export function execute(source: string, session: Session): Result {
  const statement = parseStatement(source, session.dialect)
  const writes = !['select', 'show', 'describe', 'use', 'accepted', 'transaction'].includes(statement.type)
  if (writes && session.readOnly !== undefined)
    throw new SqlError(`The MySQL server is running with the ${session.readOnly} option so it cannot execute this statement`, 1290, 'HY000')
  return run(statement, session)
}

function run(statement: Statement, session: Session): Result {
  const { databases, dialect } = session
  switch (statement.type) {
    case 'select':
      return select(statement, session)
    case 'accepted':
      return said(statement.text.split(' ').slice(0, /^(create|drop|alter)/i.test(statement.text) ? 2 : 1).join(' ').toUpperCase())
    case 'create database': {
      const { name } = statement
      if (databases.has(name)) {
        if (statement.unlessThere) return said('CREATE DATABASE', 1)
        throw dialect === 'mysql' ? new SqlError(`Can't create database '${name}'; database exists`, 1007, 'HY000') : new SqlError(`database "${name}" already exists`)
      }
      databases.set(name, new Map())
      return said('CREATE DATABASE', 1)
    }
    case 'drop database': {
      const { name } = statement
      if (!databases.delete(name) && !statement.ifThere)
        throw dialect === 'mysql' ? new SqlError(`Can't drop database '${name}'; database doesn't exist`, 1008, 'HY000') : new SqlError(`database "${name}" does not exist`)
      if (session.database === name && dialect === 'mysql') session.database = undefined
      return said('DROP DATABASE')
    }
    case 'use':
      if (!databases.has(statement.name)) throw new SqlError(`Unknown database '${statement.name}'`, 1049, '42000')
      session.database = statement.name
      return { ...said('USE'), use: statement.name }
    case 'create table': {
      const { tables, name } = place(statement.table, session)
      if (tables.has(name)) {
        if (statement.unlessThere) return said('CREATE TABLE')
        throw dialect === 'mysql' ? new SqlError(`Table '${name}' already exists`, 1050, '42S01') : new SqlError(`relation "${name}" already exists`)
      }
      tables.set(name, { columns: statement.columns, rows: [], next: 1 })
      return said('CREATE TABLE')
    }
    case 'drop table': {
      const { tables, name, database } = place(statement.table, session)
      if (!tables.delete(name) && !statement.ifThere)
        throw dialect === 'mysql' ? new SqlError(`Unknown table '${database}.${name}'`, 1051, '42S02') : new SqlError(`table "${name}" does not exist`)
      return said('DROP TABLE')
    }
    case 'alter table':
      return alterTable(statement, session)
    case 'transaction':
      return transact(statement.verb, session)
    case 'insert':
      return insert(statement, session)
    case 'update': {
      const found = find(statement.table, session)
      const at = statement.changes.map(([name, value]) => [columnAt(found.columns, name, session), value] as const)
      let touched = 0
      found.rows = found.rows.map((row) => {
        if (statement.where && !truth(evaluate(statement.where, session, found, row))) return row
        touched++
        const changed = [...row]
        for (const [index, value] of at) changed[index] = evaluate(value, session, found, row)
        return changed
      })
      return said(`UPDATE ${touched}`, touched)
    }
    case 'delete': {
      const found = find(statement.table, session)
      const kept = found.rows.filter((row) => statement.where && !truth(evaluate(statement.where, session, found, row)))
      const gone = found.rows.length - kept.length
      found.rows = kept
      return said(`DELETE ${gone}`, gone)
    }
    case 'describe': {
      const { columns } = find(statement.table, session)
      return table(
        ['Field', 'Type', 'Null', 'Key', 'Default', 'Extra'],
        columns.map((one) => [one.name, one.type.toLowerCase(), one.required ? 'NO' : 'YES', one.primary ? 'PRI' : '', one.fallback ?? null, one.increments ? 'auto_increment' : '']),
      )
    }
    case 'show':
      return show(statement.what, session)
  }
} // prettier-ignore

/** BEGIN keeps how things are, ROLLBACK brings them back. */
function transact(verb: 'begin' | 'commit' | 'rollback', { transaction, databases }: Session): Result {
  if (verb === 'begin') transaction.before = new Map([...databases].map(([name, tables]) => [name, new Map([...tables].map(([own, held]) => [own, { ...held }]))]))
  if (verb === 'rollback' && transaction.before) {
    databases.clear()
    for (const [name, tables] of transaction.before) databases.set(name, tables)
  }
  if (verb !== 'begin') delete transaction.before
  return said(verb.toUpperCase())
} // prettier-ignore

function alterTable({ table: wanted, changes }: Extract<Statement, { type: 'alter table' }>, session: Session): Result {
  const { tables, name } = place(wanted, session)
  let altered = find(wanted, session)
  let called = name
  for (const change of changes) {
    const { columns, rows } = altered
    if (change.type === 'add') {
      const { column } = change
      if (columns.some((one) => one.name.toLowerCase() === column.name.toLowerCase()))
        throw session.dialect === 'mysql' ? new SqlError(`Duplicate column name '${column.name}'`, 1060, '42S21') : new SqlError(`column "${column.name}" of relation "${name}" already exists`)
      const filled = column.fallback ?? null
      altered = { ...altered, columns: [...columns, column], rows: rows.map((row) => [...row, filled]) }
    } else if (change.type === 'drop') {
      const at = alteredAt(columns, change.name, name, session)
      altered = { ...altered, columns: columns.toSpliced(at, 1), rows: rows.map((row) => row.toSpliced(at, 1)) }
    } else if (change.type === 'change' || change.type === 'rename column') {
      const at = alteredAt(columns, change.name, name, session)
      const changed = change.type === 'change' ? change.column : { ...columns[at]!, name: change.to }
      altered = { ...altered, columns: columns.with(at, changed) }
    } else if (change.type === 'rename table') called = change.to
  }
  tables.delete(name)
  tables.set(called, altered)
  return said('ALTER TABLE')
} // prettier-ignore

/** Where a column stands that ALTER TABLE names; refused in that statement's words. */
function alteredAt(columns: Table['columns'], column: string, relation: string, { dialect }: Session): number {
  const at = columns.findIndex((one) => one.name.toLowerCase() === column.toLowerCase())
  if (at >= 0) return at
  throw dialect === 'mysql' ? new SqlError(`Can't DROP '${column}'; check that column/key exists`, 1091, '42000') : new SqlError(`column "${column}" of relation "${relation}" does not exist`)
} // prettier-ignore

function show(what: string, session: Session): Result {
  const { databases, dialect } = session
  if (/^(databases|schemas)/.test(what))
    return table(
      ['Database'],
      [...databases.keys()].sort().map((name) => [name]),
    )
  const from = /^(?:full )?tables(?: from (\S+))?/.exec(what)
  if (from) {
    const database = from[1] ?? session.database
    if (database === undefined) throw new SqlError('No database selected', 1046, '3D000')
    const names = [...(databases.get(database)?.keys() ?? [])].sort()
    if (dialect === 'postgres')
      return table(
        ['Schema', 'Name', 'Type', 'Owner'],
        names.map((name) => ['public', name, 'table', session.user]),
      )
    return table([`Tables_in_${database}`], names.map((name) => [name])) // prettier-ignore
  }
  const like = /^(?:global |session )?(?:variables|status) like (\S+)/.exec(what)
  if (like) {
    const pattern = likePattern(like[1]!)
    return table(['Variable_name', 'Value'], Object.entries(session.variables).filter(([name]) => pattern.test(name)).map(([name, value]) => [name, value])) // prettier-ignore
  }
  return table([], [])
}

function place({ database = undefined, name }: TableName, session: Session) {
  const own = database ?? session.database
  if (own === undefined) throw new SqlError('No database selected', 1046, '3D000')
  const tables = session.databases.get(own)
  if (!tables) throw session.dialect === 'mysql' ? new SqlError(`Unknown database '${own}'`, 1049) : new SqlError(`database "${own}" does not exist`) // prettier-ignore
  return { tables, name, database: own }
}

function find(wanted: TableName, session: Session): Table {
  const { tables, name, database } = place(wanted, session)
  const found = tables.get(name)
  if (found) return found
  throw session.dialect === 'mysql'
    ? new SqlError(`Table '${database}.${name}' doesn't exist`, 1146, '42S02')
    : new SqlError(`relation "${name}" does not exist`)
}

function insert(statement: Extract<Statement, { type: 'insert' }>, session: Session): Result {
  const { dialect } = session
  const found = find(statement.table, session)
  const targets = (statement.columns ?? found.columns.map(({ name }) => name)).map((name) => columnAt(found.columns, name, session))
  const made: Value[][] = []
  for (const [i, given] of statement.rows.entries()) {
    if (dialect === 'mysql' ? given.length !== targets.length : given.length > targets.length)
      throw dialect === 'mysql' ? new SqlError(`Column count doesn't match value count at row ${i + 1}`, 1136, '21S01') : new SqlError('INSERT has more expressions than target columns') // prettier-ignore
    const row = found.columns.map((column): Value => column.fallback ?? null)
    given.forEach((value, at) => (row[targets[at]!] = evaluate(value, session)))
    for (const [at, column] of found.columns.entries()) {
      if (column.increments && row[at] === null) row[at] = found.next
      if (column.increments) found.next = Math.max(found.next, Number(row[at]) + 1)
      if (column.required && row[at] === null)
        throw dialect === 'mysql' ? new SqlError(`Field '${column.name}' doesn't have a default value`, 1364, 'HY000') : new SqlError(`null value in column "${column.name}" violates not-null constraint`) // prettier-ignore
      if (column.primary && [...found.rows, ...made].some((other) => compareValues(other[at]!, row[at]!) === 0))
        throw dialect === 'mysql' ? new SqlError(`Duplicate entry '${row[at]}' for key '${statement.table.name}.PRIMARY'`, 1062, '23000') : new SqlError(`duplicate key value violates unique constraint "${statement.table.name}_pkey"`) // prettier-ignore
      if (typeof row[at] === 'string' && /^(int|bigint|smallint|tinyint|serial|numeric|decimal|float|double|real)/i.test(column.type) && row[at] !== '' && !Number.isNaN(Number(row[at]))) row[at] = Number(row[at]) // prettier-ignore
    }
    made.push(row)
  }
  found.rows = [...found.rows, ...made]
  return said(`INSERT 0 ${made.length}`, made.length)
}

function select({ items, from, where, groupBy, orderBy, limit }: Select, session: Session): Result {
  const source = from ? find(from, session) : undefined
  let rows: (Value[] | undefined)[] = source ? source.rows : [undefined]
  if (where) rows = rows.filter((row) => truth(evaluate(where, session, source, row)))
  const columns = items.flatMap((item) => (item.expression === '*' ? (source?.columns ?? []).map(({ name }) => name) : [item.label]))
  const cells = (row: Value[] | undefined, group?: readonly (Value[] | undefined)[]) =>
    items.flatMap((item) => (item.expression === '*' ? (row ?? []) : [evaluate(item.expression, session, source, row, group)]))
  let answers: { cells: Value[]; row: Value[] | undefined }[]
  if (groupBy || items.some((item) => item.expression !== '*' && aggregates(item.expression))) {
    const groups = new Map<string, (Value[] | undefined)[]>()
    for (const row of rows) {
      const key = JSON.stringify((groupBy ?? []).map((one) => evaluate(one, session, source, row)))
      groups.set(key, [...(groups.get(key) ?? []), row])
    }
    if (!groupBy && groups.size === 0) groups.set('', [])
    answers = [...groups.values()].map((group) => ({ cells: cells(group[0], group), row: group[0] }))
  } else answers = rows.map((row) => ({ cells: cells(row), row }))
  for (const { expression, descending } of [...orderBy].reverse()) {
    const at = expression.type === 'value' ? Number(expression.value) - 1 : columns.findIndex((name) => expression.type === 'column' && name === expression.name) // prettier-ignore
    const keyOf = (answer: (typeof answers)[number]) => (at >= 0 ? answer.cells[at]! : evaluate(expression, session, source, answer.row))
    answers.sort((a, b) => compareValues(keyOf(a), keyOf(b)) * (descending ? -1 : 1))
  }
  return table(columns, answers.slice(0, limit).map((answer) => answer.cells)) // prettier-ignore
}
