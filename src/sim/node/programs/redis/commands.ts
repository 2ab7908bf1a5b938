import { array, bulk, failure, integer, list, simple } from './protocol'
import { expire, SortedSet, type Database, type Value } from './database'
import { information, type ServerState } from './state'

/** What the commands of Redis do and answer (redis.io/commands): those that people type, and those that work queues use. */

interface Request {
  readonly database: Database
  readonly server: ServerState
  readonly args: readonly string[]
  readonly now: number
}

interface Command {
  /** How many arguments it takes at the least. */
  readonly least: number
  /** Whether it changes data: refused by a follower, handed on by a leader. */
  readonly writes?: boolean
  readonly run: (request: Request) => string
}

const WRONG_TYPE = failure('WRONGTYPE Operation against a key holding the wrong kind of value')
const NOT_AN_INTEGER = failure('ERR value is not an integer or out of range')
const OK = simple('OK')

// ---- values by type: undefined where the key holds another type ----

const isText = (value: Value): value is string => typeof value === 'string'
const isList = (value: Value): value is readonly string[] => Array.isArray(value)
const isSet = (value: Value): value is ReadonlySet<string> => value instanceof Set
const isHash = (value: Value): value is ReadonlyMap<string, string> => value instanceof Map
const isSorted = (value: Value): value is SortedSet => value instanceof SortedSet

const heldAs = <T extends Value>(is: (value: Value) => value is T, empty: T) => ({ values }: Database, key: string): T | undefined => {
  const value = values.get(key) ?? empty
  return is(value) ? value : undefined
} // prettier-ignore
const items = heldAs(isList, [])
const members = heldAs(isSet, new Set())
const fields = heldAs(isHash, new Map())
const sorted = heldAs(isSorted, new SortedSet())

/** The text of a key, in a box so that "there is none" differs from "it is no text". */
const textOf = ({ values }: Database, key: string): { readonly value: string | undefined } | undefined => {
  const value = values.get(key)
  return value === undefined || isText(value) ? { value } : undefined
}

/** Puts a value; a collection that has become empty is gone. */
function put(database: Database, key: string, value: Value) {
  const size = isText(value) ? 1 : isList(value) ? value.length : isSorted(value) ? value.scores.size : value.size
  if (size > 0) return void database.values.set(key, value)
  database.values.delete(key)
  database.expiries.delete(key)
}

const remove = ({ values, expiries }: Database, key: string) => (expiries.delete(key), values.delete(key))

// ---- the commands ----

const reading = (least: number, run: Command['run']): Command => ({ least, run })
const writing = (least: number, run: Command['run']): Command => ({ least, writes: true, run })
const answering = (text: string): Command => ({ least: 0, run: () => simple(text) })

/** Adds to a number; `by` reads the amount from the arguments. */
const counting = (least: number, by: (args: readonly string[]) => number): Command =>
  writing(least, ({ database, args }) => {
    const [key = ''] = args
    const found = textOf(database, key)
    if (!found) return WRONG_TYPE
    const value = Number(found.value ?? 0) + by(args)
    if (!Number.isInteger(value)) return NOT_AN_INTEGER
    database.values.set(key, String(value))
    return integer(value)
  })

/** LPUSH and RPUSH. */
const pushing = (front: boolean): Command =>
  writing(2, ({ database, args: [key = '', ...added] }) => {
    const held = items(database, key)
    if (!held) return WRONG_TYPE
    const next = front ? [...added.reverse(), ...held] : [...held, ...added]
    database.values.set(key, next)
    return integer(next.length)
  })

/** Takes from an end of a list: undefined when it is empty, `wrong` when it is no list. */
function take(database: Database, key: string, front: boolean): string | undefined | typeof wrong {
  const held = items(database, key)
  if (!held) return wrong
  put(database, key, front ? held.slice(1) : held.slice(0, -1))
  return front ? held[0] : held.at(-1)
}
const wrong = Symbol('wrong type')

