import type { Pod, Service } from '../../api/types/core-v1.gen'
import { accept, close, closeChannel, onSignal, pendingSignals, poll, read, sendOnChannel, write } from '../../node/os/calls'
import { SyscallError, type Proc } from '../../node/os/syscalls'
import { ApiError, CommandError, Exit } from '../errors'
import { forwardedPorts, type ForwardedPort } from '../forwarded-ports'
import { clientConfig } from '../kubeconfig'
import { listenAt } from '../listening'
import { pathOf } from '../mapper'
import { podRunningTimeoutMs, podsOf } from '../pods-behind'
import { fetchResource, parseTargets, type Resource } from '../resources'
import { openChannels } from '../rest'
import { err, log, out, usageError, type Command, type Kubectl } from '../session'

/** `kubectl port-forward`: listens here, and gives each connection a way of its own to a port of the pod, until it is interrupted. */
export const portForward: Command = {
  *run(kubectl) {
    const { flags, args } = kubectl
    if (args.length < 2) throw usageError(kubectl, 'TYPE/NAME and list of ports are required for port-forward')
    podRunningTimeoutMs(kubectl, { withUsage: true })
    const object = yield* named(kubectl, args[0]!)
    const [resource] = yield* podsOf(kubectl, object, {})
    const pod = resource!.object as unknown as Pod // by podsOf
    const service = object.object!.kind === 'Service' ? (object.object as unknown as Service) : undefined
    const ports = forwardedPorts(args.slice(1), pod, service)
    if (pod.status?.phase !== 'Running')
      throw new CommandError(`unable to forward port because pod is not running. Current status=${pod.status?.phase ?? ''}`)
    const addresses = addressesOf(flags.list('address'))
    yield* reach(kubectl, resource!)
    const listeners = new Map<number, Listening>()
    for (const port of ports) yield* listenOn(port, addresses, listeners)
    if (listeners.size === 0)
      throw new CommandError(
        `unable to listen on any of the requested ports: [${ports.map(({ local, remote }) => `{${local} ${remote}}`).join(' ')}]`,
      )
    yield* forward(kubectl, resource!, listeners)
  },
}

/** Before it listens it goes as far as the pod once, without any port. Throws CommandError. */
function* reach(kubectl: Kubectl, { type, namespace, name }: Resource): Proc {
  try {
    const { id, fds } = yield* openChannels(kubectl, { path: pathOf(type, namespace, name, 'portforward') })
    yield* closeChannel(id)
    for (const fd of Object.values(fds)) yield* close(fd)
  } catch (error) {
    if (error instanceof ApiError) throw new CommandError(`error upgrading connection: ${error.status.message}`)
    throw error
  }
}

function* named(kubectl: Kubectl, word: string): Proc<Resource> {
  const [target] = yield* parseTargets(kubectl, { words: [word], defaultType: word.includes('/') ? undefined : 'pods' })
  if (!target || target.by !== 'name') throw new CommandError('arguments in resource/name form must have a single resource and name')
  const { namespace } = yield* clientConfig(kubectl)
  return yield* fetchResource(kubectl, {
    type: target.type,
    namespace: target.type.namespaced ? namespace : '',
    name: target.names[0]!,
  })
}

interface Address {
  readonly protocol: 'tcp4' | 'tcp6'
  readonly address: string
  /** One of `localhost`'s two addresses is enough. */
  readonly optional: boolean
}

/** `--address`: IP addresses, and `localhost` for both of this machine's own. Throws CommandError for anything else. */
function addressesOf(words: readonly string[]): Address[] {
  const found = new Map<string, Address>()
  const add = (address: string, optional: boolean) =>
    found.set(address, {
      protocol: address.includes(':') ? 'tcp6' : 'tcp4',
      address,
      optional: optional && (found.get(address)?.optional ?? true),
    })
  for (const word of words) {
    if (word === 'localhost') {
      add('127.0.0.1', true)
      add('::1', true)
    } else if (isAddress(word)) add(word, false)
    else throw new CommandError(`${word} is not a valid IP`)
  }
  if (found.size === 0) throw new CommandError('you must specify at least 1 address')
  return [...found.values()]
}

const isAddress = (word: string) =>
  /^(?:\d{1,3}\.){3}\d{1,3}$/.test(word)
    ? word.split('.').every((part) => Number(part) < 256)
    : /^[0-9a-fA-F:.]*:[0-9a-fA-F:.]*$/.test(word)

interface Listening {
  readonly local: number
  readonly remote: number
}

