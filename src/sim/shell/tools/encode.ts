import { write, readAll } from '../../node/os/calls'
import { bytesFromText, textFromBytes } from '../../node/os/text'
import { digest, type Digest } from './digests'
import { base64 as encode, fromBase64 } from './jq/formats'
import { ToolError, complain, eachInput, linesOf, parseOptions, readInputs, tool } from './tool'

/** Tools that show bytes another way: base64, checksums, dumps, strings. */

export const base64 = tool(function* (context, args) {
  const options = parseOptions(context, args, { short: 'dDiw:', long: { decode: 'd', 'ignore-garbage': 'i', 'wrap=': 'w' } })
  const { text, status } = yield* readInputs(context, options.operands)
  if (status) return status
  if (options.has('d') || options.has('D')) {
    const decoded = fromBase64(options.has('i') ? text.replace(/[^A-Za-z0-9+/=]/g, '') : text)
    if (!decoded) {
      const sound = /^[A-Za-z0-9+/\s]*/.exec(text)![0].replace(/\s/g, '')
      const partial = fromBase64(sound.slice(0, Math.floor(sound.length / 4) * 4))
      if (partial) yield* write(1, textFromBytes(partial))
      throw new ToolError(context.busybox ? 'truncated input' : 'invalid input')
    }
    yield* write(1, textFromBytes(decoded))
    return 0
  }
  const width = Number(options.get('w') ?? 76)
  const encoded = encode(bytesFromText(text))
  yield* write(1, width === 0 ? encoded : encoded.replace(new RegExp(`.{1,${width}}`, 'g'), '$&\n'))
  return 0
})

const sum = (kind: Digest) =>
  tool(function* (context, args) {
    const options = parseOptions(context, args, { short: 'cbtsw', long: { check: 'c', status: 's', quiet: 'q' } })
    if (options.has('c')) {
      const { text } = yield* readInputs(context, options.operands)
      let failed = 0
      for (const line of linesOf(text)) {
        const match = /^([0-9a-f]+) [ *](.+)$/.exec(line)
        if (!match) continue
        const one = yield* readInputs(context, [match[2]!])
        const good = one.status === 0 && digest(kind, bytesFromText(one.text)) === match[1]
        if (!good) failed++
        if (!options.has('s') && !(good && options.has('q')))
          yield* write(1, `${match[2]}: ${good ? 'OK' : one.status ? 'FAILED open or read' : 'FAILED'}\n`)
      }
      if (failed > 0) yield* complain(context, `WARNING: ${failed} computed checksum${failed === 1 ? '' : 's'} did NOT match`)
      return failed > 0 ? 1 : 0
    }
    return yield* eachInput(context, options.operands, function* (fd, path) {
      const pieces: string[] = []
      pieces.push(yield* readAll(fd))
      yield* write(1, `${digest(kind, bytesFromText(pieces.join('')))}  ${path}\n`)
    })
  })

export const md5sum = sum('md5')
export const sha1sum = sum('sha1')
export const sha256sum = sum('sha256')

/** POSIX' cyclic redundancy check, which counts the length in. */
function cyclicCheck(bytes: Uint8Array): number {
  let crc = 0
  const take = (byte: number) => {
    crc ^= byte << 24
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000_0000 ? (crc << 1) ^ 0x04c1_1db7 : crc << 1
  }
  for (const byte of bytes) take(byte)
  for (let length = bytes.length; length > 0; length = Math.floor(length / 256)) take(length & 0xff)
  return ~crc >>> 0
}

export const cksum = tool(function* (context, args) {
  const { operands } = parseOptions(context, args, { short: '' })
  return yield* eachInput(context, operands, function* (fd, path) {
    const bytes = bytesFromText(yield* readAll(fd))
    yield* write(1, `${cyclicCheck(bytes)} ${bytes.length}${path === '-' ? '' : ` ${path}`}\n`)
  })
})

const printable = (byte: number) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.')
const two = (byte: number) => byte.toString(16).padStart(2, '0')

export const xxd = tool(function* (context, args) {
  const options = parseOptions(context, args, { short: 'prc:l:s:u', long: {} })
  const { text } = yield* readInputs(context, options.operands.slice(0, 1))
  if (options.has('r')) {
    const digits = options.has('p')
      ? text.replace(/\s/g, '')
      : linesOf(text)
          .map((line) =>
            line
              .replace(/^[^:]*: ?/, '')
              .replace(/ {2}.*$/, '')
              .replace(/\s/g, ''),
          )
          .join('')
    yield* write(1, textFromBytes(Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16))))
    return 0
  }
  const bytes = bytesFromText(text).slice(0, Number(options.get('l') ?? Infinity))
  const width = Number(options.get('c') ?? (options.has('p') ? 30 : 16))
  for (let i = 0; i < bytes.length; i += width) {
    const row = [...bytes.slice(i, i + width)]
    if (options.has('p')) yield* write(1, `${row.map(two).join('')}\n`)
    else {
      const pairs = row
        .map((byte, j) => two(byte) + (j % 2 === 1 ? ' ' : ''))
        .join('')
        .padEnd(Math.ceil((width * 5) / 2))
      yield* write(1, `${i.toString(16).padStart(8, '0')}: ${pairs} ${row.map(printable).join('')}\n`)
    }
  }
  return 0
})

