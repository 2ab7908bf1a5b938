import { nowMs, open, close, read, stat, useCpu, write, writeFile, readFile } from '../../node/os/calls'
import { SyscallError } from '../../node/os/syscalls'
import { tool, ToolError } from './tool'

/** Tools that make files of a size: dd, truncate, fallocate. */

/** Disks of the simulation lie in the memory of a page: a single file cannot be larger than this. */
const LARGEST_FILE = 256 * 1024 * 1024
const CHUNK = 1024 * 1024
const CPU_MS_A_MEBIBYTE = 0.4

/** `3`, `64k`, `1M`, `2GiB`: dd's and truncate's sizes in bytes. */
function bytesOf(text: string): number {
  const [, number, unit = ''] = /^(\d+)\s*([a-zA-Z]*)$/.exec(text) ?? []
  const factors: Readonly<Record<string, number>> = { '': 1, c: 1, w: 2, b: 512, k: 1024, K: 1024, KB: 1000, KiB: 1024, M: 1024 ** 2, MB: 1e6, MiB: 1024 ** 2, G: 1024 ** 3, GB: 1e9, GiB: 1024 ** 3, T: 1024 ** 4 } // prettier-ignore
  if (number === undefined || factors[unit] === undefined) throw new ToolError(`invalid number: '${text}'`)
  return Number(number) * factors[unit]
}

const words = (bytes: number, power: number, units: readonly string[]) => {
  let unit = 0
  for (; bytes >= power && unit < units.length - 1; unit++) bytes /= power
  return `${unit === 0 ? bytes : bytes.toFixed(1)} ${units[unit]}`
}

export const dd = tool(function* ({ busybox }, args) {
  const value = (name: string) => args.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1)
  const [from, to, status] = [value('if'), value('of'), value('status')]
  const block = bytesOf(value('bs') ?? '512')
  const count = value('count') === undefined ? Infinity : bytesOf(value('count')!)
  const startedMs = yield* nowMs()
  const input = from === undefined ? 0 : yield* opened(from, 'read')
  const output = to === undefined ? 1 : yield* opened(to, 'write')
  const wanted = block * count
  let done = 0
  try {
    while (done < wanted) {
      const chunk = yield* read(input, Math.min(CHUNK, wanted - done, Math.max(block, 65_536)))
      if (chunk === '') break
      if (to !== '/dev/null' && to !== undefined && done + chunk.length > LARGEST_FILE) throw new SyscallError('ENOSPC')
      yield* useCpu((chunk.length / CHUNK) * CPU_MS_A_MEBIBYTE)
      yield* write(output, chunk)
      done += chunk.length
    }
  } catch (error) {
    if (!(error instanceof SyscallError) || error.code !== 'ENOSPC') throw error
    yield* write(2, `dd: ${busybox ? '' : 'error '}writing '${to}': No space left on device\n`)
    return 1
  } finally {
    if (from !== undefined) yield* close(input)
    if (to !== undefined) yield* close(output)
  }
  if (status === 'none') return 0
  const seconds = Math.max(0.001, ((yield* nowMs()) - startedMs) / 1000)
  const records = `${Math.floor(done / block)}+${done % block > 0 ? 1 : 0}`
  const rate = words(done / seconds, busybox ? 1024 : 1000, busybox ? ['', 'KB', 'MB', 'GB'] : ['B', 'kB', 'MB', 'GB'])
  const sizes = busybox
    ? `(${words(done, 1024, ['bytes', 'KB', 'MB', 'GB']).replace(' ', '')})`
    : done < 1000
      ? ''
      : `(${[words(done, 1000, ['B', 'kB', 'MB', 'GB']), ...(done >= 1024 ? [words(done, 1024, ['B', 'KiB', 'MiB', 'GiB'])] : [])].join(', ')})`
  const line = busybox
    ? `${done} bytes ${sizes} copied, ${seconds.toFixed(6)} seconds, ${rate.replace(' ', '')}/s`
    : `${done} bytes ${sizes}${sizes && ' '}copied, ${seconds.toPrecision(6)} s, ${rate}/s`
  yield* write(2, `${records} records in\n${records} records out\n${status === 'noxfer' ? '' : `${line}\n`}`)
  return 0
})

function* opened(path: string, mode: 'read' | 'write') {
  try {
    return yield* open(path, mode)
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
    throw new ToolError(`failed to open '${path}': ${error.message}`)
  }
}

/** `truncate -s SIZE FILE…` */
export const truncate = tool(function* (_context, args) {
  const at = args.findIndex((word) => word === '-s' || word === '--size')
  const size = at >= 0 ? args[at + 1] : args.find((word) => /^(-s|--size=)./.test(word))?.replace(/^(-s|--size=)/, '')
  if (size === undefined) throw new ToolError("you must specify either '--size' or '--reference'")
  for (const path of args.filter((word, i) => !word.startsWith('-') && args[i - 1] !== '-s' && args[i - 1] !== '--size'))
    yield* setLength(path, size.startsWith('+') ? undefined : bytesOf(size), bytesOf(size.replace(/^[+-]/, '')))
  return 0
})

/** `fallocate -l SIZE FILE` */
export const fallocate = tool(function* (_context, args) {
  const at = args.findIndex((word) => word === '-l' || word === '--length')
  const size = at >= 0 ? args[at + 1] : args.find((word) => /^(-l|--length=)./.test(word))?.replace(/^(-l|--length=)/, '')
  if (size === undefined) throw new ToolError('no length argument specified')
  for (const path of args.filter((word, i) => !word.startsWith('-') && args[i - 1] !== '-l' && args[i - 1] !== '--length'))
    yield* setLength(path, bytesOf(size), 0)
  return 0
})

/** Gives a file a length, or makes it longer by so much. */
function* setLength(path: string, length: number | undefined, more: number) {
  const old = (yield* stat(path))?.type === 'file' ? yield* readFile(path) : ''
  const wanted = length ?? old.length + more
  if (wanted > LARGEST_FILE) throw new ToolError(`${path}: No space left on device`)
  yield* writeFile(path, wanted <= old.length ? old.slice(0, wanted) : old + '\0'.repeat(wanted - old.length))
}
