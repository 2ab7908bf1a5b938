import { connect, listDirectory, nowMs, sleep, stat, write, writeFile } from '../os/calls'
import { timestamp } from '../../engine/time'
import { SyscallError, type Proc, type Program } from '../os/syscalls'
import { daemon } from './daemon'

/** A row of a database server: what it needs, says and leaves behind. The servers keep no tables: tutorials look at their logs, ports and files. */
interface DatabaseServer {
  readonly port: number
  readonly folder: string
  /** Written into an empty data folder, so that it is seen to persist. */
  readonly files: readonly string[]
  /** Why it refuses to start, given its environment and whether the data folder is new. */
  readonly refuses?: (env: Readonly<Record<string, string>>, fresh: boolean) => string | undefined
  readonly initMs: number
  readonly lines: (version: string, stamp: string, fresh: boolean) => readonly string[]
}

const isEmpty = function* (folder: string): Proc<boolean> {
  if ((yield* stat(folder)) === undefined) return true
  return (yield* listDirectory(folder)).length === 0
}

const databaseServer =
  (server: DatabaseServer) =>
  (version: string): Program =>
    function* (self) {
      const folder = self.env.PGDATA ?? server.folder
      const fresh = yield* isEmpty(folder)
      const refusal = server.refuses?.(self.env, fresh)
      if (refusal !== undefined) {
        yield* write(2, refusal)
        return 1
      }
      if (fresh) yield* sleep(server.initMs)
      if (fresh && (yield* stat(folder))?.type === 'directory') for (const name of server.files) yield* writeFile(`${folder}/${name}`, '')
      const lines = server.lines(version, timestamp(yield* nowMs()), fresh)
      return yield* daemon({
        lines: lines.map((line) => `${line}\n`),
        ports: [server.port],
        stderr: true,
        stopOn: ['SIGTERM', 'SIGINT', 'SIGQUIT'],
      })(self)
    }

export const postgres = databaseServer({
  port: 5432,
  folder: '/var/lib/postgresql/data',
  files: ['PG_VERSION', 'postgresql.conf', 'pg_hba.conf', 'postmaster.pid'],
  initMs: 3000,
  refuses: (env, fresh) =>
    fresh && !env.POSTGRES_PASSWORD && env.POSTGRES_HOST_AUTH_METHOD !== 'trust'
      ? 'Error: Database is uninitialized and superuser password is not specified.\n       You must specify POSTGRES_PASSWORD to a non-empty value for the\n       superuser. For example, "-e POSTGRES_PASSWORD=password" on "docker run".\n'
      : undefined,
  lines: (version, stamp, fresh) => {
    const at = `${stamp.replace('T', ' ').replace('Z', '.000 UTC')} [1] LOG: `
    return [
      ...(fresh
        ? ['PostgreSQL init process complete; ready for start up.', '']
        : ['PostgreSQL Database directory appears to contain a database; Skipping initialization', '']),
      `${at} starting PostgreSQL ${version} on x86_64-pc-linux-gnu, 64-bit`,
      `${at} listening on IPv4 address "0.0.0.0", port 5432`,
      `${at} database system is ready to accept connections`,
    ]
  },
})

export const mongod = databaseServer({
  port: 27017,
  folder: '/data/db',
  files: ['WiredTiger', 'storage.bson', 'mongod.lock'],
  initMs: 1500,
  lines: (_, stamp) => [
    `{"t":{"$date":"${stamp}"},"s":"I","c":"NETWORK","id":23015,"ctx":"listener","msg":"Listening on","attr":{"address":"0.0.0.0"}}`,
    `{"t":{"$date":"${stamp}"},"s":"I","c":"NETWORK","id":23016,"ctx":"listener","msg":"Waiting for connections","attr":{"port":27017,"ssl":"off"}}`,
  ],
})

/** A client that can tell whether the server is there, and no more. */
const client = (
  fallbackPort: number,
  hostFlags: readonly string[],
  unreachable: (host: string, port: number) => string,
  answer: string,
): Program =>
  function* (self) {
    const value = (flag: string) => {
      const at = self.argv.indexOf(flag)
      if (at >= 0) return self.argv[at + 1]
      return self.argv
        .find((word) => word.startsWith(flag) && word.length > flag.length)
        ?.slice(flag.length)
        .replace(/^=/, '')
    }
    const host = hostFlags.map(value).find((found) => found !== undefined) ?? '127.0.0.1'
    try {
      yield* connect(host, fallbackPort, { timeoutMs: 10_000 })
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error
      yield* write(2, `${unreachable(host, fallbackPort)}\n`)
      return error.code === 'ENOTFOUND' || fallbackPort === 5432 ? 2 : 1
    }
    yield* write(1, answer)
    return 0
  }

export const psql = client(
  5432,
  ['-h', '--host'],
  (host, port) => `psql: error: connection to server at "${host}", port ${port} failed: Connection refused`,
  '',
)
export const pgIsReady = client(
  5432,
  ['-h', '--host'],
  (host, port) => `${host}:${port} - no response`,
  '/var/run/postgresql:5432 - accepting connections\n',
)
