import {
  accept,
  close,
  connect,
  kill,
  listen,
  nowMs,
  onSignal,
  pendingSignals,
  poll,
  read,
  readFile,
  sleep,
  spawn,
  stat,
  wait,
  write,
  writeFile,
} from '../../os/calls'
import { describeErrno, SyscallError, type Proc, type Program, type Self } from '../../os/syscalls'
import { calendar } from '../../../engine/time'
import { commands, execute, settingValue, waiting } from './commands'
import { createDatabase, dump, restore, type Database } from './database'
import { bulk, encodeCommand, failure, parseBulk, parseCommand, simple } from './protocol'
import type { ServerState } from './state'

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const two = (value: number) => String(value).padStart(2, '0')
const DUMP = '/data/dump.rdb'
const RECONNECT_MS = 1_000

/** A server at work: one memory, many processes (one a connection). */
interface Redis {
  readonly argv: readonly string[]
  readonly state: ServerState
  readonly database: Database
  readonly note: (text: string) => Proc
}

/**
 * A Redis server: strings, numbers, lists, sets, hashes, sorted sets, expiry, a password, waiting for list elements, replication (a leader
 * sends all it holds and then each change), and a dump in /data when it is told to stop.
 */
export const redisServer =
  (version: string): Program =>
  (self) =>
    serveRedis(version, self)

function* serveRedis(version: string, self: Self): Proc<number> {
  const { argv } = self
  if (argv[1] === '--version' || argv[1] === '-v') {
    yield* write(1, `Redis server v=${version} sha=00000000:1 malloc=jemalloc-5.3.0 bits=64 build=9c9d8b8d8a9d8b8d\n`)
    return 0
  }
  const state = yield* configured(version, argv)
  const redis: Redis = {
    argv,
    state,
    database: createDatabase(),
    *note(text) {
      const t = calendar(yield* nowMs())
      const clock = `${two(t.hour)}:${two(t.minute)}:${two(t.second)}.${String(t.millisecond).padStart(3, '0')}`
      yield* write(1, `${self.pid}:${state.leader ? 'S' : 'M'} ${two(t.day)} ${months[t.month - 1]} ${t.year} ${clock} * ${text}\n`)
    },
  }
  const { database, note } = redis
  yield* note('oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo')
  yield* note(`Redis version=${version}, bits=64, commit=00000000, modified=0, pid=${self.pid}, just started`)
  yield* note(argv[1]?.endsWith('.conf') ? 'Configuration loaded' : `Running mode=standalone, port=${state.port}.`)
  yield* note('Server initialized')
  if ((yield* stat(DUMP))?.type === 'file') restore(database, yield* readFile(DUMP))
  const listener = yield* listen(state.port)
  yield* note('Ready to accept connections tcp')
  for (const signal of ['SIGTERM', 'SIGINT'] as const) yield* onSignal(signal, 'catch')
  if (state.leader) yield* startFollowing(redis)
  for (let children = 0; ;) {
    try {
      const { fd, peer } = yield* accept(listener)
      children++
      yield* spawn({ argv: self.argv, env: {}, cwd: '/', fds: { 1: 1, 3: fd }, run: ({ pid }) => serve(redis, pid, peer) })
      yield* close(fd)
      for (; children > 0; children--) if ((yield* wait(undefined, { noHang: true })).pid === 0) break
    } catch (error) {
      if (!(error instanceof SyscallError) || error.code !== 'EINTR') throw error
      if ((yield* pendingSignals()).length === 0) continue
      yield* note('User requested shutdown...')
      if ((yield* stat('/data'))?.type === 'directory') {
        yield* note('Saving the final RDB snapshot before exiting.')
        yield* writeFile(DUMP, dump(database))
        yield* note('DB saved on disk')
      }
      yield* note('Redis is now ready to exit, bye bye...')
      return 0
    }
  }
}

