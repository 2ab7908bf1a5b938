import { timestamp } from '../../../engine/time'
import { close, connect, nowMs, readFile, sleep, stat, write, writeFile } from '../../os/calls'
import { SyscallError, type Proc, type Program, type Self } from '../../os/syscalls'
import { bytesFromText, textFromBytes } from '../../os/text'
import type { EtcdStore } from './late-etcd'
import { boxed, mebibytes } from './tables'

/** How long a client waits for an answer unless told. */
const PATIENCE_MS = 5_000
/** Of the one member, as etcd makes them from its name and addresses. */
const MEMBER = '8e9e05c52164694d'

interface Command {
  readonly words: readonly string[]
  readonly flags: ReadonlyMap<string, string>
  readonly endpoints: readonly string[]
  readonly format: string
}

/** Flags that stand alone; all others take a value. */
const SWITCHES = new Set(['prefix', 'keys-only', 'print-value-only', 'count-only', 'from-key', 'prev-kv', 'cluster', 'hex', 'insecure-skip-tls-verify', 'insecure-transport', 'debug', 'help']) // prettier-ignore

function commandOf({ argv, env }: Self): Command {
  const words: string[] = []
  const flags = new Map<string, string>()
  for (let i = 1; i < argv.length; i++) {
    const [, name, value] = /^--?([\w-]+)(?:=(.*))?$/s.exec(argv[i]!) ?? []
    if (name === undefined || argv[i] === '-') words.push(argv[i]!)
    else if (name === 'w') flags.set('write-out', value ?? argv[++i] ?? '')
    else flags.set(name, value ?? (SWITCHES.has(name) ? 'true' : (argv[++i] ?? '')))
  }
  for (const name of ['endpoints', 'cacert', 'cert', 'key', 'write-out'])
    if (!flags.has(name) && env[`ETCDCTL_${name.toUpperCase().replace('-', '_')}`])
      flags.set(name, env[`ETCDCTL_${name.toUpperCase().replace('-', '_')}`]!)
  return { words, flags, endpoints: (flags.get('endpoints') ?? '127.0.0.1:2379').split(','), format: flags.get('write-out') ?? 'simple' }
}

type Work = (command: Command, store: EtcdStore, version: string) => Proc<number>

/** The command line of etcd's client: keys, members, health, snapshots. It speaks with the etcd of the control plane, under the certificates that one asks for. */
export const etcdctl =
  (version: string, store: EtcdStore): Program =>
  (self) =>
    runEtcdctl(version, store, self)

function* runEtcdctl(version: string, store: EtcdStore, self: Self): Proc<number> {
  const command = commandOf(self)
  const [first = '', second = ''] = command.words
  if (first === 'version') {
    yield* write(1, `etcdctl version: ${version}\nAPI version: ${version.split('.').slice(0, 2).join('.')}\n`)
    return 0
  }
  const work = commands[first] ?? commands[`${first} ${second}`]
  if (!work)
    return yield* fails(`Error: ${first === '' ? 'a command is needed' : `"${command.words.join(' ')}" is not part of the simulation`}`)
  return (yield* reach(command)) ?? (yield* work(command, store, version))
}

function* fails(text: string): Proc<number> {
  yield* write(2, `${text}\n`)
  return 1
}

/** Makes sure of certificates and connection, as the client does before it asks; the exit code when that fails. */
function* reach({ flags, endpoints }: Command): Proc<number | undefined> {
  const files = ['cacert', 'cert', 'key'].map((name) => flags.get(name))
  for (const file of files) if (file && !(yield* stat(file))) return yield* fails(`Error: open ${file}: no such file or directory`)
  for (const endpoint of endpoints) {
    const [host, port] = addressOf(endpoint)
    const problem = (yield* connectionProblem(host, port)) ?? (files.every(Boolean) ? undefined : 'error reading server preface: EOF')
    if (problem === undefined) continue
    yield* sleep(PATIENCE_MS)
    const why = `latest balancer error: last connection error: connection error: desc = \\"${problem}\\"`
    yield* write(
      2,
      `{"level":"warn","ts":"${timestamp(yield* nowMs()).replace('Z', '.000000Z')}","logger":"etcd-client","caller":"v3/retry_interceptor.go:65","msg":"retrying of unary invoker failed","target":"etcd-endpoints://0xc0003a0000/${host}:${port}","attempt":0,"error":"rpc error: code = DeadlineExceeded desc = ${why}"}\n`,
    )
    return yield* fails('Error: context deadline exceeded')
  }
  return undefined
}

function addressOf(endpoint: string): readonly [host: string, port: number] {
  const [, host = '', port = '2379'] = /^(?:https?:\/\/)?([^:/]+)(?::(\d+))?/.exec(endpoint) ?? []
  return [host, Number(port)]
}