export const hexdump = tool(function* (context, args) {
  const options = parseOptions(context, args, { short: 'Cn:s:v', long: { canonical: 'C' } })
  const { text } = yield* readInputs(context, options.operands)
  const bytes = bytesFromText(text).slice(0, Number(options.get('n') ?? Infinity))
  const canonical = options.has('C') || context.name === 'hd'
  const size = canonical ? 8 : 7
  for (let i = 0; i < bytes.length; i += 16) {
    const row = [...bytes.slice(i, i + 16)]
    const offset = i.toString(16).padStart(size, '0')
    if (canonical)
      yield* write(
        1,
        `${offset}  ${row
          .map((byte, j) => two(byte) + (j === 7 ? '  ' : ' '))
          .join('')
          .padEnd(50)}|${row.map(printable).join('')}|\n`,
      )
    else
      yield* write(
        1,
        `${offset} ${Array.from({ length: Math.ceil(row.length / 2) }, (_, j) => two(row[2 * j + 1] ?? 0) + two(row[2 * j]!)).join(' ')}\n`,
      )
  }
  if (bytes.length > 0) yield* write(1, `${bytes.length.toString(16).padStart(size, '0')}\n`)
  return 0
})

const named: Readonly<Record<number, string>> = { 0: '\\0', 7: '\\a', 8: '\\b', 9: '\\t', 10: '\\n', 11: '\\v', 12: '\\f', 13: '\\r' }

export const od = tool(function* (context, args) {
  const options = parseOptions(context, args, {
    short: 'A:t:cxbN:vwj:',
    long: { 'address-radix=': 'A', 'format=': 't', 'read-bytes=': 'N' },
  })
  const { text } = yield* readInputs(context, options.operands)
  const bytes = bytesFromText(text).slice(0, Number(options.get('N') ?? Infinity))
  const type = options.has('c') ? 'c' : options.has('b') ? 'o1' : options.has('x') ? 'x2' : (options.get('t') ?? 'o2')
  const radix = options.get('A') ?? 'o'
  const offset = (at: number) =>
    radix === 'n' ? '' : at.toString(radix === 'x' ? 16 : radix === 'd' ? 10 : 8).padStart(radix === 'x' ? 6 : 7, '0')
  const size = type.startsWith('c') || type.startsWith('a') ? 1 : Number(/\d/.exec(type)?.[0] ?? 4)
  for (let i = 0; i < bytes.length; i += 16) {
    const row = bytes.slice(i, i + 16)
    let line = offset(i)
    for (let j = 0; j < row.length; j += size) {
      if (type[0] === 'c') {
        line += (
          named[row[j]!] ?? (row[j]! >= 32 && row[j]! < 127 ? String.fromCharCode(row[j]!) : row[j]!.toString(8).padStart(3, '0'))
        ).padStart(4)
        continue
      }
      let value = 0n
      for (let k = size - 1; k >= 0; k--) value = (value << 8n) | BigInt(row[j + k] ?? 0)
      if (type[0] === 'd') line += ` ${String(BigInt.asIntN(size * 8, value)).padStart({ 1: 4, 2: 6, 4: 11, 8: 20 }[size] ?? 11)}`
      else if (type[0] === 'u') line += ` ${String(value).padStart({ 1: 3, 2: 5, 4: 10, 8: 20 }[size] ?? 10)}`
      else if (type[0] === 'x') line += ` ${value.toString(16).padStart(size * 2, '0')}`
      else line += ` ${value.toString(8).padStart({ 1: 3, 2: 6, 4: 11 }[size] ?? 22, '0')}`
    }
    yield* write(1, `${line}\n`)
  }
  if (radix !== 'n') yield* write(1, `${offset(bytes.length)}\n`)
  return 0
})

export const strings = tool(function* (context, args) {
  const options = parseOptions(context, args, { short: 'an:', long: {}, number: 'n' })
  const { text, status } = yield* readInputs(context, options.operands)
  const least = Number(options.get('n') ?? 4)
  for (const [found] of text.matchAll(new RegExp(`[\\x20-\\x7e\\t]{${least},}`, 'g'))) yield* write(1, `${found}\n`)
  return status
})
