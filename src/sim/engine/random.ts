/** Seeded chance. Nothing under src/sim may use Math.random: the same seed must tell the same story. */
export interface Random {
  /** A number in [0, 1). */
  next(): number
  /** A whole number in [0, below). */
  int(below: number): number
  /** One of `items`, which must not be empty. */
  pick<T>(items: readonly T[]): T
  /** `length` characters of Kubernetes' safe alphabet (no vowels, no 0, 1, 3), as in the suffix of a Pod's name. */
  suffix(length: number): string
  /** A version 4 UUID. */
  uuid(): string
  /** `length` lower-case hexadecimal digits (container ids, image digests). */
  hex(length: number): string
}

const SAFE_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789'
const HEX = '0123456789abcdef'
const DASH = '-'.charCodeAt(0)
/** Where in a UUID its version stands, and its variant. */
const VERSION_AT = 14
const VARIANT_AT = 19

/** A generator of the sfc32 family: small, fast, and good enough for names, jitter and tie-breaks. */
export function createRandom(seed: number): Random {
  let a = 0x9e3779b9 ^ seed
  let b = 0x243f6a88
  let c = seed | 0
  let counter = 1
  const bits = () => {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + sum) | 0
    return sum >>> 0
  }
  for (let i = 0; i < 12; i++) bits()

  const int = (below: number) => bits() % below
  const letters = (alphabet: string, length: number) => {
    // Put together in one go: text grown letter by letter would rest in memory as a tree of pieces, and ids live as long as their objects.
    const picked: number[] = []
    for (let i = 0; i < length; i++) picked.push(alphabet.charCodeAt(int(alphabet.length)))
    return String.fromCharCode(...picked)
  }
  return {
    next: () => bits() / 0x1_0000_0000,
    int,
    pick: (items) => items[int(items.length)]!,
    suffix: (length) => letters(SAFE_ALPHABET, length),
    hex: (length) => letters(HEX, length),
    uuid: () => {
      const picked: number[] = []
      for (let i = 0; i < 32; i++) {
        if (i === 8 || i === 12 || i === 16 || i === 20) picked.push(DASH)
        picked.push(HEX.charCodeAt(int(16)))
      }
      picked[VERSION_AT] = '4'.charCodeAt(0)
      picked[VARIANT_AT] = '89ab'.charCodeAt(int(4))
      return String.fromCharCode(...picked)
    },
  }
}