function* connectionProblem(host: string, port: number): Proc<string | undefined> {
  try {
    yield* close(yield* connect(host, port, { timeoutMs: PATIENCE_MS }))
    return undefined
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
    return `transport: Error while dialing: dial tcp ${host}:${port}: connect: ${error.message.toLowerCase()}`
  }
}

// ---- keys ----

interface Found {
  readonly key: string
  readonly revision: number
  readonly value: () => string
  readonly remove: () => void
}

function found({ words, flags }: Command, store: EtcdStore): readonly Found[] {
  const [, key = '', end] = words
  const wanted = (each: string) =>
    flags.has('prefix')
      ? each.startsWith(key)
      : flags.has('from-key')
        ? each >= key
        : end === undefined
          ? each === key
          : each >= key && each < end
  const all: Found[] = [
    ...store.entries().map(({ key, revision, value, remove }) => ({ key, revision, remove, value: () => textFromBytes(value()) })),
    ...[...store.own].map(([key, value]) => ({ key, revision: 1, value: () => value, remove: () => void store.own.delete(key) })),
  ]
  return all.filter((each) => wanted(each.key)).sort((a, b) => (a.key < b.key ? -1 : 1))
}

function* get(command: Command, store: EtcdStore): Proc<number> {
  const { flags, format } = command
  const all = found(command, store)
  const limit = Number(flags.get('limit') ?? 0)
  const shown = limit > 0 ? all.slice(0, limit) : all
  if (format === 'json') {
    const kvs = shown.map(({ key, revision, value }) => ({ key: base64(key), create_revision: revision, mod_revision: revision, version: 1, ...(!flags.has('keys-only') && { value: base64(value()) }) })) // prettier-ignore
    yield* write(1, `${JSON.stringify({ header: { revision: store.revision() }, ...(kvs.length > 0 && { kvs }), count: all.length })}\n`)
    return 0
  }
  if (flags.has('count-only')) {
    if (format === 'fields') yield* write(1, `"Count" : ${all.length}\n`)
    return 0
  }
  for (const { key, value } of shown) {
    if (flags.has('keys-only')) yield* write(1, `${key}\n\n`)
    else yield* write(1, flags.has('print-value-only') ? `${value()}\n` : `${key}\n${value()}\n`)
  }
  return 0
}

/** A text, its bytes that are not UTF-8 among them, in base 64. */
const base64 = (text: string) => btoa(Array.from(bytesFromText(text), (byte) => String.fromCharCode(byte)).join(''))

function* put({ words }: Command, store: EtcdStore): Proc<number> {
  const [, key = '', value] = words
  if (value === undefined) return yield* fails('Error: put command needs 1 argument and input from stdin or 2 arguments')
  if (key.startsWith('/registry/')) return yield* fails('Error: writing the API server’s own keys is not part of the simulation')
  store.own.set(key, value)
  yield* write(1, 'OK\n')
  return 0
}

function* del(command: Command, store: EtcdStore): Proc<number> {
  const all = found(command, store)
  for (const { remove } of all) remove()
  yield* write(1, `${all.length}\n`)
  return 0
}

// ---- members ----

const sizeOf = (store: EtcdStore) => 20_480 + store.entries().reduce((sum, { value }) => sum + value().length + 120, 0)

function* memberList({ format }: Command): Proc<number> {
  const row = [MEMBER, 'started', 'controlplane', 'https://172.30.1.2:2380', 'https://172.30.1.2:2379', 'false']
  yield* write(
    1,
    format === 'table' ? boxed(['ID', 'STATUS', 'NAME', 'PEER ADDRS', 'CLIENT ADDRS', 'IS LEARNER'], [row]) : `${row.join(', ')}\n`,
  )
  return 0
}

function* endpointHealth({ endpoints, format }: Command): Proc<number> {
  const rows: [endpoint: string, health: string, took: string, error: string][] = []
  for (const endpoint of endpoints) {
    const fromMs = yield* nowMs()
    yield* connectionProblem(...addressOf(endpoint)) // there is none: it has just been reached
    rows.push([endpoint, 'true', `${(yield* nowMs()) - fromMs}ms`, ''])
  }
  yield* write(
    1,
    format === 'table'
      ? boxed(['ENDPOINT', 'HEALTH', 'TOOK', 'ERROR'], rows)
      : rows.map(([endpoint, , took]) => `${endpoint} is healthy: successfully committed proposal: took = ${took}\n`).join(''),
  )
  return 0
}