/** Listens on one port at each address, and says so. A port that cannot be had is told; the others go on. */
function* listenOn({ local, remote }: ForwardedPort, addresses: readonly Address[], listeners: Map<number, Listening>): Proc {
  let port = local
  const refusals: { readonly text: string; readonly optional: boolean }[] = []
  const taken: Address[] = []
  for (const address of addresses) {
    const shown = address.protocol === 'tcp6' ? `[${address.address}]` : address.address
    // Both of a machine's own addresses lead to the same sockets here.
    const twin = address.address === '::1' && taken.some((each) => each.address === '127.0.0.1')
    try {
      if (!twin) {
        const fd = yield* listenAt(port, address.address)
        port = fd.port
        listeners.set(fd.fd, { local: port, remote })
      }
      taken.push(address)
      yield* out(`Forwarding from ${shown}:${port} -> ${remote}\n`)
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error
      refusals.push({
        text: `unable to create listener: Error listen ${address.protocol} ${shown}:${port}: bind: ${error.message.toLowerCase()}`,
        optional: address.optional,
      })
    }
  }
  const enough = (optional: boolean) =>
    !refusals.some((each) => each.optional === optional) || taken.some((each) => each.optional === optional)
  if (enough(true) && enough(false)) return
  const texts = refusals.map(({ text }) => text).join(' ')
  yield* err(`Unable to listen on port ${port}: Listeners failed to create with the following errors: [${texts}]\n`)
}

/** A connection from here and its channels to the pod. */
interface Connection {
  readonly socket: number
  readonly channel: number
  readonly data: number
  readonly errors: number
  readonly ports: Listening
}

/** Serves connections until an interrupt, or until the pod is lost. */
function* forward(kubectl: Kubectl, pod: Resource, listeners: ReadonlyMap<number, Listening>): Proc {
  yield* onSignal('SIGINT', 'catch')
  const byFd = new Map<number, Connection>()
  for (;;) {
    let ready: number
    try {
      ready = yield* poll([...listeners.keys(), ...byFd.keys()])
    } catch (error) {
      if (!(error instanceof SyscallError) || error.code !== 'EINTR') throw error
      if ((yield* pendingSignals()).includes('SIGINT')) return
      continue
    }
    const ports = listeners.get(ready)
    if (ports) {
      const { fd } = yield* accept(ready)
      yield* out(`Handling connection for ${ports.local}\n`)
      const connection = yield* connectTo(kubectl, pod, fd, ports)
      for (const each of [connection.socket, connection.data, connection.errors]) byFd.set(each, connection)
    } else yield* passOn(kubectl, ready, byFd)
  }
}

function* connectTo(kubectl: Kubectl, { type, namespace, name }: Resource, socket: number, ports: Listening): Proc<Connection> {
  try {
    const path = pathOf(type, namespace, name, 'portforward')
    const { id, fds } = yield* openChannels(kubectl, { path, query: { ports: ports.remote } })
    return { socket, channel: id, data: fds[0]!, errors: fds[1]!, ports }
  } catch (error) {
    if (error instanceof SyscallError) throw error
    yield* close(socket)
    yield* err('error: lost connection to pod\n')
    throw new Exit(1)
  }
}

/** Hands on what has arrived at one end of a connection, or ends it. */
function* passOn(kubectl: Kubectl, ready: number, byFd: Map<number, Connection>): Proc {
  const connection = byFd.get(ready)!
  const { socket, channel, data, errors, ports } = connection
  const text = yield* read(ready)
  if (ready === errors) {
    byFd.delete(errors)
    if (text === '') return
    const refusal = `an error occurred forwarding ${ports.local} -> ${ports.remote}: ${text}`
    yield* log(kubectl, 'E', 'portforward.go:424', `"Unhandled Error" err=${JSON.stringify(refusal)}`)
    yield* endConnection(connection, byFd)
    yield* err('error: lost connection to pod\n')
    throw new Exit(1)
  }
  if (text !== '') {
    try {
      yield* ready === socket ? sendOnChannel(channel, 0, text) : write(socket, text)
      return
    } catch (error) {
      if (!(error instanceof SyscallError) || error.code !== 'EPIPE') throw error
    }
  }
  if (ready === socket && text === '') {
    byFd.delete(socket)
    yield* closeChannel(channel, 0)
    return
  }
  // The refusal, if there is one, is on its way on the other channel.
  if (ready === data && byFd.has(errors) && (yield* poll([errors], 0)) === errors) {
    byFd.delete(data)
    return
  }
  yield* endConnection(connection, byFd)
}

function* endConnection({ socket, channel, data, errors }: Connection, byFd: Map<number, Connection>): Proc {
  for (const fd of [socket, data, errors]) byFd.delete(fd)
  yield* close(socket)
  yield* closeChannel(channel)
  for (const fd of [data, errors]) yield* close(fd)
}
