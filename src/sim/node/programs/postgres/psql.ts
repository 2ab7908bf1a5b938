import { connect, readAll, readFile, readLine, write } from '../../os/calls'
import { SyscallError, type Proc, type Program, type Self } from '../../os/syscalls'
import { isUnfinished, splitStatements } from '../sql/tokens'
import { ask, type Answer } from './server'
import { isNumeric, shown, type Result } from '../sql/values'

/** PostgreSQL's clients: psql and pg_isready. */

interface Arguments {
  readonly host: string | undefined
  readonly port: number
  readonly user: string
  readonly database: string
  readonly commands: readonly string[]
  readonly file: string | undefined
  readonly tuplesOnly: boolean
  readonly unaligned: boolean
  readonly quiet: boolean
}

function readArguments(self: Self): Arguments {
  const long: Readonly<Record<string, string>> = { host: 'h', port: 'p', username: 'U', dbname: 'd', command: 'c', file: 'f' }
  const found: Record<string, string> = {}
  const commands: string[] = []
  const flags = new Set<string>()
  const words: string[] = []
  const argv = self.argv.slice(1)
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i]!
    const named = /^--([a-z-]+)(?:=([^]*))?$/.exec(word)
    const letter = named ? long[named[1]!] : /^-[hpUdcfv]/.test(word) ? word[1] : undefined
    if (letter !== undefined) {
      const value = named ? (named[2] ?? argv[++i] ?? '') : word.length > 2 ? word.slice(2) : (argv[++i] ?? '')
      if (letter === 'c') commands.push(value)
      else found[letter] = value
    } else if (named) flags.add(named[1]!.startsWith('tuples') ? 't' : named[1]!.startsWith('no-align') ? 'A' : named[1]!)
    else if (word.startsWith('-')) {
      for (const [at, one] of [...word.slice(1)].entries()) {
        if (one === 'c') {
          commands.push(word.slice(at + 2) || (argv[++i] ?? ''))
          break
        }
        flags.add(one)
      }
    } else words.push(word)
  }
  const user = found.U ?? words[1] ?? self.env.PGUSER ?? 'root'
  const url = /^postgres(?:ql)?:\/\/([^:@/]+)(?::[^@]*)?@([^:/]+)(?::(\d+))?\/(\w+)/.exec(found.d ?? words[0] ?? '')
  return {
    host: url?.[2] ?? found.h ?? self.env.PGHOST,
    port: Number(url?.[3] ?? found.p ?? 5432),
    user: url?.[1] ?? user,
    database: url?.[4] ?? found.d ?? words[0] ?? self.env.PGDATABASE ?? user,
    commands,
    file: found.f,
    tuplesOnly: flags.has('t'),
    unaligned: flags.has('A'),
    quiet: flags.has('q'),
  }
}

const SOCKET = '/var/run/postgresql/.s.PGSQL.5432'

export const psql: Program = function* (self) {
  const given = readArguments(self)
  const { host, port, user, database } = given
  const server = host === undefined ? `connection to server on socket "${SOCKET}"` : `connection to server at "${host}", port ${port}`
  let fd: number
  try {
    fd = yield* connect(host ?? '127.0.0.1', port, { timeoutMs: 10_000 })
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
    yield* write(2, error.code === 'ENOTFOUND' ? `psql: error: could not translate host name "${host}" to address: Name or service not known\n` : `psql: error: ${server} failed: ${host === undefined ? 'No such file or directory\n\tIs the server running locally and accepting connections on that socket?' : `${error.message}\n\tIs the server running on that host and accepting TCP/IP connections?`}\n`)
    return 2
  }
  const say = (sql: string) => ask(fd, { user, password: host === undefined ? undefined : (self.env.PGPASSWORD ?? ''), database, sql })
  const opened = yield* say('')
  if (opened.error) {
    yield* write(2, `psql: error: ${server} failed: FATAL:  ${opened.error.message}\n`)
    return 2
  }
  if (given.commands.length > 0 || given.file !== undefined) {
    let code = 0
    for (const text of given.file === undefined ? given.commands : [yield* readFile(given.file)]) code = yield* runScript(given, text, say)
    return code
  }
  if (!self.isTty(0)) return yield* runScript(given, yield* readAll(0), say)
  return yield* interactive(given, say)
} // prettier-ignore

