import { sha256 } from '../../formats/sha256'

/** MD5, SHA-1 and SHA-256 of bytes, in hexadecimal. */
export type Digest = 'md5' | 'sha1' | 'sha256'

const rotate = (value: number, by: number) => (value << by) | (value >>> (32 - by))
const hex = (words: readonly number[], little: boolean) =>
  words
    .map((word) =>
      Array.from({ length: 4 }, (_, i) => ((word >>> (little ? i * 8 : 24 - i * 8)) & 255).toString(16).padStart(2, '0')).join(''),
    )
    .join('')

/** The message with its padding, as 32-bit words. */
function padded(bytes: Uint8Array, little: boolean): Int32Array {
  const size = ((bytes.length + 8) >> 6) + 1
  const data = new Uint8Array(size * 64)
  data.set(bytes)
  data[bytes.length] = 0x80
  const view = new DataView(data.buffer)
  const bits = bytes.length * 8
  view.setUint32(size * 64 - (little ? 8 : 4), bits >>> 0, little)
  view.setUint32(size * 64 - (little ? 4 : 8), Math.floor(bits / 0x1_0000_0000), little)
  return Int32Array.from({ length: size * 16 }, (_, i) => view.getInt32(i * 4, little))
}

const md5Constants = Array.from({ length: 64 }, (_, i) => (Math.abs(Math.sin(i + 1)) * 0x1_0000_0000) | 0)
const md5Shifts = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21]

export function digest(kind: Digest, bytes: Uint8Array): string {
  return kind === 'md5' ? md5(bytes) : kind === 'sha1' ? sha1(bytes) : sha256(bytes)
}

function sha1(bytes: Uint8Array): string {
  const state = [0x67452301, 0xefcdab89 | 0, 0x98badcfe | 0, 0x10325476, 0xc3d2e1f0 | 0]
  const words = padded(bytes, false)
  const w = new Int32Array(80)
  for (let block = 0; block < words.length; block += 16) {
    for (let i = 0; i < 80; i++) w[i] = i < 16 ? words[block + i]! : rotate(w[i - 3]! ^ w[i - 8]! ^ w[i - 14]! ^ w[i - 16]!, 1)
    let [a, b, c, d, e] = state as [number, number, number, number, number]
    for (let i = 0; i < 80; i++) {
      const [f, k] =
        i < 20
          ? [(b & c) | (~b & d), 0x5a827999]
          : i < 40
            ? [b ^ c ^ d, 0x6ed9eba1]
            : i < 60
              ? [(b & c) | (b & d) | (c & d), 0x8f1bbcdc]
              : [b ^ c ^ d, 0xca62c1d6]
      ;[e, d, c, b, a] = [d, c, rotate(b, 30), a, (rotate(a, 5) + f + e + k + w[i]!) | 0]
    }
    for (const [i, value] of [a, b, c, d, e].entries()) state[i] = (state[i]! + value) | 0
  }
  return hex(state, false)
}

function md5(bytes: Uint8Array): string {
  const state = [0x67452301, 0xefcdab89 | 0, 0x98badcfe | 0, 0x10325476]
  const words = padded(bytes, true)
  for (let block = 0; block < words.length; block += 16) {
    let [a, b, c, d] = state as [number, number, number, number]
    for (let i = 0; i < 64; i++) {
      const [f, g] =
        i < 16
          ? [(b & c) | (~b & d), i]
          : i < 32
            ? [(d & b) | (~d & c), (5 * i + 1) % 16]
            : i < 48
              ? [b ^ c ^ d, (3 * i + 5) % 16]
              : [c ^ (b | ~d), (7 * i) % 16]
      const sum = (a + f + md5Constants[i]! + words[block + g]!) | 0
      ;[a, d, c, b] = [d, c, b, (b + rotate(sum, md5Shifts[(i >> 4) * 4 + (i % 4)]!)) | 0]
    }
    for (const [i, value] of [a, b, c, d].entries()) state[i] = (state[i]! + value) | 0
  }
  return hex(state, true)
}