/** Settings from the file and from flags, which win; `slaveof` is `replicaof` under its old name. */
function* configured(version: string, argv: readonly string[]): Proc<ServerState> {
  const settings = new Map([
    ['maxmemory', '0'],
    ['maxmemory-policy', 'noeviction'],
    ['save', '3600 1 300 100 60 10000'],
    ['appendonly', 'no'],
    ['dir', '/data'],
  ])
  const file = argv[1]?.endsWith('.conf') ? yield* readFile(argv[1]) : ''
  for (const [, name, value] of file.matchAll(/^([a-z-]+)[ \t]+(.+?)\s*$/gm)) settings.set(name!, settingValue(name!, value!))
  for (const [at, word] of argv.entries()) {
    if (!word.startsWith('--')) continue
    const until = argv.findIndex((other, place) => place > at && other.startsWith('--'))
    const value = argv.slice(at + 1, until < 0 ? undefined : until).join(' ')
    settings.set(word.slice(2), settingValue(word.slice(2), value))
  }
  const [host, port = '6379'] = (settings.get('replicaof') ?? settings.get('slaveof') ?? '').split(/\s+/)
  return {
    version,
    port: Number(settings.get('port') ?? 6379),
    settings,
    leader: host ? { host, port: Number(port), linked: false } : undefined,
    followers: new Map(),
    copier: undefined,
    waiters: new Set(),
  }
}

/** One connection: a client's, or a follower's once it has asked for everything. */
function* serve(redis: Redis, pid: number, peer: string): Proc<number> {
  const { state, database } = redis
  let buffer = ''
  let known = !state.settings.get('requirepass')
  let followerPort = 6379
  yield* onSignal('SIGUSR1', 'catch')
  for (;;) {
    const parsed = parseCommand(buffer)
    if (!parsed) {
      const chunk = yield* received(3)
      if (chunk === '') return 0
      buffer += chunk ?? ''
      continue
    }
    buffer = buffer.slice(parsed.length)
    const [typed, ...args] = parsed.words
    if (!typed) continue
    const name = typed.toUpperCase()
    if (name === 'QUIT') {
      yield* write(3, simple('OK'))
      return 0
    }
    if (name === 'AUTH') {
      const password = state.settings.get('requirepass')
      if (password && args.at(-1) === password) known = true
      yield* write(3, authenticated(password, known))
    } else if (!known) yield* write(3, failure('NOAUTH Authentication required.'))
    else if (name === 'REPLCONF') {
      if (args[0] === 'listening-port') followerPort = Number(args[1])
      yield* write(3, simple('OK'))
    } else if (name === 'PSYNC' || name === 'SYNC') return yield* feed(redis, pid, peer, followerPort)
    else if (name === 'REPLICAOF' || name === 'SLAVEOF') yield* write(3, yield* replicaOf(redis, args))
    else if (waiting.has(name)) yield* write(3, yield* awaited(redis, pid, name, args))
    else {
      if (name === 'SAVE' || name === 'BGSAVE') yield* writeFile(DUMP, dump(database))
      yield* write(3, yield* perform(redis, typed, args))
    }
  }
}

/** What a descriptor brings next; undefined when a signal comes in between. */
function* received(fd: number): Proc<string | undefined> {
  try {
    yield* poll([fd])
    return yield* read(fd)
  } catch (error) {
    if (!(error instanceof SyscallError) || error.code !== 'EINTR') throw error
    yield* pendingSignals()
    return undefined
  }
}

function authenticated(password: string | undefined, known: boolean): string {
  if (!password)
    return failure(
      'ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?',
    )
  return known ? simple('OK') : failure('WRONGPASS invalid username-password pair or user is disabled.')
}

/** Runs a command; a change is handed to followers, and whoever waits for an element looks again. */
function* perform({ state, database }: Redis, name: string, args: readonly string[]): Proc<string> {
  const answer = execute(state, database, name, args, yield* nowMs(), 'client')
  if (!commands[name.toUpperCase()]?.writes || answer.startsWith('-')) return answer
  for (const [pid, follower] of state.followers) {
    follower.unsent += encodeCommand([name, ...args])
    yield* wake(pid)
  }
  for (const pid of state.waiters) yield* wake(pid)
  return answer
}

function* wake(pid: number): Proc {
  try {
    yield* kill(pid, 'SIGUSR1')
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error // it has just ended
  }
}

/** A command that waits until there is an element, or until its time is over. */
function* awaited(redis: Redis, pid: number, name: string, args: readonly string[]): Proc<string> {
  const { waiters } = redis.state
  const nothing = waiting.get(name)!
  const seconds = Number(args.at(-1))
  if (Number.isNaN(seconds)) return failure('ERR timeout is not a float or out of range')
  const until = seconds === 0 ? Infinity : (yield* nowMs()) + seconds * 1000
  waiters.add(pid)
  try {
    for (;;) {
      const answer = yield* perform(redis, name, args)
      const left = until - (yield* nowMs())
      if (answer !== nothing || left <= 0) return answer
      yield* untilSignal(left === Infinity ? 60_000 : left)
    }
  } finally {
    waiters.delete(pid)
  }
}

