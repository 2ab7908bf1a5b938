import {
  accept,
  addresses,
  close,
  connect,
  listen,
  makeDirectory,
  nowMs,
  onSignal,
  pendingSignals,
  resolve,
  sleep,
  write,
} from '../os/calls'
import { SyscallError, type Proc, type Program, type Self } from '../os/syscalls'
import { calendar } from '../../engine/time'
import { createRandom } from '../../engine/random'

const CQL_PORT = 9042
const STORAGE_PORT = 7000
const JOINING_MS = 15_000

/** A Cassandra server of the Kubernetes tutorial: joins the ring of its seeds' Service. It keeps no tables. */
export const cassandra: Program = function* (self) {
  const say = function* (where: string, text: string): Proc {
    const t = calendar(yield* nowMs())
    const two = (value: number) => String(value).padStart(2, '0')
    yield* write(1, `INFO  ${two(t.hour)}:${two(t.minute)}:${two(t.second)} ${where ? `${where} - ` : ''}${text}\n`)
  }
  yield* makeDirectory('/cassandra_data/data', { parents: true })
  yield* say('', 'Cassandra version: 3.11.2')
  yield* say('', `Node configuration:[cluster_name=${self.env.CASSANDRA_CLUSTER_NAME ?? 'Test Cluster'}]`)
  yield* sleep(JOINING_MS)
  const storage = yield* listen(STORAGE_PORT)
  const listener = yield* listen(CQL_PORT)
  yield* say('', 'Node is now part of the ring')
  yield* say('', `Starting listening for CQL clients on /0.0.0.0:${CQL_PORT} (unencrypted)...`)
  for (const signal of ['SIGTERM', 'SIGINT'] as const) yield* onSignal(signal, 'catch')
  for (;;) {
    try {
      yield* close((yield* accept(listener)).fd)
    } catch (error) {
      if (!(error instanceof SyscallError) || error.code !== 'EINTR') throw error
      if ((yield* pendingSignals()).length === 0) continue
      yield* close(storage)
      yield* say('', 'Announcing shutdown')
      return 143
    }
  }
}

/** The image's readiness probe: whether nodetool counts this node among those that are up. */
export const cassandraReady: Program = function* () {
  try {
    yield* close(yield* connect('127.0.0.1', CQL_PORT, { timeoutMs: 1000 }))
    return 0
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
    return 1
  }
}

/** `nodetool status` and `nodetool drain`. */
export const nodetool: Program = function* (self) {
  if (self.argv[1] !== 'status') return 0
  if ((yield* cassandraReady(self)) !== 0) {
    yield* write(2, "nodetool: Failed to connect to '127.0.0.1:7199' - ConnectException: 'Connection refused (Connection refused)'.\n")
    return 1
  }
  const members = yield* ring(self)
  const { CASSANDRA_DC = 'datacenter1', CASSANDRA_RACK = 'rack1' } = self.env
  const title = `Datacenter: ${CASSANDRA_DC}`
  const width = Math.max(10, ...members.map((address) => address.length))
  const owns = `${(Math.min(1, 2 / members.length) * 100).toFixed(1)}%`
  const rows = members.map((address) => {
    const random = createRandom(address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0))
    return `UN  ${address.padEnd(width)}  ${`${(80 + random.next() * 20).toFixed(2)} KiB`.padEnd(9)}  32           ${owns.padEnd(16)}  ${random.uuid()}  ${CASSANDRA_RACK}\n`
  })
  const head = `--  ${'Address'.padEnd(width)}  Load       Tokens       Owns (effective)  Host ID                               Rack\n`
  yield* write(
    1,
    `${title}\n${'='.repeat(title.length)}\nStatus=Up/Down\n|/ State=Normal/Leaving/Joining/Moving\n${head}${rows.join('')}\n`,
  )
  return 0
}

/** Addresses of all members: those behind the seed's Service that take part, and this one. */
function* ring(self: Self): Proc<readonly string[]> {
  const own = (yield* addresses()).find(({ interface: name }) => name !== 'lo')?.address ?? '127.0.0.1'
  const seed = self.env.CASSANDRA_SEEDS?.split(',')[0] ?? ''
  const service = seed.slice(seed.indexOf('.') + 1)
  const found = seed.includes('.') ? (yield* resolve(service)).map(({ value }) => value) : []
  return [...new Set([own, ...found])].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
}
