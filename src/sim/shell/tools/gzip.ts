import { readFile, remove, stat, write, writeFile, readAll } from '../../node/os/calls'
import { textFromBytes } from '../../node/os/text'
import { ToolError, parseOptions, tool } from './tool'

/** What a file packed here begins with: gzip's magic number, then a word saying that nothing was squeezed. */
export const GZIP_MARK = `${textFromBytes(Uint8Array.of(0x1f, 0x8b, 8))}stored\n`

/** gzip, gunzip and zcat. Packed text stays readable text: what is packed can be unpacked, but nothing gets smaller. */
export const gzip = tool(function* (context, args) {
  const options = parseOptions(context, args, {
    short: 'cdfknvq123456789',
    long: { stdout: 'c', 'to-stdout': 'c', decompress: 'd', keep: 'k', force: 'f' },
  })
  const unpack = options.has('d') || context.name === 'gunzip' || context.name === 'zcat'
  const convert = (text: string, name: string) => {
    if (!unpack) return GZIP_MARK + text
    if (!text.startsWith(GZIP_MARK)) throw new ToolError(`\x00\n${context.name}: ${name}: not in gzip format`)
    return text.slice(GZIP_MARK.length)
  }
  if (options.operands.length === 0) {
    const pieces: string[] = []
    pieces.push(yield* readAll(0))
    yield* write(1, convert(pieces.join(''), 'stdin'))
    return 0
  }
  for (const path of options.operands) {
    if (!(yield* stat(path))) throw new ToolError(`${path}: No such file or directory`)
    const data = convert(yield* readFile(path), path)
    if (options.has('c') || context.name === 'zcat') {
      yield* write(1, data)
      continue
    }
    if (unpack && !path.endsWith('.gz')) throw new ToolError(`${path}: unknown suffix -- ignored`, 2)
    yield* writeFile(unpack ? path.replace(/\.gz$/, '') : `${path}.gz`, data)
    if (!options.has('k')) yield* remove(path)
  }
  return 0
})
