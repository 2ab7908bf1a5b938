import { listDirectory, makeDirectory, readFile, remove, stat, writeFile } from '../../os/calls'
import type { Proc } from '../../os/syscalls'
import type { Change } from './protocol'
import type { Databases, Table } from './sql'

export const DATA = '/var/lib/mysql'
const BINARY_LOG = `${DATA}/binlog.000001`
const MASTER = `${DATA}/master.info`
const ACCOUNTS = `${DATA}/mysql/user.ibd`

/** Databases that the server looks after itself. */
export const SYSTEM_DATABASES = ['information_schema', 'mysql', 'performance_schema', 'sys']

/** Where a replica takes its changes from, and how far it has come. */
export interface Master {
  readonly host: string
  readonly position: number
}

/** Everything a server keeps on its disk. */
export interface Stored {
  readonly databases: Databases
  readonly accounts: Map<string, string>
  readonly changes: Change[]
  master: Master | undefined
}

/** Whether a data folder has been initialised, as the image's entrypoint asks. */
export const isInitialised = function* (): Proc<boolean> {
  return (yield* stat(`${DATA}/mysql`))?.type === 'directory'
}

const json = function* <T>(path: string, fallback: T): Proc<T> {
  return (yield* stat(path))?.type === 'file' ? (JSON.parse(yield* readFile(path)) as T) : fallback // written below
}

/** Reads what an earlier server left; an empty folder gives an empty server. */
export function* load(): Proc<Stored> {
  const databases: Databases = new Map(SYSTEM_DATABASES.map((name) => [name, new Map()]))
  if ((yield* stat(DATA))?.type === 'directory') {
    for (const database of yield* listDirectory(DATA)) {
      const folder = `${DATA}/${database}`
      if (SYSTEM_DATABASES.includes(database) || (yield* stat(folder))?.type !== 'directory' || database.startsWith('#')) continue
      const tables = new Map<string, Table>()
      for (const file of yield* listDirectory(folder))
        if (file.endsWith('.ibd'))
          tables.set(file.slice(0, -4), yield* json<Table>(`${folder}/${file}`, { columns: [], rows: [], next: 1 }))
      databases.set(database, tables)
    }
  }
  return {
    databases,
    accounts: new Map(Object.entries(yield* json<Record<string, string>>(ACCOUNTS, {}))),
    changes: yield* json<Change[]>(BINARY_LOG, []),
    master: yield* json<Master | undefined>(MASTER, undefined),
  }
}

/** The files of a new data folder. */
export function* initialise({ accounts }: Stored): Proc {
  for (const folder of ['mysql', 'performance_schema', 'sys']) yield* makeDirectory(`${DATA}/${folder}`, { parents: true })
  for (const file of ['auto.cnf', 'ib_buffer_pool', 'ibdata1', 'ibtmp1', 'mysql.ibd', 'undo_001', 'undo_002'])
    yield* writeFile(`${DATA}/${file}`, '')
  yield* writeFile(ACCOUNTS, JSON.stringify(Object.fromEntries(accounts)))
}

/** Writes what a change has left: tables that are there, and none of those that went. */
export function* save({ databases, changes, master }: Stored): Proc {
  const own = [...databases].filter(([name]) => !SYSTEM_DATABASES.includes(name))
  for (const name of yield* listDirectory(DATA)) {
    const isFolder = (yield* stat(`${DATA}/${name}`))?.type === 'directory'
    if (isFolder && !databases.has(name) && !name.startsWith('#') && name !== 'lost+found')
      yield* remove(`${DATA}/${name}`, { recursive: true })
  }
  for (const [database, tables] of own) {
    const folder = `${DATA}/${database}`
    yield* makeDirectory(folder, { parents: true })
    for (const file of yield* listDirectory(folder)) if (!tables.has(file.replace(/\.ibd$/, ''))) yield* remove(`${folder}/${file}`)
    for (const [name, table] of tables) yield* writeFile(`${folder}/${name}.ibd`, JSON.stringify(table))
  }
  yield* writeFile(BINARY_LOG, JSON.stringify(changes))
  if (master) yield* writeFile(MASTER, JSON.stringify(master))
}

/** All files of the data folder, as a backup takes them; what is particular to this server stays behind. */
export function* copy(stored: Stored): Proc<Record<string, string>> {
  const files: Record<string, string> = {}
  for (const name of yield* listDirectory(DATA)) {
    if (['auto.cnf', 'master.info', 'binlog.000001'].includes(name) || name.startsWith('change_master') || name.startsWith('xtrabackup_'))
      continue
    const path = `${DATA}/${name}`
    if ((yield* stat(path))?.type === 'file') files[name] = yield* readFile(path)
    else
      for (const file of yield* listDirectory(path))
        if ((yield* stat(`${path}/${file}`))?.type === 'file') files[`${name}/${file}`] = yield* readFile(`${path}/${file}`)
  }
  const { master, changes } = stored
  const where = (position: number) => `MASTER_LOG_FILE='mysql-bin.000001', MASTER_LOG_POS=${position}`
  files.xtrabackup_binlog_info = `mysql-bin.000001\t${changes.length}\n`
  files.xtrabackup_slave_info = master ? `CHANGE MASTER TO ${where(master.position)};\n` : ''
  return files
}
