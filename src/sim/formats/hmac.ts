import { sha256 } from './sha256'

const BLOCK = 64

/** The HMAC of a text with SHA-256 and a key (RFC 2104), as bytes. */
export function hmacSha256(key: string, text: string): Uint8Array {
  const encode = (of: string) => new TextEncoder().encode(of)
  const given = encode(key)
  const padded = new Uint8Array(BLOCK)
  padded.set(given.length > BLOCK ? bytesOf(sha256(given)) : given)
  const inner = bytesOf(
    sha256(
      joined(
        padded.map((byte) => byte ^ 0x36),
        encode(text),
      ),
    ),
  )
  return bytesOf(
    sha256(
      joined(
        padded.map((byte) => byte ^ 0x5c),
        inner,
      ),
    ),
  )
}

const bytesOf = (hexadecimal: string) => Uint8Array.from(hexadecimal.match(/../g) ?? [], (pair) => parseInt(pair, 16))

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const all = new Uint8Array(a.length + b.length)
  all.set(a)
  all.set(b, a.length)
  return all
}