/** LPOP and RPOP. */
const popping = (front: boolean): Command =>
  writing(1, ({ database, args: [key = '', count] }) => {
    if (count === undefined) {
      const taken = take(database, key, front)
      return taken === wrong ? WRONG_TYPE : bulk(taken)
    }
    const taken = Array.from({ length: Math.min(Number(count), items(database, key)?.length ?? 0) }, () => take(database, key, front))
    return list(taken.filter((one) => typeof one === 'string'))
  })

/** From the end of one list to the front of another. */
const moving = (ends: (args: readonly string[]) => readonly [fromFront: boolean, toFront: boolean], least: number): Command =>
  writing(least, ({ database, args }) => {
    const [from = '', to = ''] = args
    const [fromFront, toFront] = ends(args)
    if (!items(database, to)) return WRONG_TYPE
    const taken = take(database, from, fromFront)
    if (taken === wrong) return WRONG_TYPE
    if (taken === undefined) return bulk(undefined)
    const held = items(database, to)!
    database.values.set(to, toFront ? [taken, ...held] : [...held, taken])
    return bulk(taken)
  })

const isLeft = (word: string | undefined) => word?.toUpperCase() === 'LEFT'
const rotate = moving(() => [false, true], 2)
const move = moving((args) => [isLeft(args[2]), isLeft(args[3])], 4)

/** BLPOP and BRPOP once something may be there: the key's name and the element, or nil when all are empty. */
const poppingFirst = (front: boolean): Command =>
  writing(2, ({ database, args }) => {
    for (const key of args.slice(0, -1)) {
      const taken = take(database, key, front)
      if (taken === wrong) return WRONG_TYPE
      if (taken !== undefined) return list([key, taken])
    }
    return NIL_LIST
  })
const NIL_LIST = '*-1\r\n'

const glob = (pattern: string) =>
  new RegExp(`^${pattern.replace(/[.+^${}()|\\]/g, '\\$&').replaceAll('*', '.*').replaceAll('?', '.')}$`) // prettier-ignore

const expiring = (milliseconds: number): Command =>
  writing(2, ({ database, args: [key = '', count = ''], now }) => {
    if (!database.values.has(key)) return integer(0)
    database.expiries.set(key, now + milliseconds * Number(count))
    return integer(1)
  })

const remaining = (milliseconds: number): Command =>
  reading(1, ({ database, args: [key = ''], now }) => {
    const due = database.expiries.get(key)
    return integer(!database.values.has(key) ? -2 : due === undefined ? -1 : Math.ceil((due - now) / milliseconds))
  })

const set: Command = writing(2, ({ database, args: [key = '', value = '', ...options], now }) => {
  const words = options.map((option) => option.toUpperCase())
  const there = database.values.has(key)
  if ((words.includes('NX') && there) || (words.includes('XX') && !there)) return bulk(undefined)
  const after = (word: string) => (words.includes(word) ? Number(options[words.indexOf(word) + 1]) : undefined)
  const lasting = after('PX') ?? (after('EX') === undefined ? undefined : after('EX')! * 1000)
  if (Number.isNaN(lasting)) return NOT_AN_INTEGER
  database.values.set(key, value)
  if (!words.includes('KEEPTTL')) database.expiries.delete(key)
  if (lasting !== undefined) database.expiries.set(key, now + lasting)
  return OK
})

const clear = writing(0, ({ database }) => {
  database.values.clear()
  database.expiries.clear()
  return OK
})

const range: Command = reading(3, ({ database, args: [key = '', from = '0', to = '-1', ...options] }) => {
  const held = sorted(database, key)
  if (!held) return WRONG_TYPE
  const inOrder = options.some((word) => word.toUpperCase() === 'REV') ? held.inOrder().reverse() : held.inOrder()
  const withScores = options.some((word) => word.toUpperCase() === 'WITHSCORES')
  return list(between(inOrder, from, to).flatMap(([member, score]) => (withScores ? [member, String(score)] : [member])))
})

