import { close, connect, poll, processes, read, sockets, write, type OpenSocket } from '../../node/os/calls'
import { SyscallError, type Proc } from '../../node/os/syscalls'
import { lookUp } from './lookup'
import { parseOptions, tool, ToolError, type Options } from './tool'

/** Tools on sockets and routes: netstat, ss, telnet, route. */

const OPTIONS = { short: 'tulnpaer46HsioW', long: { tcp: 't', udp: 'u', listening: 'l', numeric: 'n', processes: 'p', all: 'a' } }

/** What `-t`, `-u`, `-l` and `-a` ask for. Only listening sockets are known here: established connections are not listed. */
function* asked(options: Options): Proc<readonly OpenSocket[]> {
  const both = options.has('t') === options.has('u')
  const wanted = (yield* sockets()).filter(({ protocol }) => both || options.has(protocol === 'tcp' ? 't' : 'u'))
  return options.has('l') || options.has('a') ? wanted : []
}

/** Names of processes by their numbers, as far as this machine sees them. */
function* programNames(): Proc<ReadonlyMap<number, string>> {
  return new Map((yield* processes()).map(({ pid, argv }) => [pid, (argv[0] ?? '').replace(/^[^ :]*\//, '')]))
}

export const netstat = tool(function* (context, args) {
  const options = parseOptions(context, args, OPTIONS)
  if (options.has('r')) return yield* routes()
  const names = yield* programNames()
  const heading = options.has('a') ? 'servers and established' : options.has('l') ? 'only servers' : 'w/o servers'
  const owner = options.has('p') ? 'PID/Program name    ' : ''
  const lines = [
    `Active Internet connections (${heading})`,
    `Proto Recv-Q Send-Q Local Address           Foreign Address         State       ${owner}`,
  ]
  for (const { protocol, address, port, pid } of yield* asked(options)) {
    const state = protocol === 'tcp' ? 'LISTEN' : ''
    const program = pid === undefined ? '-' : `${pid}/${names.get(pid) ?? ''}`.slice(0, 19)
    lines.push(
      `${protocol}        0      0 ${`${address}:${port}`.padEnd(23)} ${'0.0.0.0:*'.padEnd(23)} ${state.padEnd(11)} ${owner && program.padEnd(20)}`,
    )
  }
  yield* write(1, `${lines.join('\n')}\n`)
  return 0
})

export const ss = tool(function* (context, args) {
  const options = parseOptions(context, args, OPTIONS)
  const both = options.has('t') === options.has('u')
  const names = yield* programNames()
  const head = [...(both ? ['Netid'] : []), 'State', 'Recv-Q', 'Send-Q', 'Local Address:Port', 'Peer Address:Port', 'Process']
  const rows = (yield* asked(options)).map(({ protocol, address, port, pid }) => [
    ...(both ? [protocol] : []),
    protocol === 'tcp' ? 'LISTEN' : 'UNCONN',
    '0',
    protocol === 'tcp' ? '4096' : '0',
    `${address}:${port}`,
    '0.0.0.0:*',
    options.has('p') && pid !== undefined ? `users:(("${(names.get(pid) ?? '').split(/[ :]/)[0]}",pid=${pid},fd=3))` : '',
  ])
  const shown = options.has('H') ? rows : [head, ...rows]
  const widths = head.map((_, column) => Math.max(...shown.map((row) => row[column]!.length)))
  const line = (row: readonly string[]) =>
    row.map((cell, i) => (/:(Port|\*|\d+)$/.test(cell) ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!))).join(' ')
  yield* write(1, shown.map((row) => `${line(row).trimEnd()}\n`).join(''))
  return 0
})

function* routes(): Proc<number> {
  const rows = [
    '0.0.0.0         169.254.1.1     0.0.0.0         UG    0      0        0 eth0',
    '169.254.1.1     0.0.0.0         255.255.255.255 UH    0      0        0 eth0',
  ]
  yield* write(
    1,
    `Kernel IP routing table\nDestination     Gateway         Genmask         Flags Metric Ref    Use Iface\n${rows.join('\n')}\n`,
  )
  return 0
}

export const route = tool(routes)

export const telnet = tool(function* (context, args) {
  const [host, service = '23'] = args.filter((argument) => !argument.startsWith('-'))
  if (host === undefined)
    throw new ToolError(
      context.busybox
        ? '\x00BusyBox v1.36.1 multi-call binary.\n\nUsage: telnet HOST [PORT]'
        : 'interactive mode is not supported here; name a host',
    )
  const found = /^[\d.]+$/.test(host) ? [{ type: 'A', value: host }] : yield* lookUp(host, {})
  const address = found === 'timeout' ? undefined : found.find(({ type }) => type === 'A')?.value
  if (address === undefined)
    throw new ToolError(context.busybox ? `bad address '${host}'` : `could not resolve ${host}/${service}: Name or service not known`)
  if (!context.busybox) yield* write(1, `Trying ${address}...\n`)
  let fd: number
  try {
    fd = yield* connect(address, Number(service))
  } catch (error) {
    if (!(error instanceof SyscallError) || error.code === 'EINTR') throw error
    throw new ToolError(
      context.busybox
        ? `can't connect to remote host (${address}): ${error.message}`
        : `Unable to connect to remote host: ${error.message}`,
    )
  }
  yield* write(1, context.busybox ? `Connected to ${host}\n` : `Connected to ${host}.\nEscape character is '^]'.\n`)
  yield* talk(fd)
  yield* close(fd)
  yield* write(2, `Connection closed by foreign host${context.busybox ? '' : '.'}\n`)
  return 1
})

/** Hands on what is typed and what is answered, until either side has nothing more to say. */
function* talk(fd: number): Proc {
  for (;;) {
    const ready = yield* poll([fd, 0])
    if (ready < 0) return
    const chunk = yield* read(ready)
    if (chunk === '') return
    yield* write(ready === fd ? 1 : fd, chunk)
  }
}

/** The machine's name, as `uname -m` tells it. */
export const arch = tool(function* () {
  yield* write(1, 'x86_64\n')
  return 0
})