function* untilSignal(ms: number): Proc {
  if ((yield* pendingSignals()).length > 0) return
  try {
    yield* sleep(ms)
  } catch (error) {
    if (!(error instanceof SyscallError) || error.code !== 'EINTR') throw error
    yield* pendingSignals()
  }
}

// ---- replication ----

/** Sends a follower everything, and then each change as it happens. */
function* feed({ state, database, note }: Redis, pid: number, address: string, port: number): Proc<number> {
  const follower = { address, port, unsent: '' }
  yield* note(`Replica ${address}:${port} asks for synchronization`)
  yield* write(3, simple(`FULLRESYNC ${'0'.repeat(40)} 0`) + bulk(dump(database)))
  state.followers.set(pid, follower)
  yield* note(`Synchronization with replica ${address}:${port} succeeded`)
  try {
    for (;;) {
      if (follower.unsent !== '') {
        const { unsent } = follower
        follower.unsent = ''
        yield* write(3, unsent)
        continue
      }
      if ((yield* received(3)) === '') return 0
    }
  } finally {
    state.followers.delete(pid)
  }
}

function* replicaOf(redis: Redis, [host = '', port = '']: readonly string[]): Proc<string> {
  const { state, note } = redis
  if (host.toUpperCase() === 'NO' && port.toUpperCase() === 'ONE') {
    state.leader = undefined
    if (state.copier !== undefined) yield* wake(state.copier)
    yield* note('MASTER MODE enabled (user request)')
    return simple('OK')
  }
  if (!/^\d+$/.test(port)) return failure('ERR Invalid master port')
  state.leader = { host, port: Number(port), linked: false }
  yield* note(`REPLICAOF ${host}:${port} enabled (user request)`)
  if (state.copier === undefined) yield* startFollowing(redis)
  else yield* wake(state.copier)
  return simple('OK')
}

function* startFollowing(redis: Redis): Proc {
  redis.state.copier = yield* spawn({ argv: redis.argv, env: {}, cwd: '/', fds: { 1: 1 }, run: () => follow(redis) })
}

/** The process that copies a leader's data, whoever that is at the moment. */
function* follow(redis: Redis): Proc<number> {
  const { state } = redis
  yield* onSignal('SIGUSR1', 'catch')
  for (let { leader } = state; leader; leader = state.leader) {
    try {
      yield* copyFrom(redis, leader)
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error
      yield* redis.note(`Unable to connect to MASTER: ${describeErrno(error.code)}`)
    }
    leader.linked = false
    if (state.leader === leader) yield* untilSignal(RECONNECT_MS)
  }
  state.copier = undefined
  return 0
}

function* copyFrom({ state, database, note }: Redis, leader: NonNullable<ServerState['leader']>): Proc {
  yield* note(`Connecting to MASTER ${leader.host}:${leader.port}`)
  const fd = yield* connect(leader.host, leader.port)
  try {
    yield* note('MASTER <-> REPLICA sync started')
    const password = state.settings.get('masterauth')
    const greeting = [...(password ? [['AUTH', password]] : []), ['REPLCONF', 'listening-port', String(state.port)], ['PSYNC', '?', '-1']]
    yield* write(fd, greeting.map(encodeCommand).join(''))
    let buffer = ''
    while (state.leader === leader) {
      const chunk = yield* received(fd)
      if (chunk === '') return yield* note('Connection with master lost.')
      buffer += chunk ?? ''
      if (!leader.linked) {
        const everything = /\+FULLRESYNC [^\r]*\r\n(?=\$)/.exec(buffer)
        if (/^-/m.test(buffer) && !everything) return yield* note(`Unexpected reply to PSYNC from master: ${/^-.*/m.exec(buffer)![0].trim()}`)
        const held = everything ? parseBulk(buffer, everything.index + everything[0].length) : undefined
        if (!held) continue
        restore(database, held.text)
        buffer = buffer.slice(held.end)
        leader.linked = true
        yield* note('MASTER <-> REPLICA sync: Finished with success')
      }
      for (let parsed = parseCommand(buffer); parsed && buffer !== ''; parsed = parseCommand(buffer)) {
        buffer = buffer.slice(parsed.length)
        const [name = '', ...args] = parsed.words
        execute(state, database, name, args, yield* nowMs(), 'leader')
      }
    }
  } finally {
    yield* close(fd)
  }
} // prettier-ignore
