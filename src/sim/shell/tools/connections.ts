import { accept, addresses, close, connect, endWriting, listen, nowMs, poll, read, sleep, write } from '../../node/os/calls'
import { type Proc, SyscallError } from '../../node/os/syscalls'
import { lookUp } from './lookup'
import { complain, parseOptions, tool, ToolError } from './tool'

/** Tools on connections and addresses: nc, ping, ip, ifconfig. */

export const nc = tool(function* (context, args) {
  const options = parseOptions(context, args, { short: 'zvlkp:w:nue:q:Ni:s:46', long: {} })
  const timeoutMs = options.has('w') ? Number(options.get('w')) * 1000 : undefined
  // busybox' always does, the other one when it is told to.
  const halves = context.busybox || options.has('N')
  if (options.has('l')) {
    const port = Number(options.get('p') ?? options.operands.at(-1))
    const listening = yield* listen(port)
    do {
      const { fd } = yield* accept(listening)
      yield* joinStreams(fd, halves)
      yield* close(fd)
    } while (options.has('k'))
    return 0
  }
  const [name, ports] = options.operands
  if (name === undefined || ports === undefined) throw new ToolError('\x00usage: nc [-46lkuvz] [-p port] [-w timeout] [host] [port]')
  const [from, to] = ports.split('-').map(Number) as [number, number?]
  let code = 1
  for (let port = from; port <= (to ?? from); port++) {
    try {
      const fd = yield* connect(name, port, { timeoutMs, protocol: options.has('u') ? 'udp' : 'tcp' })
      code = 0
      if (options.has('v'))
        yield* write(2, context.busybox ? `${name} (${name}:${port}) open\n` : `Connection to ${name} ${port} port [tcp/*] succeeded!\n`)
      if (!options.has('z')) yield* joinStreams(fd, halves, timeoutMs)
      yield* close(fd)
    } catch (error) {
      if (!(error instanceof SyscallError) || error.code === 'EINTR' || error.code === 'EPIPE') throw error
      if (context.busybox)
        yield* write(
          2,
          `nc: ${error.code === 'ENOTFOUND' ? `bad address '${name}'` : `${options.has('v') ? `${name} (${name}:${port}): ` : ''}${error.code === 'ETIMEDOUT' ? 'timed out' : error.message}`}\n`,
        )
      else if (options.has('v') || error.code === 'ENOTFOUND')
        yield* write(
          2,
          error.code === 'ENOTFOUND'
            ? `nc: getaddrinfo for host "${name}" port ${port}: Name or service not known\n`
            : `nc: connect to ${name} port ${port} (tcp) ${error.code === 'ETIMEDOUT' ? 'timed out: Operation now in progress' : `failed: ${error.message}`}\n`,
        )
    }
  }
  return code
})

/** Standard input to the connection, the connection to standard output, until the other side is done. `halves`: it hears when the input has ended. */
function* joinStreams(fd: number, halves: boolean, timeoutMs?: number): Proc {
  let inputOpen = true
  for (;;) {
    const ready = yield* poll(inputOpen ? [fd, 0] : [fd], timeoutMs)
    if (ready < 0) return
    const chunk = yield* read(ready)
    if (ready === fd) {
      if (chunk === '') return
      yield* write(1, chunk)
    } else if (chunk === '') {
      inputOpen = false
      if (halves) yield* endWriting(fd)
    } else yield* write(fd, chunk)
  }
}

