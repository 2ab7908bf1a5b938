import { listDirectory, nowMs, sleep, stat, write, writeFile } from '../os/calls'
import { timestamp } from '../../engine/time'
import type { Proc, Program, Self } from '../os/syscalls'
import { daemon } from './daemon'
import { serveSql } from './postgres/server'
import { SqlError } from './sql/values'

/** A row of a database server: what it needs, says and leaves behind. */
interface DatabaseServer {
  readonly port: number
  readonly folder: string
  /** Written into an empty data folder, so that it is seen to persist. */
  readonly files: readonly string[]
  /** Why it refuses to start, given its environment and whether the data folder is new. */
  readonly refuses?: (env: Readonly<Record<string, string>>, fresh: boolean) => string | undefined
  readonly initMs: number
  readonly lines: (version: string, stamp: string, fresh: boolean) => readonly string[]
  /** How it answers its clients once it has said its lines; without it nobody is answered. */
  readonly serve?: (self: Self, version: string, folder: string) => Proc<number>
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
      if (server.serve) {
        for (const line of lines) yield* write(2, `${line}\n`)
        return yield* server.serve(self, version, folder)
      }
      return yield* daemon({
        lines: lines.map((line) => `${line}\n`),
        ports: [server.port],
        stderr: true,
        stopOn: ['SIGTERM', 'SIGINT', 'SIGQUIT'],
      })(self)
    }

function* servePostgres(self: Self, version: string, folder: string): Proc<number> {
  const user = self.env.POSTGRES_USER ?? 'postgres'
  const trusting = self.env.POSTGRES_HOST_AUTH_METHOD === 'trust'
  return yield* serveSql({
    self,
    dialect: 'postgres',
    port: 5432,
    folder: `${folder}/base`,
    variables: { version },
    initial: ['postgres', 'template0', 'template1', self.env.POSTGRES_DB ?? user],
    stopOn: ['SIGTERM', 'SIGINT', 'SIGQUIT'],
    refuses(question) {
      if (question.user !== user) return new SqlError(`role "${question.user}" does not exist`)
      if (question.password === undefined || trusting || question.password === self.env.POSTGRES_PASSWORD) return undefined
      return new SqlError(
        question.password === '' ? 'fe_sendauth: no password supplied' : `password authentication failed for user "${user}"`,
      )
    },
  })
}

export const postgres = databaseServer({
  port: 5432,
  folder: '/var/lib/postgresql/data',
  serve: servePostgres,
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
