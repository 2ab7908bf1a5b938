import { read, readLine, write } from '../../os/calls'
import { SyscallError, type Proc, type Program, type Self } from '../../os/syscalls'
import { ask, type Refusal, type Reply } from './protocol'
import { statementsOf, type Answer } from './sql'

const PORT = 3306

/** What the command line of mysql and mysqladmin says. */
interface Options {
  readonly host: string
  readonly user: string
  readonly password: string | undefined
  readonly database: string | undefined
  readonly execute: string | undefined
  readonly names: boolean
  readonly table: boolean
  readonly words: readonly string[]
}

/** `mysql -h HOST -uUSER -pPASSWORD [-e SQL] [DATABASE]`: statements from the command line, a pipe, or somebody typing. */
export const mysqlClient: Program = function* (self) {
  const options = optionsOf(self.argv.slice(1), self.env)
  if (options.password !== undefined && options.password !== self.env.MYSQL_PWD)
    yield* write(2, 'mysql: [Warning] Using a password on the command line interface can be insecure.\n')
  if (options.execute !== undefined) return (yield* run(options, options.database, options.execute, options.table || self.isTty(1))).code
  if (self.isTty(0)) return yield* prompt(options)
  let text = ''
  for (let chunk = yield* read(0); chunk !== ''; chunk = yield* read(0)) text += chunk
  return (yield* run(options, options.database, text, options.table)).code
}

/** `mysqladmin ping`, `version`, `status`. */
export const mysqlAdmin: Program = function* (self) {
  const { host, user, password, words } = optionsOf(self.argv.slice(1), self.env)
  const reply = yield* asking(host, user, password, undefined, '')
  if ('code' in reply) {
    yield* write(2, `mysqladmin: connect to server at '${host}' failed\nerror: '${describe(host, reply)}'\n`)
    return 1
  }
  // A server that refuses the password is alive all the same.
  yield* write(1, words[0] === 'ping' ? 'mysqld is alive\n' : 'Uptime: 60  Threads: 2  Questions: 3  Slow queries: 0\n')
  return 0
}

function optionsOf(args: readonly string[], env: Self['env']): Options {
  const given = new Map<string, string>()
  const words: string[] = []
  const names: Readonly<Record<string, string>> = {
    h: 'host',
    u: 'user',
    p: 'password',
    e: 'execute',
    D: 'database',
    P: 'port',
    N: 'skip-column-names',
    t: 'table',
    s: 'silent',
    B: 'batch',
  }
  for (let i = 0; i < args.length; i++) {
    const word = args[i]!
    const long = /^--([a-z-]+)(?:=(.*))?$/s.exec(word)
    const short = /^-([a-zA-Z])(.*)$/s.exec(word)
    if (long) given.set(long[1]!, long[2] ?? (['host', 'user', 'execute', 'database', 'port'].includes(long[1]!) ? (args[++i] ?? '') : ''))
    else if (short && 'huePD'.includes(short[1]!)) given.set(names[short[1]!]!, short[2] || (args[++i] ?? ''))
    else if (short) {
      given.set(names[short[1]!] ?? short[1]!, short[2]!)
      if (short[1] !== 'p') for (const letter of short[2]!) given.set(names[letter] ?? letter, '')
    } else words.push(word)
  }
  return {
    host: given.get('host') ?? 'localhost',
    user: given.get('user') ?? 'root',
    password: given.get('password') ?? env.MYSQL_PWD,
    database: given.get('database') ?? words[0],
    execute: given.get('execute'),
    names: !given.has('skip-column-names'),
    table: given.has('table'),
    words,
  }
}

type Heard = Exclude<Reply, { files: unknown } | { changes: unknown }>

/** The server's reply, or the system's word for why there is none. */
function* asking(
  host: string,
  user: string,
  password: string | undefined,
  database: string | undefined,
  sql: string,
): Proc<Heard | { readonly code: string }> {
  try {
    return (yield* ask(host === 'localhost' ? '127.0.0.1' : host, PORT, { ask: 'run', user, password, database, sql })) as Heard // `run` is answered so
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
    return { code: error.code }
  }
}

function describe(host: string, { code }: { readonly code: string }): string {
  if (code === 'ENOTFOUND') return `Unknown MySQL server host '${host}' (-2)`
  if (host === 'localhost') return "Can't connect to local MySQL server through socket '/var/run/mysqld/mysqld.sock' (2)"
  return `Can't connect to MySQL server on '${host}:${PORT}' (${code === 'ETIMEDOUT' ? 110 : 111})`
}