export const ping = tool(function* (context, args) {
  const options = parseOptions(context, args, { short: 'c:i:W:w:qn46s:t:I:' })
  const [name] = options.operands
  if (name === undefined)
    throw new ToolError(
      context.busybox
        ? '\x00BusyBox v1.36.1 multi-call binary.\n\nUsage: ping [OPTIONS] HOST'
        : 'usage error: Destination address required',
      context.busybox ? 1 : 2,
    )
  let address = name
  if (!/^[\d.]+$/.test(name)) {
    const found = yield* lookUp(name, {})
    if (found === 'timeout' || found.length === 0)
      throw new ToolError(context.busybox ? `bad address '${name}'` : `${name}: Name or service not known`, context.busybox ? 1 : 2)
    address = found[0]!.value
  }
  const count = Number(options.get('c') ?? Infinity)
  yield* write(1, context.busybox ? `PING ${name} (${address}): 56 data bytes\n` : `PING ${name} (${address}) 56(84) bytes of data.\n`)
  let received = 0
  let sent = 0
  const times: number[] = []
  const own = (yield* addresses()).some((one) => one.address === address)
  try {
    while (sent < count) {
      const begun = yield* nowMs()
      let alive = own
      try {
        // No ICMP here: whoever answers or refuses a connection is there.
        yield* close(yield* connect(address, 7, { timeoutMs: Number(options.get('W') ?? 1) * 1000 }))
        alive = true
      } catch (error) {
        if (!(error instanceof SyscallError) || error.code === 'EINTR') throw error
        if (error.code === 'ECONNREFUSED') alive = true
      }
      const ms = Math.max(0.05, (yield* nowMs()) - begun)
      if (alive) {
        received++
        times.push(ms)
        yield* write(
          1,
          context.busybox
            ? `64 bytes from ${address}: seq=${sent} ttl=62 time=${ms.toFixed(3)} ms\n`
            : `64 bytes from ${address}: icmp_seq=${sent + 1} ttl=62 time=${ms.toFixed(3)} ms\n`,
        )
      }
      sent++
      if (sent < count) yield* sleep(Number(options.get('i') ?? 1) * 1000)
    }
  } catch (error) {
    if (!(error instanceof SyscallError) || error.code !== 'EINTR') throw error
  }
  const loss = Math.round(((sent - received) / Math.max(1, sent)) * 100)
  const average = times.reduce((sum, ms) => sum + ms, 0) / Math.max(1, times.length)
  yield* write(
    1,
    `\n--- ${name} ping statistics ---\n${sent} packets transmitted, ${received} ${context.busybox ? 'packets ' : ''}received, ${loss}% packet loss${context.busybox ? '' : `, time ${Math.max(0, sent - 1) * 1000}ms`}\n`,
  )
  if (received > 0)
    yield* write(
      1,
      context.busybox
        ? `round-trip min/avg/max = ${Math.min(...times).toFixed(3)}/${average.toFixed(3)}/${Math.max(...times).toFixed(3)} ms\n`
        : `rtt min/avg/max/mdev = ${Math.min(...times).toFixed(3)}/${average.toFixed(3)}/${Math.max(...times).toFixed(3)}/0.010 ms\n`,
    )
  return received > 0 ? 0 : 1
})

export const ip = tool(function* (context, args) {
  const what = args.filter((argument) => !argument.startsWith('-'))[0] ?? 'addr'
  const all = yield* addresses()
  if ('address'.startsWith(what)) {
    for (const [i, { interface: name, address }] of all.entries()) {
      yield* write(
        1,
        `${i + 1}: ${name}: <${name === 'lo' ? 'LOOPBACK,UP,LOWER_UP' : 'BROADCAST,MULTICAST,UP,LOWER_UP'}> mtu ${name === 'lo' ? 65536 : 1450} qdisc noqueue state ${name === 'lo' ? 'UNKNOWN' : 'UP'}\n    inet ${address}/${name === 'lo' ? 8 : 32} scope ${name === 'lo' ? 'host' : 'global'} ${name}\n`,
      )
    }
    return 0
  }
  if ('route'.startsWith(what)) {
    yield* write(1, 'default via 169.254.1.1 dev eth0\n169.254.1.1 dev eth0 scope link\n')
    return 0
  }
  if ('link'.startsWith(what)) {
    for (const [i, { interface: name }] of all.entries())
      yield* write(1, `${i + 1}: ${name}: <UP,LOWER_UP> mtu ${name === 'lo' ? 65536 : 1450} qdisc noqueue state UP\n`)
    return 0
  }
  yield* complain(context, `Object "${what}" is unknown, try "ip help".`)
  return 1
})

export const ifconfig = tool(function* (_context, args) {
  const [wanted] = args.filter((argument) => !argument.startsWith('-'))
  const found = (yield* addresses()).filter((one) => wanted === undefined || one.interface === wanted)
  if (found.length === 0) throw new ToolError(`${wanted}: error fetching interface information: Device not found`)
  for (const { interface: name, address } of found) {
    yield* write(
      1,
      `${name.padEnd(10)}Link encap:${name === 'lo' ? 'Local Loopback' : 'Ethernet'}\n          inet addr:${address}  Mask:${name === 'lo' ? '255.0.0.0' : '255.255.255.255'}\n          UP ${name === 'lo' ? 'LOOPBACK ' : 'BROADCAST '}RUNNING  MTU:${name === 'lo' ? 65536 : 1450}  Metric:1\n\n`,
    )
  }
  return 0
})