function* endpointStatus({ endpoints, format }: Command, store: EtcdStore, version: string): Proc<number> {
  const size = mebibytes(sizeOf(store))
  const index = String(store.revision() + 12)
  const row = (endpoint: string) => [endpoint, MEMBER, version, `${version.split('.').slice(0, 2).join('.')}.0`, size, size, '0%', '0 B', 'true', 'false', '2', index, index, '', '', 'false'] // prettier-ignore
  const heads = ['ENDPOINT', 'ID', 'VERSION', 'STORAGE VERSION', 'DB SIZE', 'IN USE', 'PERCENTAGE NOT IN USE', 'QUOTA', 'IS LEADER', 'IS LEARNER', 'RAFT TERM', 'RAFT INDEX', 'RAFT APPLIED INDEX', 'ERRORS', 'DOWNGRADE TARGET VERSION', 'DOWNGRADE ENABLED'] // prettier-ignore
  const rows = endpoints.map(row)
  yield* write(1, format === 'table' ? boxed(heads, rows) : rows.map((cells) => `${cells.join(', ')}\n`).join(''))
  return 0
}

/** How fast a database is written anew. */
const DEFRAGMENTED_BYTES_A_MS = 50_000

function* defrag({ endpoints }: Command, store: EtcdStore): Proc<number> {
  for (const endpoint of endpoints) {
    const tookMs = Math.ceil(sizeOf(store) / DEFRAGMENTED_BYTES_A_MS)
    yield* sleep(tookMs)
    yield* write(1, `Finished defragmenting etcd member[${endpoint}]. took ${tookMs}ms\n`)
  }
  return 0
}

// ---- snapshots ----

/** What a snapshot's file begins with: what `etcdutl snapshot status` tells of it. */
export interface SnapshotFacts {
  readonly revision: number
  readonly keys: number
  readonly bytes: number
  readonly version: string
}

function* snapshotSave({ words, endpoints }: Command, store: EtcdStore, version: string): Proc<number> {
  const path = words[2]
  if (path === undefined) return yield* fails('Error: snapshot save expects one argument')
  const facts: SnapshotFacts = { revision: store.revision(), keys: store.entries().length + store.own.size, bytes: sizeOf(store), version }
  const contents = store.entries().map(({ key, value }) => `${key}\n${textFromBytes(value())}\n`)
  try {
    yield* writeFile(path, `${JSON.stringify(facts)}\n${contents.join('')}`)
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
    return yield* fails(`Error: could not open ${path}.part (open ${path}.part: ${error.message.toLowerCase()})`)
  }
  const at = timestamp(yield* nowMs()).replace('Z', '.000000Z')
  const log = (msg: string, more: object) =>
    `${JSON.stringify({ level: 'info', ts: at, caller: 'snapshot/v3_snapshot.go:83', msg, ...more })}\n`
  yield* write(2, log('created temporary db file', { path: `${path}.part` }))
  yield* write(2, log('fetching snapshot', { endpoint: endpoints[0] }))
  yield* write(2, log('fetched snapshot', { endpoint: endpoints[0], size: mebibytes(facts.bytes), took: 'now', 'etcd-version': version }))
  yield* write(2, log('saved', { path }))
  yield* write(1, `Snapshot saved at ${path}\nServer version ${version}\n`)
  return 0
}

const commands: Readonly<Record<string, Work>> = {
  get,
  put,
  del,
  'member list': memberList,
  'endpoint health': endpointHealth,
  'endpoint status': endpointStatus,
  'alarm list': function* () {
    yield* write(1, '')
    return 0
  },
  defrag,
  'snapshot save': snapshotSave,
}

/** `etcdutl snapshot status FILE`: what a snapshot holds. A snapshot cannot be restored: the API server keeps its objects elsewhere. */
export const etcdutl = (version: string): Program =>
  function* (self) {
    const { words, format } = commandOf(self)
    const [first = '', second = '', path = ''] = words
    if (first === 'version') {
      yield* write(1, `etcdutl version: ${version}\nAPI version: ${version.split('.').slice(0, 2).join('.')}\n`)
      return 0
    }
    if (first !== 'snapshot' || second !== 'status') return yield* fails(`Error: "${words.join(' ')}" is not part of the simulation`)
    if (!(yield* stat(path))) return yield* fails(`Error: stat ${path}: no such file or directory`)
    const facts = factsIn(yield* readFile(path))
    if (!facts) return yield* fails('Error: snapshot file integrity check failed.')
    const hash = (facts.revision * 2_654_435_761 + facts.keys).toString(16).slice(-8)
    const row = [
      hash,
      String(facts.revision),
      String(facts.keys),
      mebibytes(facts.bytes),
      `${facts.version.split('.').slice(0, 2).join('.')}.0`,
    ]
    yield* write(
      1,
      format === 'table' ? boxed(['HASH', 'REVISION', 'TOTAL KEYS', 'TOTAL SIZE', 'STORAGE VERSION'], [row]) : `${row.join(', ')}\n`,
    )
    return 0
  }

function factsIn(text: string): SnapshotFacts | undefined {
  const [head = ''] = text.split('\n', 1)
  try {
    return head.startsWith('{"revision":') ? (JSON.parse(head) as SnapshotFacts) : undefined // written by `snapshot save`, unless somebody changed it
  } catch {
    return undefined
  }
}
