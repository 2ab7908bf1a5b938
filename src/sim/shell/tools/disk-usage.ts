import { listDirectory, mounts, realPath, stat, write } from '../../node/os/calls'
import { type Proc, SyscallError } from '../../node/os/syscalls'
import { humanSize } from './listing'
import { join } from './paths'
import { trying } from './placing'
import { complain, parseOptions, tool } from './tool'

/** Tools on what files take: du, df. */

export const du = tool(function* (context, args) {
  const options = parseOptions(context, args, {
    short: 'ashckbmd:xS',
    long: { all: 'a', summarize: 's', 'human-readable': 'h', total: 'c', 'max-depth=': 'd', bytes: 'b', 'apparent-size': 'A' },
  })
  const most = options.has('s') ? 0 : Number(options.get('d') ?? Infinity)
  const shown = (bytes: number) =>
    options.has('h')
      ? bytes === 0
        ? '0'
        : humanSize(bytes)
      : options.has('b')
        ? String(bytes)
        : String(Math.ceil(bytes / (options.has('m') ? 1048576 : 1024)))
  let status = 0
  let total = 0
  function* measure(path: string, depth: number): Proc<number> {
    const info = yield* stat(path, { follow: false })
    if (!info) throw new SyscallError('ENOENT')
    let size = options.has('b') ? info.size : Math.ceil(info.size / 4096) * 4096
    if (info.type === 'directory') for (const name of yield* listDirectory(path)) size += yield* measure(join(path, name), depth + 1)
    if (depth <= most && (info.type === 'directory' || options.has('a') || depth === 0)) yield* write(1, `${shown(size)}\t${path}\n`)
    return size
  }
  for (const path of options.operands.length ? options.operands : ['.']) {
    status |= yield* trying(
      context,
      (error) => (context.busybox ? `${path}: ${error.message}` : `cannot access '${path}': ${error.message}`),
      function* () {
        total += yield* measure(path, 0)
      },
    )
  }
  if (options.has('c')) yield* write(1, `${shown(total)}\ttotal\n`)
  return status
})

export const df = tool(function* (context, args) {
  const options = parseOptions(context, args, {
    short: 'hHkmTPiat:',
    long: { 'human-readable': 'h', 'print-type': 'T', portability: 'P', inodes: 'i' },
  })
  const all = yield* mounts()
  const chosen: typeof all = []
  const list = [...chosen]
  for (const path of options.operands) {
    let real: string
    try {
      real = yield* realPath(path)
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error
      yield* complain(context, context.busybox ? `${path}: can't find mount point: ${error.message}` : `${path}: ${error.message}`)
      return 1
    }
    const best = all
      .filter((mount) => mount.path === '/' || real === mount.path || real.startsWith(`${mount.path}/`))
      .sort((a, b) => b.path.length - a.path.length)[0]
    if (best) list.push(best)
  }
  const size = (bytes: number) => (options.has('h') ? humanSize(bytes) : String(Math.ceil(bytes / (options.has('m') ? 1048576 : 1024))))
  const rows = (options.operands.length ? list : all).map((mount) => {
    const capacity = mount.sizeBytes || 100 * 1024 ** 3
    const percent = capacity === 0 ? '-' : `${Math.ceil((mount.usedBytes / capacity) * 100)}%`
    return [
      mount.source,
      ...(options.has('T') ? [mount.type] : []),
      size(capacity),
      size(mount.usedBytes),
      size(Math.max(0, capacity - mount.usedBytes)),
      percent,
      mount.path,
    ]
  })
  const head = [
    'Filesystem',
    ...(options.has('T') ? ['Type'] : []),
    options.has('h') ? 'Size' : context.busybox ? '1K-blocks' : '1K-blocks',
    'Used',
    options.has('h') && !context.busybox ? 'Avail' : 'Available',
    options.has('P') ? 'Capacity' : 'Use%',
    'Mounted on',
  ]
  const table = [head, ...rows]
  const widths = head.map((_, i) => Math.max(...table.map((row) => row[i]!.length)))
  widths[0] = Math.max(widths[0]!, context.busybox ? 20 : 14)
  yield* write(
    1,
    table
      .map(
        (row) =>
          `${row.map((cell, i) => (i === row.length - 1 ? cell : i === 0 || (options.has('T') && i === 1) ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join(' ')}\n`,
      )
      .join(''),
  )
  return 0
})
