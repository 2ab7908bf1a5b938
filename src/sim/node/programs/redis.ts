import {
  accept,
  close,
  listen,
  nowMs,
  onSignal,
  pendingSignals,
  poll,
  read,
  readFile,
  spawn,
  stat,
  wait,
  write,
  writeFile,
} from '../os/calls'
import { SyscallError, type Proc, type Program } from '../os/syscalls'
import { byteLength } from '../os/text'
import { calendar } from '../../engine/time'

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const two = (value: number) => String(value).padStart(2, '0')
const DUMP = '/data/dump.rdb'

type Value = string | string[] | Set<string> | Map<string, string>

/** What a Redis holds. */
interface Database {
  readonly values: Map<string, Value>
  readonly expiries: Map<string, number>
  readonly settings: Map<string, string>
}

/** A Redis server: strings, numbers, lists, sets, hashes, expiry, INFO, and a dump in /data when it is told to stop. */
export const redisServer = (version: string): Program =>
  function* (self) {
    const note = function* (text: string): Proc {
      const t = calendar(yield* nowMs())
      yield* write(
        1,
        `${self.pid}:M ${two(t.day)} ${months[t.month - 1]} ${t.year} ${two(t.hour)}:${two(t.minute)}:${two(t.second)}.${String(t.millisecond).padStart(3, '0')} * ${text}\n`,
      )
    }
    const argument = (name: string) => self.argv[self.argv.indexOf(`--${name}`) + 1]
    const settings = new Map<string, string>([
      ['maxmemory', '0'],
      ['maxmemory-policy', 'noeviction'],
      ['save', '3600 1 300 100 60 10000'],
      ['appendonly', 'no'],
      ['dir', '/data'],
    ])
    const file = self.argv[1]?.endsWith('.conf') ? self.argv[1] : undefined
    if (file !== undefined)
      for (const [, name, value] of (yield* readFile(file)).matchAll(/^([a-z-]+)[ \t]+(.+?)\s*$/gm))
        settings.set(name!, bytesOf(name!, value!))
    const port = Number(self.argv.includes('--port') ? argument('port') : (settings.get('port') ?? 6379))
    yield* note('oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo')
    yield* note(`Redis version=${version}, bits=64, commit=00000000, modified=0, pid=${self.pid}, just started`)
    yield* note(file === undefined ? 'Running mode=standalone, port=' + port + '.' : 'Configuration loaded')
    yield* note('Server initialized')
    const database: Database = { values: new Map(), expiries: new Map(), settings }
    if ((yield* stat(DUMP))?.type === 'file') load(database, yield* readFile(DUMP))
    const listener = yield* listen(port)
    yield* note('Ready to accept connections tcp')
    for (const signal of ['SIGTERM', 'SIGINT'] as const) yield* onSignal(signal, 'catch')
    for (let children = 0; ;) {
      try {
        const { fd } = yield* accept(listener)
        children++
        yield* spawn({ argv: self.argv, env: {}, cwd: '/', fds: { 3: fd }, run: () => serve(database, version) })
        yield* close(fd)
        for (; children > 0; children--) if ((yield* wait(undefined, { noHang: true })).pid === 0) break
      } catch (error) {
        if (!(error instanceof SyscallError) || error.code !== 'EINTR') throw error
        if ((yield* pendingSignals()).length === 0) continue
        yield* note('User requested shutdown...')
        if ((yield* stat('/data'))?.type === 'directory') {
          yield* note('Saving the final RDB snapshot before exiting.')
          yield* save(database)
          yield* note('DB saved on disk')
        }
        yield* note('Redis is now ready to exit, bye bye...')
        return 0
      }
    }
  }

function* serve(database: Database, version: string): Proc<number> {
  let buffer = ''
  for (;;) {
    const parsed = parseCommand(buffer)
    if (!parsed) {
      yield* poll([3])
      const chunk = yield* read(3)
      if (chunk === '') return 0
      buffer += chunk
      continue
    }
    buffer = buffer.slice(parsed.length)
    const [name = '', ...args] = parsed.words
    if (name === '') continue
    if (name.toUpperCase() === 'QUIT') {
      yield* write(3, '+OK\r\n')
      return 0
    }
    if (['SAVE', 'BGSAVE'].includes(name.toUpperCase())) yield* save(database)
    yield* write(3, execute(database, name.toUpperCase(), args, yield* nowMs(), version))
  }
}

function* save({ values }: Database): Proc {
  const plain = [...values].map(([key, value]) => [
    key,
    value instanceof Set ? { set: [...value] } : value instanceof Map ? { hash: [...value] } : value,
  ])
  yield* writeFile(DUMP, JSON.stringify(plain))
}

function load({ values }: Database, text: string) {
  // What is read here was written by `save` above.
  for (const [key, value] of JSON.parse(text) as [string, string | string[] | { set?: string[]; hash?: [string, string][] }][]) {
    values.set(key, typeof value === 'string' || Array.isArray(value) ? value : value.set ? new Set(value.set) : new Map(value.hash))
  }
}