/** A part of a list by first and last place, negative ones counted from the end. */
function between<T>(all: readonly T[], from: string, to: string): readonly T[] {
  const at = (index: number) => (index < 0 ? all.length + index : index)
  return all.slice(Math.max(0, at(Number(from))), at(Number(to)) + 1)
}

export const commands: Readonly<Record<string, Command>> = {
  PING: reading(0, ({ args: [message] }) => (message === undefined ? simple('PONG') : bulk(message))),
  ECHO: reading(1, ({ args: [message = ''] }) => bulk(message)),
  SELECT: answering('OK'),
  CLIENT: answering('OK'),
  COMMAND: reading(0, () => list([])),
  SAVE: answering('OK'),
  BGSAVE: answering('Background saving started'),
  TIME: reading(0, ({ now }) => list([String(Math.floor(now / 1000)), String((now % 1000) * 1000)])),
  DBSIZE: reading(0, ({ database }) => integer(database.values.size)),
  FLUSHALL: clear,
  FLUSHDB: clear,
  CONFIG: reading(2, ({ server, args: [verb = '', name = '', value = ''] }) => {
    if (verb.toUpperCase() === 'GET') return list([...server.settings].filter(([setting]) => glob(name).test(setting)).flat())
    if (verb.toUpperCase() !== 'SET') return failure(`ERR unknown subcommand '${verb}'. Try CONFIG HELP.`)
    server.settings.set(name, settingValue(name, value))
    return OK
  }),
  INFO: reading(0, ({ server, database, args: [section] }) => bulk(information(server, database, section))),
  ROLE: reading(0, ({ server: { leader, followers } }) =>
    leader
      ? array([bulk('slave'), bulk(leader.host), integer(leader.port), bulk(leader.linked ? 'connected' : 'connect'), integer(0)])
      : array([bulk('master'), integer(0), array([...followers.values()].map(({ address, port }) => list([address, String(port), '0'])))])),

  // keys
  DEL: writing(1, ({ database, args }) => integer(args.filter((key) => remove(database, key)).length)),
  UNLINK: writing(1, ({ database, args }) => integer(args.filter((key) => remove(database, key)).length)),
  EXISTS: reading(1, ({ database, args }) => integer(args.filter((key) => database.values.has(key)).length)),
  KEYS: reading(1, ({ database, args: [pattern = '*'] }) => list([...database.values.keys()].filter((key) => glob(pattern).test(key)).sort())),
  SCAN: reading(1, ({ database, args }) => {
    const pattern = glob(args[args.findIndex((word) => word.toUpperCase() === 'MATCH') + 1 || -1] ?? '*')
    return array([bulk('0'), list([...database.values.keys()].filter((key) => pattern.test(key)).sort())])
  }),
  TYPE: reading(1, ({ database, args: [key = ''] }) => {
    const value = database.values.get(key)
    return simple(value === undefined ? 'none' : isText(value) ? 'string' : isList(value) ? 'list' : isSet(value) ? 'set' : isSorted(value) ? 'zset' : 'hash')
  }),
  RENAME: writing(2, ({ database, args: [from = '', to = ''] }) => {
    const value = database.values.get(from)
    if (value === undefined) return failure('ERR no such key')
    remove(database, from)
    database.values.set(to, value)
    return OK
  }),
  EXPIRE: expiring(1000),
  PEXPIRE: expiring(1),
  PERSIST: writing(1, ({ database, args: [key = ''] }) => integer(database.expiries.delete(key) ? 1 : 0)),
  TTL: remaining(1000),
  PTTL: remaining(1),

  // strings and numbers
  SET: set,
  SETNX: writing(2, ({ database, args: [key = '', value = ''] }) => {
    if (database.values.has(key)) return integer(0)
    database.values.set(key, value)
    return integer(1)
  }),
  SETEX: writing(3, ({ database, args: [key = '', seconds = '0', value = ''], now }) => {
    database.values.set(key, value)
    database.expiries.set(key, now + 1000 * Number(seconds))
    return OK
  }),
  MSET: writing(2, ({ database, args }) => {
    for (let i = 0; i + 1 < args.length; i += 2) database.values.set(args[i]!, args[i + 1]!)
    return OK
  }),
  GET: reading(1, ({ database, args: [key = ''] }) => {
    const found = textOf(database, key)
    return found ? bulk(found.value) : WRONG_TYPE
  }),
  MGET: reading(1, ({ database, args }) => array(args.map((key) => bulk(textOf(database, key)?.value)))),
  STRLEN: reading(1, ({ database, args: [key = ''] }) => {
    const found = textOf(database, key)
    return found ? integer((found.value ?? '').length) : WRONG_TYPE
  }),
  APPEND: writing(2, ({ database, args: [key = '', more = ''] }) => {
    const found = textOf(database, key)
    if (!found) return WRONG_TYPE
    const next = (found.value ?? '') + more
    database.values.set(key, next)
    return integer(next.length)
  }),
  INCR: counting(1, () => 1),
  DECR: counting(1, () => -1),
  INCRBY: counting(2, ([, by]) => Number(by)),
  DECRBY: counting(2, ([, by]) => -Number(by)),

  // lists
  LPUSH: pushing(true),
  RPUSH: pushing(false),
  LPOP: popping(true),
  RPOP: popping(false),
  LLEN: reading(1, ({ database, args: [key = ''] }) => integer(items(database, key)?.length ?? 0)),
  LINDEX: reading(2, ({ database, args: [key = '', at = '0'] }) => bulk(items(database, key)?.at(Number(at)))),
  LRANGE: reading(3, ({ database, args: [key = '', from = '0', to = '-1'] }) => {
    const held = items(database, key)
    return held ? list(between(held, from, to)) : WRONG_TYPE
  }),
  LREM: writing(3, ({ database, args: [key = '', count = '0', value = ''] }) => {
    const held = items(database, key)
    if (!held) return WRONG_TYPE
    const most = Number(count) === 0 ? held.length : Math.abs(Number(count))
    const places = held.flatMap((one, at) => (one === value ? [at] : []))
    const gone = new Set(Number(count) < 0 ? places.slice(-most) : places.slice(0, most))
    put(database, key, held.filter((_, at) => !gone.has(at)))
    return integer(gone.size)
  }),
  RPOPLPUSH: rotate,
  LMOVE: move,
  BRPOPLPUSH: { ...rotate, least: 3 },
  BLMOVE: { ...move, least: 5 },
  BLPOP: poppingFirst(true),
  BRPOP: poppingFirst(false),

  // sets
  SADD: writing(2, ({ database, args: [key = '', ...added] }) => {
    const held = members(database, key)
    if (!held) return WRONG_TYPE
    const next = new Set([...held, ...added])
    database.values.set(key, next)
    return integer(next.size - held.size)
  }),
  SREM: writing(2, ({ database, args: [key = '', ...gone] }) => {
    const held = members(database, key)
    if (!held) return WRONG_TYPE
    const next = new Set([...held].filter((member) => !gone.includes(member)))
    put(database, key, next)
    return integer(held.size - next.size)
  }),
  SMEMBERS: reading(1, ({ database, args: [key = ''] }) => list([...(members(database, key) ?? [])].sort())),
  SISMEMBER: reading(2, ({ database, args: [key = '', member = ''] }) => integer(members(database, key)?.has(member) ? 1 : 0)),
  SCARD: reading(1, ({ database, args: [key = ''] }) => integer(members(database, key)?.size ?? 0)),

  // hashes
  HSET: writing(3, ({ database, args: [key = '', ...pairs] }) => {
    const held = fields(database, key)
    if (!held) return WRONG_TYPE
    const next = new Map(held)
    for (let i = 0; i + 1 < pairs.length; i += 2) next.set(pairs[i]!, pairs[i + 1]!)
    database.values.set(key, next)
    return integer(next.size - held.size)
  }),
  HDEL: writing(2, ({ database, args: [key = '', ...gone] }) => {
    const held = fields(database, key)
    if (!held) return WRONG_TYPE
    const next = new Map([...held].filter(([field]) => !gone.includes(field)))
    put(database, key, next)
    return integer(held.size - next.size)
  }),
  HGET: reading(2, ({ database, args: [key = '', field = ''] }) => bulk(fields(database, key)?.get(field))),
  HEXISTS: reading(2, ({ database, args: [key = '', field = ''] }) => integer(fields(database, key)?.has(field) ? 1 : 0)),
  HLEN: reading(1, ({ database, args: [key = ''] }) => integer(fields(database, key)?.size ?? 0)),
  HKEYS: reading(1, ({ database, args: [key = ''] }) => list([...(fields(database, key)?.keys() ?? [])])),
  HVALS: reading(1, ({ database, args: [key = ''] }) => list([...(fields(database, key)?.values() ?? [])])),
  HGETALL: reading(1, ({ database, args: [key = ''] }) => list([...(fields(database, key) ?? [])].flat())),

  // sorted sets
  ZADD: writing(3, ({ database, args: [key = '', ...pairs] }) => {
    const held = sorted(database, key)
    if (!held) return WRONG_TYPE
    const next = new Map(held.scores)
    for (let i = 0; i + 1 < pairs.length; i += 2) next.set(pairs[i + 1]!, Number(pairs[i]))
    database.values.set(key, new SortedSet(next))
    return integer(next.size - held.scores.size)
  }),
  ZINCRBY: writing(3, ({ database, args: [key = '', by = '0', member = ''] }) => {
    const held = sorted(database, key)
    if (!held) return WRONG_TYPE
    const score = (held.scores.get(member) ?? 0) + Number(by)
    database.values.set(key, new SortedSet(new Map(held.scores).set(member, score)))
    return bulk(String(score))
  }),
  ZREM: writing(2, ({ database, args: [key = '', ...gone] }) => {
    const held = sorted(database, key)
    if (!held) return WRONG_TYPE
    const next = new Map([...held.scores].filter(([member]) => !gone.includes(member)))
    put(database, key, new SortedSet(next))
    return integer(held.scores.size - next.size)
  }),
  ZSCORE: reading(2, ({ database, args: [key = '', member = ''] }) => bulk(sorted(database, key)?.scores.get(member)?.toString())),
  ZCARD: reading(1, ({ database, args: [key = ''] }) => integer(sorted(database, key)?.scores.size ?? 0)),
  ZRANGE: range,
  ZREVRANGE: reading(3, (request) => range.run({ ...request, args: [...request.args, 'REV'] })),
} // prettier-ignore

