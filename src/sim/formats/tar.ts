/** Tar archives as POSIX (ustar, pax) and GNU write them: blocks of 512 bytes, a header before each member, two empty blocks at the end. */

export interface TarEntry {
  readonly name: string
  readonly type: 'file' | 'directory' | 'symlink'
  /** Permission bits. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly modifiedMs: number
  readonly data: Uint8Array
  /** Where a symbolic link leads. */
  readonly target?: string
}

export class TarError extends Error {}

const BLOCK = 512
const typeFlags = { file: '0', symlink: '2', directory: '5' } as const
const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** What ends an archive. */
export const tarEnd = new Uint8Array(2 * BLOCK)

/** One member with its header, filled up to whole blocks. */
export function tarMember(entry: TarEntry): Uint8Array {
  const long = encoder.encode(entry.name).length > 100 ? longName(entry.name) : []
  const link = entry.target !== undefined && encoder.encode(entry.target).length > 100 ? longName(entry.target, 'K') : []
  return joined([...link, ...long, header(entry, typeFlags[entry.type], entry.data.length), padded(entry.data)])
}

/** GNU's way to spell a name that does not fit into its field: a member before the member. */
function longName(name: string, flag = 'L'): Uint8Array[] {
  const data = encoder.encode(`${name}\0`)
  const head = { name: '././@LongLink', mode: 0o644, uid: 0, gid: 0, modifiedMs: 0 }
  return [header(head, flag, data.length), padded(data)]
}

function header(
  { name, mode, uid, gid, modifiedMs, target = '' }: Pick<TarEntry, 'name' | 'mode' | 'uid' | 'gid' | 'modifiedMs' | 'target'>,
  flag: string,
  size: number,
): Uint8Array {
  const block = new Uint8Array(BLOCK)
  const put = (at: number, bytes: Uint8Array, width: number) => block.set(bytes.subarray(0, width), at)
  const text = (at: number, value: string, width: number) => put(at, encoder.encode(value), width)
  const octal = (at: number, value: number, width: number) => text(at, value.toString(8).padStart(width - 1, '0'), width)
  text(0, name, 100)
  octal(100, mode & 0o7777, 8)
  octal(108, uid, 8)
  octal(116, gid, 8)
  octal(124, size, 12)
  octal(136, Math.floor(modifiedMs / 1000), 12)
  text(148, '        ', 8)
  text(156, flag, 1)
  text(157, target, 100)
  text(257, 'ustar\x0000', 8)
  octal(329, 0, 8)
  octal(337, 0, 8)
  const sum = block.reduce((total, byte) => total + byte, 0)
  text(148, `${sum.toString(8).padStart(6, '0')}\0 `, 8)
  return block
}

const padded = (data: Uint8Array): Uint8Array => {
  const whole = new Uint8Array(Math.ceil(data.length / BLOCK) * BLOCK)
  whole.set(data)
  return whole
}

/** Puts pieces one after the other. */
export function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((total, { length }) => total + length, 0))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}

/** The members of an archive, up to its end or to where it breaks off. Throws TarError for bytes that are no archive. */
export function readTar(bytes: Uint8Array): TarEntry[] {
  const entries: TarEntry[] = []
  let given: { name?: string; target?: string } = {}
  for (let at = 0; at + BLOCK <= bytes.length && bytes[at] !== 0;) {
    const text = (from: number, length: number) => decoder.decode(bytes.subarray(at + from, at + from + length)).replace(/\0[^]*$/, '')
    const octal = (from: number, length: number) => parseInt(text(from, length), 8) || 0
    if (text(257, 5) !== 'ustar') throw new TarError('This does not look like a tar archive')
    const size = octal(124, 12)
    const flag = text(156, 1)
    const data = bytes.subarray(at + BLOCK, at + BLOCK + size)
    const prefix = text(345, 155)
    const name = given.name ?? (prefix && text(257, 6) === 'ustar' && bytes[at + 262] === 0 ? `${prefix}/${text(0, 100)}` : text(0, 100))
    const target = given.target ?? text(157, 100)
    if (flag === 'L' || flag === 'K') given = { ...given, [flag === 'L' ? 'name' : 'target']: decoder.decode(data).replace(/\0[^]*$/, '') }
    else if (flag === 'x') given = { ...given, ...paxRecords(data) }
    else if (flag !== 'g') {
      const type = flag === '5' || name.endsWith('/') ? 'directory' : flag === '2' ? 'symlink' : 'file'
      entries.push({
        name,
        type,
        mode: octal(100, 8),
        uid: octal(108, 8),
        gid: octal(116, 8),
        modifiedMs: octal(136, 12) * 1000,
        data: type === 'file' ? data : new Uint8Array(),
        ...(type === 'symlink' ? { target } : {}),
      })
      given = {}
    }
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK
  }
  return entries
}

/** Whether an archive that arrives in pieces has come to its end: the two empty blocks are there. */
export function tarIsComplete(bytes: Uint8Array): boolean {
  for (let at = 0; at + BLOCK <= bytes.length;) {
    if (bytes[at] === 0) return true
    const size = parseInt(decoder.decode(bytes.subarray(at + 124, at + 136)).replace(/\0[^]*$/, ''), 8) || 0
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK
  }
  return false
}

/** `23 path=a/long/name\n`: what a pax header says of the member after it. */
function paxRecords(data: Uint8Array): { name?: string; target?: string } {
  const found: { name?: string; target?: string } = {}
  let rest = decoder.decode(data)
  for (let match = /^\d+ ([^=]+)=([^\n]*)\n/.exec(rest); match; match = /^\d+ ([^=]+)=([^\n]*)\n/.exec(rest)) {
    if (match[1] === 'path') found.name = match[2]
    if (match[1] === 'linkpath') found.target = match[2]
    rest = rest.slice(match[0].length)
  }
  return found
}