/** The first complete command of a buffer, in RESP or typed on a line. */
export function parseCommand(buffer: string): { readonly words: readonly string[]; readonly length: number } | undefined {
  if (!buffer.startsWith('*')) {
    const end = buffer.indexOf('\n')
    if (end < 0) return undefined
    const words = [...buffer.slice(0, end).matchAll(/"((?:[^"\\]|\\.)*)"|'([^']*)'|(\S+)/g)].map(
      ([, double, single, bare]) => double?.replace(/\\(.)/g, '$1') ?? single ?? bare ?? '',
    )
    return { words, length: end + 1 }
  }
  let at = buffer.indexOf('\r\n')
  if (at < 0) return undefined
  const count = Number(buffer.slice(1, at))
  const words: string[] = []
  at += 2
  for (let i = 0; i < count; i++) {
    const end = buffer.indexOf('\r\n', at)
    if (end < 0) return undefined
    const bytes = Number(buffer.slice(at + 1, end))
    const word = takeBytes(buffer, end + 2, bytes)
    if (word === undefined || buffer.length < end + 4 + word.length) return undefined
    words.push(word)
    at = end + 4 + word.length
  }
  return { words, length: at }
}

function takeBytes(text: string, from: number, bytes: number): string | undefined {
  let taken = text.slice(from, from + bytes)
  while (byteLength(taken) > bytes) taken = taken.slice(0, -1)
  return byteLength(taken) === bytes ? taken : undefined
}

// ---- answers ----

const simple = (text: string) => `+${text}\r\n`
const failure = (text: string) => `-${text}\r\n`
const integer = (value: number) => `:${value}\r\n`
const bulk = (text: string | undefined) => (text === undefined ? '$-1\r\n' : `$${byteLength(text)}\r\n${text}\r\n`)
const list = (items: readonly string[]) => `*${items.length}\r\n${items.map(bulk).join('')}`
const WRONG_TYPE = failure('WRONGTYPE Operation against a key holding the wrong kind of value')

type Command = (database: Database, args: readonly string[], now: number, version: string) => string

const text = (database: Database, key: string) => {
  const value = database.values.get(key)
  return value === undefined || typeof value === 'string' ? { value } : undefined
}
const items = (database: Database, key: string): string[] | undefined => {
  const value = database.values.get(key) ?? []
  return Array.isArray(value) ? value : undefined
}
const members = (database: Database, key: string) => {
  const value = database.values.get(key) ?? new Set<string>()
  return value instanceof Set ? value : undefined
}
const fields = (database: Database, key: string) => {
  const value = database.values.get(key) ?? new Map<string, string>()
  return value instanceof Map ? value : undefined
}

function add(database: Database, key: string, by: number): string {
  const found = text(database, key)
  if (!found) return WRONG_TYPE
  const value = Number(found.value ?? 0)
  if (!Number.isInteger(value)) return failure('ERR value is not an integer or out of range')
  database.values.set(key, String(value + by))
  return integer(value + by)
}

function push(database: Database, [key = '', ...added]: readonly string[], front: boolean): string {
  const list = items(database, key)
  if (!list) return WRONG_TYPE
  const next = front ? [...added.reverse(), ...list] : [...list, ...added]
  database.values.set(key, next)
  return integer(next.length)
}

function pop(database: Database, key: string, front: boolean): string {
  const list = items(database, key)
  if (!list) return WRONG_TYPE
  const taken = front ? list[0] : list.at(-1)
  const rest = front ? list.slice(1) : list.slice(0, -1)
  if (rest.length > 0) database.values.set(key, rest)
  else database.values.delete(key)
  return bulk(taken)
}