/** Commands that wait for an element: what they answer while there is none, and for how long they wait (their last word, in seconds; 0: for ever). */
export const waiting: ReadonlyMap<string, string> = new Map([
  ['BLPOP', NIL_LIST],
  ['BRPOP', NIL_LIST],
  ['BRPOPLPUSH', bulk(undefined)],
  ['BLMOVE', bulk(undefined)],
])

/** A setting as it is kept: memory sizes in bytes, `2mb` is 2097152. */
export function settingValue(name: string, value: string): string {
  const size = name === 'maxmemory' ? /^(\d+)(k|m|g)?b?$/i.exec(value) : null
  return size ? String(Number(size[1]) * 1024 ** ('kmg'.indexOf((size[2] ?? '').toLowerCase() || 'x') + 1)) : value
}

/** Runs a command of a client (or of the leader, whose word a follower takes) and answers in RESP. */
export function execute(server: ServerState, database: Database, typed: string, args: readonly string[], now: number, from: 'client' | 'leader'): string {
  expire(database, now)
  const name = typed.toUpperCase()
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (!command) return failure(`ERR unknown command '${typed}', with args beginning with: ${args.map((arg) => `'${arg}' `).join('')}`)
  if (args.length < command.least) return failure(`ERR wrong number of arguments for '${name.toLowerCase()}' command`)
  if (command.writes && server.leader && from === 'client') return failure("READONLY You can't write against a read only replica.")
  return command.run({ database, server, args, now })
} // prettier-ignore
