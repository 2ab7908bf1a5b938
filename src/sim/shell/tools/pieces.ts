import { close, open, read, readAll, write } from '../../node/os/calls'
import { parseOptions, readInputs, tool } from './tool'

/** Tools that put a stream into files: split, tee, sponge. */

export const split = tool(function* (context, args) {
  const options = parseOptions(context, args, { short: 'l:b:a:d', long: { 'lines=': 'l', 'bytes=': 'b', 'numeric-suffixes': 'd' } })
  const { text } = yield* readInputs(context, options.operands.slice(0, 1))
  const size = Number(options.get('l') ?? 1000)
  const bytes = options.get('b')
  const pieces: string[] = []
  if (bytes) for (let i = 0; i < text.length; i += Number(bytes)) pieces.push(text.slice(i, i + Number(bytes)))
  else {
    const lines = text.split(/(?<=\n)/)
    for (let i = 0; i < lines.length; i += size) pieces.push(lines.slice(i, i + size).join(''))
  }
  const width = Number(options.get('a') ?? 2)
  const suffix = (n: number) =>
    options.has('d')
      ? String(n).padStart(width, '0')
      : Array.from({ length: width }, (_, i) => 'abcdefghijklmnopqrstuvwxyz'[Math.floor(n / 26 ** (width - 1 - i)) % 26]).join('')
  for (const [i, piece] of pieces.entries()) {
    const fd = yield* open((options.operands[1] ?? 'x') + suffix(i), 'write')
    yield* write(fd, piece)
    yield* close(fd)
  }
  return 0
})

export const tee = tool(function* (context, args) {
  const options = parseOptions(context, args, { short: 'ai', long: { append: 'a', 'ignore-interrupts': 'i' } })
  const fds: number[] = []
  for (const path of options.operands) fds.push(yield* open(path, options.has('a') ? 'append' : 'write'))
  for (let chunk = yield* read(0); chunk !== ''; chunk = yield* read(0)) {
    yield* write(1, chunk)
    for (const fd of fds) yield* write(fd, chunk)
  }
  return 0
})

export const sponge = tool(function* (_context, args) {
  const pieces: string[] = []
  pieces.push(yield* readAll(0))
  const fd = args[0] === undefined ? 1 : yield* open(args[0], 'write')
  yield* write(fd, pieces.join(''))
  return 0
})
