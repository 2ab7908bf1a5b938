import { accept, close, listen, nowMs, onSignal, pendingSignals, readLine, spawn, wait, write } from '../../os/calls'
import { SyscallError, type Proc, type Self, type Signal } from '../../os/syscalls'
import { execute } from '../sql/engine'
import type { Databases } from '../sql/evaluate'
import { loadDatabases, saveDatabases, type Saved } from './store'
import { SqlError, type Dialect, type Result, type Value } from '../sql/values'

/** What a client sends, as a line of JSON: one statement, and as whom. */
export interface Question {
  readonly user: string
  readonly password?: string
  readonly database?: string
  readonly sql: string
}

/** What it gets back. `database` is the one in use afterwards. */
export interface Answer {
  readonly result?: Result
  readonly database?: string
  readonly error?: { readonly message: string; readonly code: number; readonly state: string }
}

export interface SqlServer {
  readonly self: Self
  readonly dialect: Dialect
  readonly port: number
  readonly folder: string
  readonly variables: Readonly<Record<string, Value>>
  /** Databases there are from the beginning. */
  readonly initial: readonly string[]
  /** Why a client is not let in. */
  readonly refuses: (question: Question, peer: string) => SqlError | undefined
  readonly stopOn: readonly Signal[]
}

/** Answers clients until a signal says stop; every statement that changes something is on the disk before it is answered. */
export function* serveSql(server: SqlServer): Proc<number> {
  const { self, folder, stopOn } = server
  const databases = yield* loadDatabases(folder)
  const saved: Saved = new Map()
  for (const name of server.initial) if (!databases.has(name)) databases.set(name, new Map())
  yield* saveDatabases(folder, databases, saved)
  for (const signal of stopOn) yield* onSignal(signal, 'catch')
  const listener = yield* listen(server.port)
  for (;;) {
    try {
      const { fd, peer } = yield* accept(listener)
      yield* spawn({ argv: self.argv, env: {}, cwd: '/', fds: { 0: 0, 1: 1, 2: 2, 3: fd }, run: () => converse(server, databases, saved, 3, peer) })
      yield* close(fd)
      while ((yield* wait(undefined, { noHang: true })).pid !== 0);
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error
      if (error.code === 'ECHILD') continue
      if (error.code !== 'EINTR') throw error
      if ((yield* pendingSignals()).some((signal) => stopOn.includes(signal))) return 0
    }
  }
} // prettier-ignore

/** One connection: questions and answers, line by line. */
function* converse(server: SqlServer, databases: Databases, saved: Saved, fd: number, peer: string): Proc<number> {
  let database: string | undefined
  const transaction = {}
  for (;;) {
    const line = yield* readLine(fd)
    if (line === '') return 0
    const question = JSON.parse(line) as Question // our own clients write it
    database ??= question.database
    const session = {
      dialect: server.dialect,
      databases,
      database,
      user: question.user,
      transaction,
      nowMs: yield* nowMs(),
      variables: server.variables,
      readOnly: undefined,
    }
    let answer: Answer
    try {
      const refusal = server.refuses(question, peer)
      if (refusal) throw refusal
      if (server.dialect === 'postgres' && database !== undefined && !databases.has(database)) throw new SqlError(`database "${database}" does not exist`, 0, 'FATAL')
      const result = question.sql === '' ? undefined : execute(question.sql, session)
      database = session.database
      yield* saveDatabases(server.folder, databases, saved)
      answer = { result, database }
    } catch (error) {
      if (!(error instanceof SqlError)) throw error
      answer = { error: { message: error.message, code: error.code, state: error.state } }
    }
    yield* write(fd, `${JSON.stringify(answer)}\n`)
  }
} // prettier-ignore

/** Asks over a connection. */
export function* ask(fd: number, question: Question): Proc<Answer> {
  yield* write(fd, `${JSON.stringify(question)}\n`)
  const line = yield* readLine(fd)
  return line === ''
    ? { error: { message: 'server closed the connection unexpectedly', code: 2013, state: 'HY000' } }
    : (JSON.parse(line) as Answer) // as serveSql writes it
}
