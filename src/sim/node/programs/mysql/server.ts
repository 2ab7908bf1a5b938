import { timestamp } from '../../../engine/time'
import {
  accept,
  close,
  listDirectory,
  listen,
  nowMs,
  onSignal,
  pendingSignals,
  readFile,
  sleep,
  spawn,
  stat,
  wait,
  write,
} from '../../os/calls'
import { SyscallError, type Proc, type Program } from '../../os/syscalls'
import { ask, readMessage, type Question, type Reply } from './protocol'
import { changes, execute, SqlError, statementsOf, type Answer, type Transaction } from './sql'
import { copy, initialise, isInitialised, load, save, type Stored } from './storage'

const PORT = 3306
const INITIALISING_MS = 6000
/** How often a replica asks for what is new. */
const REPLICATION_MS = 500
const CONFIGURATION = '/etc/mysql/conf.d'

/** A MySQL server: databases and tables of plain statements, accounts with passwords, and replication from another server. */
export const mysqld = (version: string): Program =>
  function* (self) {
    const note = function* (text: string): Proc {
      yield* write(2, `${timestamp(yield* nowMs())} ${text}\n`)
    }
    yield* note(`[Note] [Entrypoint]: Entrypoint script for MySQL Server ${version} started.`)
    const fresh = !(yield* isInitialised())
    const password = self.env.MYSQL_ROOT_PASSWORD ?? self.env.MARIADB_ROOT_PASSWORD
    const empty = ['MYSQL_ALLOW_EMPTY_PASSWORD', 'MYSQL_RANDOM_ROOT_PASSWORD', 'MARIADB_ALLOW_EMPTY_ROOT_PASSWORD'].some(
      (name) => self.env[name],
    )
    if (fresh && !password && !empty) {
      yield* write(
        2,
        `${timestamp(yield* nowMs())} [ERROR] [Entrypoint]: Database is uninitialized and password option is not specified\n    You need to specify one of the following as an environment variable:\n    - MYSQL_ROOT_PASSWORD\n    - MYSQL_ALLOW_EMPTY_PASSWORD\n    - MYSQL_RANDOM_ROOT_PASSWORD\n`,
      )
      return 1
    }
    const stored = yield* load()
    if (fresh) {
      yield* note('[Note] [Entrypoint]: Initializing database files')
      yield* sleep(INITIALISING_MS)
      const { MYSQL_DATABASE: database, MYSQL_USER: user, MYSQL_PASSWORD: userPassword } = self.env
      stored.accounts.set('root', password ?? '')
      if (database) stored.databases.set(database, new Map())
      if (user) stored.accounts.set(user, userPassword ?? '')
      yield* initialise(stored)
      yield* save(stored)
      yield* note('[Note] [Entrypoint]: Database files initialized')
      yield* note('[Note] [Entrypoint]: MySQL init process done. Ready for start up.')
    }
    const settings = yield* configuration()
    const server: Server = {
      stored,
      version,
      settings,
      hostname: self.hostname,
      transactions: new Map(),
      replicating: stored.master !== undefined,
    }
    const listener = yield* listen(PORT)
    yield* note(
      `0 [System] [MY-010931] [Server] /usr/sbin/mysqld: ready for connections. Version: '${version}'  socket: '/var/run/mysqld/mysqld.sock'  port: ${PORT}  MySQL Community Server - GPL.`,
    )
    for (const signal of ['SIGTERM', 'SIGINT'] as const) yield* onSignal(signal, 'catch')
    let replica: number | undefined
    for (let children = 0; ;) {
      if (server.replicating && replica === undefined)
        replica = yield* spawn({ argv: self.argv, env: {}, cwd: '/', fds: {}, run: () => replicate(server) })
      try {
        const { fd, peer } = yield* accept(listener)
        children++
        yield* spawn({ argv: self.argv, env: {}, cwd: '/', fds: { 3: fd }, run: () => serve(server, peer.replace(/:\d+$/, '')) })
        yield* close(fd)
        for (; children > 0; children--) if ((yield* wait(undefined, { noHang: true })).pid === 0) break
      } catch (error) {
        if (!(error instanceof SyscallError) || error.code !== 'EINTR') throw error
        if ((yield* pendingSignals()).length === 0) continue
        yield* note(
          `0 [System] [MY-010910] [Server] /usr/sbin/mysqld: Shutdown complete (mysqld ${version})  MySQL Community Server - GPL.`,
        )
        return 0
      }
    }
  }

interface Server {
  readonly stored: Stored
  readonly version: string
  readonly settings: ReadonlyMap<string, string>
  readonly hostname: string
  /** Open transactions by who asks: a prompt asks anew for every line. */
  readonly transactions: Map<string, Transaction>
  replicating: boolean
}

/** `name=value` lines of the files people mount under conf.d. */
function* configuration(): Proc<ReadonlyMap<string, string>> {
  const settings = new Map<string, string>()
  if ((yield* stat(CONFIGURATION))?.type !== 'directory') return settings
  for (const name of yield* listDirectory(CONFIGURATION)) {
    if (!name.endsWith('.cnf')) continue
    for (const [, key, value = ''] of (yield* readFile(`${CONFIGURATION}/${name}`)).matchAll(/^([a-z_-]+)[ \t]*=?[ \t]*(.*?)[ \t]*$/gm))
      settings.set(key!.replaceAll('_', '-'), value)
  }
  return settings
}