function* runScript(given: Arguments, script: string, say: (sql: string) => Proc<Answer>): Proc<number> {
  for (const sql of script.trim().startsWith('\\') ? [script.trim()] : splitStatements(script)) {
    const asked = meta(sql)
    const { error, result } = yield* say(asked?.sql ?? sql)
    if (error) {
      yield* write(2, `ERROR:  ${error.message}\n`)
      return 1
    }
    if (asked && result?.rows.length === 0) yield* write(2, 'Did not find any relations.\n')
    else if (result) yield* write(1, printed(result, given, asked?.title))
  }
  return 0
}

/** What a backslash command asks the server, and what stands over the answer. */
function meta(command: string): { readonly sql: string; readonly title: string } | undefined {
  if (/^\\l/.test(command)) return { sql: 'show databases', title: 'List of databases' }
  const table = /^\\d\+?\s+(\S+)/.exec(command)?.[1]
  if (table !== undefined) return { sql: `describe ${table}`, title: `Table "public.${table}"` }
  return /^\\d/.test(command) ? { sql: 'show tables', title: 'List of relations' } : undefined
}

function* interactive(given: Arguments, say: (sql: string) => Proc<Answer>): Proc<number> {
  const version = String((yield* say('select version()')).result?.rows[0]?.[0] ?? '').split(' ')[1]
  yield* write(1, `psql (${version})\nType "help" for help.\n\n`)
  let buffer = ''
  for (;;) {
    yield* write(1, `${given.database}${buffer === '' ? '=' : '-'}# `)
    const line = yield* readLine(0)
    if (line === '' || /^\s*(?:\\q|exit|quit)\s*$/.test(buffer + line)) return 0
    buffer += line
    if (isUnfinished(buffer)) continue
    yield* runScript(given, buffer, say)
    buffer = ''
  }
}

function printed(result: Result, { tuplesOnly, unaligned, quiet }: Arguments, title?: string): string {
  const { columns, rows, tag } = result
  if (!columns) return quiet ? '' : `${tag}\n`
  const cells = rows.map((row) => row.map((value) => shown(value, 'postgres')))
  const counted = `(${rows.length} ${rows.length === 1 ? 'row' : 'rows'})\n`
  if (unaligned) return [...(tuplesOnly ? [] : [columns.join('|')]), ...cells.map((row) => row.join('|'))].map((line) => `${line}\n`).join('') + (tuplesOnly ? '' : counted) // prettier-ignore
  const widths = columns.map((name, i) => Math.max(name.length, ...cells.map((row) => row[i]!.length)))
  const numeric = columns.map((_, i) => rows.some((row) => isNumeric(row[i]!)))
  const centred = (text: string, width: number) => ' '.repeat(Math.floor((width - text.length) / 2)) + text + ' '.repeat(Math.ceil((width - text.length) / 2))
  const lines = cells.map((row) => row.map((text, i) => ` ${numeric[i] ? text.padStart(widths[i]!) : i === columns.length - 1 ? text : text.padEnd(widths[i]!)}`).join(' |'))
  if (tuplesOnly) return `${lines.join('\n')}\n\n`
  const heading = columns.map((name, i) => ` ${centred(name, widths[i]!)} `).join('|')
  const above = title === undefined ? [] : [centred(title, heading.length).trimEnd()]
  return `${[...above, heading, widths.map((width) => '-'.repeat(width + 2)).join('+'), ...lines].join('\n')}\n${counted}\n`
} // prettier-ignore

export const pgIsReady: Program = function* (self) {
  const { host, port } = readArguments(self)
  const place = `${host ?? '/var/run/postgresql'}:${port}`
  try {
    yield* connect(host ?? '127.0.0.1', port, { timeoutMs: 3_000 })
    yield* write(1, `${place} - accepting connections\n`)
    return 0
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
    yield* write(1, `${place} - no response\n`)
    return 2
  }
}