const glob = (pattern: string) =>
  new RegExp(
    `^${pattern
      .replace(/[.+^${}()|\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
  )

const commands: Readonly<Record<string, Command>> = {
  PING: (_, [message]) => (message === undefined ? simple('PONG') : bulk(message)),
  ECHO: (_, [message]) => bulk(message ?? ''),
  SELECT: () => simple('OK'),
  AUTH: () => simple('OK'),
  COMMAND: () => list([]),
  SAVE: () => simple('OK'),
  BGSAVE: () => simple('Background saving started'),
  REPLICAOF: () => simple('OK'),
  SLAVEOF: () => simple('OK'),
  SET(database, [key = '', value = '', ...options], now) {
    database.values.set(key, value)
    database.expiries.delete(key)
    const seconds = options.findIndex((option) => option.toUpperCase() === 'EX')
    if (seconds >= 0) database.expiries.set(key, now + 1000 * Number(options[seconds + 1]))
    return simple('OK')
  },
  GET(database, [key = '']) {
    const found = text(database, key)
    return found ? bulk(found.value) : WRONG_TYPE
  },
  APPEND(database, [key = '', more = '']) {
    const found = text(database, key)
    if (!found) return WRONG_TYPE
    database.values.set(key, (found.value ?? '') + more)
    return integer(((found.value ?? '') + more).length)
  },
  MGET: (database, keys) => `*${keys.length}\r\n${keys.map((key) => bulk(text(database, key)?.value)).join('')}`,
  DEL: (database, keys) => integer(keys.filter((key) => database.values.delete(key)).length),
  EXISTS: (database, keys) => integer(keys.filter((key) => database.values.has(key)).length),
  KEYS: (database, [pattern = '*']) => list([...database.values.keys()].filter((key) => glob(pattern).test(key)).sort()),
  DBSIZE: (database) => integer(database.values.size),
  INCR: (database, [key = '']) => add(database, key, 1),
  DECR: (database, [key = '']) => add(database, key, -1),
  INCRBY: (database, [key = '', by = '0']) => add(database, key, Number(by)),
  EXPIRE(database, [key = '', seconds = '0'], now) {
    if (!database.values.has(key)) return integer(0)
    database.expiries.set(key, now + 1000 * Number(seconds))
    return integer(1)
  },
  TTL(database, [key = ''], now) {
    const due = database.expiries.get(key)
    return integer(!database.values.has(key) ? -2 : due === undefined ? -1 : Math.ceil((due - now) / 1000))
  },
  TYPE(database, [key = '']) {
    const value = database.values.get(key)
    return simple(
      value === undefined
        ? 'none'
        : typeof value === 'string'
          ? 'string'
          : Array.isArray(value)
            ? 'list'
            : value instanceof Set
              ? 'set'
              : 'hash',
    )
  },
  LPUSH: (database, args) => push(database, args, true),
  RPUSH: (database, args) => push(database, args, false),
  LPOP: (database, [key = '']) => pop(database, key, true),
  RPOP: (database, [key = '']) => pop(database, key, false),
  LLEN: (database, [key = '']) => integer(items(database, key)?.length ?? 0),
  LRANGE(database, [key = '', from = '0', to = '-1']) {
    const found = items(database, key)
    if (!found) return WRONG_TYPE
    const at = (index: number) => (index < 0 ? found.length + index : index)
    return list(found.slice(Math.max(0, at(Number(from))), at(Number(to)) + 1))
  },
  SADD(database, [key = '', ...added]) {
    const found = members(database, key)
    if (!found) return WRONG_TYPE
    const next = new Set([...found, ...added])
    database.values.set(key, next)
    return integer(next.size - found.size)
  },
  SMEMBERS: (database, [key = '']) => list([...(members(database, key) ?? [])].sort()),
  SCARD: (database, [key = '']) => integer(members(database, key)?.size ?? 0),
  HSET(database, [key = '', ...pairs]) {
    const found = fields(database, key)
    if (!found) return WRONG_TYPE
    const next = new Map(found)
    for (let i = 0; i + 1 < pairs.length; i += 2) next.set(pairs[i]!, pairs[i + 1]!)
    database.values.set(key, next)
    return integer(next.size - found.size)
  },
  HGET: (database, [key = '', field = '']) => bulk(fields(database, key)?.get(field)),
  HGETALL: (database, [key = '']) => list([...(fields(database, key) ?? [])].flat()),
  FLUSHALL(database) {
    database.values.clear()
    return simple('OK')
  },
  FLUSHDB: (database) => commands.FLUSHALL!(database, [], 0, ''),
  CONFIG(database, [verb = '', name = '', value = '']) {
    if (verb.toUpperCase() === 'SET') {
      database.settings.set(name, bytesOf(name, value))
      return simple('OK')
    }
    return list([...database.settings].filter(([setting]) => glob(name).test(setting)).flat())
  },
  INFO: (database, _, __, version) =>
    bulk(
      `# Server\r\nredis_version:${version}\r\nredis_mode:standalone\r\n# Replication\r\nrole:master\r\nconnected_slaves:0\r\n# Keyspace\r\ndb0:keys=${database.values.size},expires=${database.expiries.size},avg_ttl=0\r\n`,
    ),
}

/** Memory sizes are kept in bytes: `2mb` is 2097152. */
function bytesOf(name: string, value: string): string {
  const size = name === 'maxmemory' ? /^(\d+)(k|m|g)?b?$/i.exec(value) : null
  return size ? String(Number(size[1]) * 1024 ** ('kmg'.indexOf((size[2] ?? '').toLowerCase() || 'x') + 1)) : value
}

function execute(database: Database, name: string, args: readonly string[], now: number, version: string): string {
  for (const [key, due] of database.expiries) {
    if (due > now) continue
    database.values.delete(key)
    database.expiries.delete(key)
  }
  const command = commands[name]
  if (!command)
    return failure(`ERR unknown command '${name.toLowerCase()}', with args beginning with: ${args.map((arg) => `'${arg}' `).join('')}`)
  return command(database, args, now, version)
}
