import { bytesFromText } from '../../node/os/text'
import { digest } from './digests'

const ALPHABET = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const ROUNDS = 1000

const md5 = (...parts: readonly Uint8Array[]): Uint8Array => {
  const all = Uint8Array.from(parts.flatMap((part) => [...part]))
  return Uint8Array.from(digest('md5', all).match(/../g) ?? [], (pair) => parseInt(pair, 16))
}

/** A password as Apache's `htpasswd` writes it unless told otherwise: `$apr1$salt$…`, MD5 in a thousand rounds. */
export function apr1(password: string, salt: string): string {
  const [secret, magic, grain] = [bytesFromText(password), bytesFromText('$apr1$'), bytesFromText(salt.slice(0, 8))]
  const other = md5(secret, grain, secret)
  const parts = [secret, magic, grain]
  for (let left = secret.length; left > 0; left -= 16) parts.push(other.slice(0, Math.min(16, left)))
  for (let bits = secret.length; bits > 0; bits >>= 1) parts.push(bits & 1 ? Uint8Array.of(0) : secret.slice(0, 1))
  let state = md5(...parts)
  for (let round = 0; round < ROUNDS; round++) {
    const odd = round % 2 === 1
    state = md5(odd ? secret : state, ...(round % 3 ? [grain] : []), ...(round % 7 ? [secret] : []), odd ? state : secret)
  }
  const at = (index: number) => state[index]!
  const groups: readonly (readonly [number, number])[] = [
    ...([0, 1, 2, 3, 4] as const).map((i) => [(at(i) << 16) | (at(i + 6) << 8) | at(i === 4 ? 5 : i + 12), 4] as const),
    [at(11), 2],
  ]
  const text = groups.map(([value, length]) => Array.from({ length }, (_, i) => ALPHABET[(value >> (6 * i)) & 63]).join('')).join('')
  return `$apr1$${salt.slice(0, 8)}$${text}`
}