/** Answers one connection. */
function* serve(server: Server, peer: string): Proc<number> {
  const line = yield* readMessage(3)
  if (line === '') return 0
  yield* write(3, `${JSON.stringify(yield* replyTo(server, peer, JSON.parse(line) as Question))}\n`) // written by protocol.ts
  return 0
}

function* replyTo(server: Server, peer: string, question: Question): Proc<Reply> {
  const { stored } = server
  if (question.ask === 'changes') return { changes: stored.changes.slice(question.since), position: stored.changes.length }
  if (question.ask === 'copy') return { files: yield* copy(stored) }
  const { user, password = '', sql } = question
  const from = peer === '127.0.0.1' || peer === '' ? 'localhost' : peer
  if (stored.accounts.get(user) !== password) {
    const message = `Access denied for user '${user}'@'${from}' (using password: ${password === '' ? 'NO' : 'YES'})`
    return { answers: [], database: undefined, refusal: { code: 1045, state: '28000', message } }
  }
  let { database } = question
  if (database !== undefined && !stored.databases.has(database))
    return { answers: [], database, refusal: { code: 1049, state: '42000', message: `Unknown database '${database}'` } }
  const answers: Answer[] = []
  let changed = false
  for (const [index, text] of statementsOf(sql).entries()) {
    try {
      const answer =
        (yield* replication(server, text)) ?? execute(text, stored.databases, database, yield* surroundings(server, `${user}@${from}`))
      if ('use' in answer && answer.use !== undefined) database = answer.use
      if (changes(text)) {
        stored.changes.push({ database, sql: text })
        changed = true
      }
      answers.push(answer)
    } catch (error) {
      if (!(error instanceof SqlError)) throw error
      if (changed) yield* save(stored)
      return { answers, database, refusal: { code: error.code, state: error.state, message: error.message, statement: index } }
    }
  }
  if (changed) yield* save(stored)
  return { answers, database }
}

function* surroundings({ settings, version, hostname, transactions }: Server, user: string) {
  const readOnly = settings.has('super-read-only')
    ? 'super-read-only'
    : settings.has('read-only') && !user.startsWith('root@')
      ? 'read-only'
      : undefined
  const onOff = (on: boolean) => (on ? '1' : '0')
  const variables = {
    server_id: settings.get('server-id') ?? '1',
    hostname,
    version,
    port: String(PORT),
    datadir: '/var/lib/mysql/',
    read_only: onOff(readOnly !== undefined),
    super_read_only: onOff(settings.has('super-read-only')),
    log_bin: onOff(settings.has('log-bin')),
    max_connections: settings.get('max-connections') ?? '151',
  }
  const transaction = transactions.get(user) ?? {}
  transactions.set(user, transaction)
  return {
    user,
    transaction,
    variables,
    nowMs: yield* nowMs(),
    readOnly: readOnly && `--${readOnly}`,
  }
}

// ---- replication ----

/** CHANGE MASTER TO, START SLAVE and SHOW SLAVE STATUS, in old words and new ones. */
function* replication(server: Server, sql: string): Proc<Answer | undefined> {
  const { stored } = server
  if (/^change (master|replication source) to/i.test(sql)) {
    const host = /(?:MASTER|SOURCE)_HOST\s*=\s*'([^']*)'/i.exec(sql)?.[1] ?? stored.master?.host ?? ''
    const position = Number(/(?:MASTER|SOURCE)_LOG_POS\s*=\s*(\d+)/i.exec(sql)?.[1] ?? stored.master?.position ?? 0)
    stored.master = { host, position }
    yield* save(stored)
    return { affected: 0 }
  }
  if (/^(start|stop) (slave|replica)/i.test(sql)) {
    server.replicating = /^start/i.test(sql) && stored.master !== undefined
    return { affected: 0 }
  }
  if (/^show (slave|replica) status/i.test(sql)) {
    const { master } = stored
    if (!master) return { columns: [], rows: [] }
    const running = server.replicating ? 'Yes' : 'No'
    const row = { Slave_IO_State: 'Waiting for master to send event', Master_Host: master.host, Master_Log_File: 'mysql-bin.000001', Read_Master_Log_Pos: String(master.position), Slave_IO_Running: running, Slave_SQL_Running: running, Seconds_Behind_Master: '0' } // prettier-ignore
    return { columns: Object.keys(row), rows: [Object.values(row)] }
  }
  return undefined
}

/** Takes over what happens at the master, again and again; one that cannot be reached is asked again. */
function* replicate(server: Server): Proc<number> {
  const { stored } = server
  for (; ; yield* sleep(REPLICATION_MS)) {
    const { master } = stored
    if (!server.replicating || !master) continue
    try {
      const reply = yield* ask(master.host, PORT, { ask: 'changes', since: master.position })
      if (!('changes' in reply) || reply.changes.length === 0) continue
      for (const { database, sql } of reply.changes) applyQuietly(sql, database, server, yield* surroundings(server, 'root@master'))
      stored.master = { host: master.host, position: reply.position }
      yield* save(stored)
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error
    }
  }
}

/** What worked at the master works here, unless somebody has changed this server behind its back; a replica that is read-only to people is not to its master. */
function applyQuietly(sql: string, database: string | undefined, { stored }: Server, around: Parameters<typeof execute>[3]) {
  try {
    execute(sql, stored.databases, database, { ...around, readOnly: undefined })
  } catch (error) {
    if (!(error instanceof SqlError)) throw error
  }
}