function* run(
  options: Options,
  database: string | undefined,
  sql: string,
  asTable: boolean,
): Proc<{ readonly code: number; readonly database: string | undefined }> {
  const { host, user, password, names } = options
  const vertical = /\\G\s*;?\s*$/.test(sql)
  const reply = yield* asking(host, user, password, database, sql.replaceAll(/\\[Gg]/g, ';'))
  if ('code' in reply) {
    const number = reply.code === 'ENOTFOUND' ? 2005 : host === 'localhost' ? 2002 : 2003
    yield* write(2, `ERROR ${number} (HY000): ${describe(host, reply)}\n`)
    return { code: 1, database }
  }
  for (const answer of reply.answers)
    if ('columns' in answer) yield* write(1, vertical ? asLines(answer) : asTable ? asBox(answer, names) : asTabs(answer, names))
  if (reply.refusal) yield* write(2, `${refusalText(reply.refusal, sql)}\n`)
  return { code: reply.refusal ? 1 : 0, database: reply.database }
}

function refusalText({ code, state, message, statement }: Refusal, sql: string): string {
  if (statement === undefined) return `ERROR ${code} (${state}): ${message}`
  const before = sql.indexOf(statementsOf(sql)[statement] ?? '')
  return `ERROR ${code} (${state}) at line ${sql.slice(0, Math.max(0, before)).split('\n').length}: ${message}`
}

type Rows = Extract<Answer, { columns: unknown }>
const shown = (value: string | null) => value ?? 'NULL'

const asTabs = ({ columns, rows }: Rows, names: boolean) =>
  rows.length === 0 ? '' : [...(names ? [columns] : []), ...rows].map((row) => `${row.map(shown).join('\t')}\n`).join('')

function asBox({ columns, rows }: Rows, names: boolean): string {
  if (rows.length === 0) return ''
  const widths = columns.map((column, i) => Math.max(names ? column.length : 0, ...rows.map((row) => shown(row[i]!).length)))
  const rule = `+${widths.map((width) => '-'.repeat(width + 2)).join('+')}+\n`
  const isNumber = columns.map((_, i) => rows.every((row) => /^-?\d+(\.\d+)?$/.test(shown(row[i]!))))
  const line = (cells: readonly string[], heading = false) =>
    `|${cells.map((cell, i) => ` ${isNumber[i] && !heading ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)} |`).join('')}\n`
  return `${rule}${names ? line(columns, true) + rule : ''}${rows.map((row) => line(row.map(shown))).join('')}${rule}`
}

function asLines({ columns, rows }: Rows): string {
  const width = Math.max(0, ...columns.map((column) => column.length))
  const stars = '*'.repeat(27)
  return rows
    .map(
      (row, n) =>
        `${stars} ${n + 1}. row ${stars}\n${columns.map((column, i) => `${column.padStart(width)}: ${shown(row[i]!)}\n`).join('')}`,
    )
    .join('')
}

/** The monitor: a statement is complete at its semicolon. */
function* prompt(options: Options): Proc<number> {
  const first = yield* asking(options.host, options.user, options.password, options.database, '')
  if ('code' in first || first.refusal) return (yield* run(options, options.database, '', true)).code
  yield* write(
    1,
    "Welcome to the MySQL monitor.  Commands end with ; or \\g.\n\nType 'help;' or '\\h' for help. Type '\\c' to clear the current input statement.\n\n",
  )
  let { database } = options
  for (let text = ''; ;) {
    yield* write(1, text === '' ? 'mysql> ' : '    -> ')
    const line = yield* readLine(0)
    if (line === '' || (text === '' && /^\s*(exit|quit|\\q);?\s*$/i.test(line))) {
      yield* write(1, 'Bye\n')
      return 0
    }
    text += line
    if (text.trim() === '') text = ''
    if (!/(;|\\[gG])\s*$/.test(text)) continue
    const use = /^\s*use\s+(\w+)/i.exec(text)
    const ran = yield* run(options, database, text, true)
    if (use && ran.code === 0) yield* write(1, 'Database changed\n')
    if (ran.code === 0) database = ran.database
    text = ''
  }
}
