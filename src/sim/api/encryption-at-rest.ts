import { sha256 } from '../formats/sha256'
import type { Cipher, Ciphers } from './encryption-configuration'
import type { KindDefinition } from './kind'
import type { Stored } from './storage'

/** How objects lie in etcd under the EncryptionConfigurations that a cluster's kube-apiserver has had so far. */
export interface AtRest {
  /** From now on this holds; undefined when kube-apiserver runs without one. What is stored stays as it is. */
  use(ciphers: Ciphers | undefined): void
  /** The bytes in etcd for what an object amounts to. */
  encoded(kind: KindDefinition, stored: Stored, plain: Uint8Array): Uint8Array
  /** Whether a write that changes nothing is stored all the same, because it would be written down in another way now. */
  isStale(kind: KindDefinition, stored: Stored): boolean
  /** Why nothing of a kind can be written; undefined when it can. */
  refusal(kind: KindDefinition): string | undefined
  /** The programs that keep keys and do not answer. */
  readonly plugins: readonly string[]
  /** Why an object cannot be read; undefined when it can. */
  problem(kind: KindDefinition, stored: Stored): string | undefined
}

const PLAIN: Cipher = { provider: 'identity', key: '', secret: '' }

/** Random bytes that come first, and how many are added to what is written. */
const SHAPES: Readonly<Record<Cipher['provider'], readonly [nonce: number, more: (length: number) => number]>> = {
  identity: [0, () => 0],
  kms: [0, () => 0],
  aescbc: [16, (length) => 16 - (length % 16)],
  aesgcm: [12, () => 16],
  secretbox: [24, () => 16],
}

/**
 * Remembers which configuration held when. An object is written as the one says that held at its revision: nothing of it needs to be stored. The
 * ciphers stand for the real ones: as long as those, and as unlike the text, but streams of SHA-256.
 */
export function encryptionAtRest(storage: { readonly revision: number }): AtRest {
  const phases: { readonly after: number; readonly ciphers: Ciphers | undefined }[] = []
  const current = () => phases.at(-1)?.ciphers
  const written = (kind: KindDefinition, { revision }: Stored): Cipher =>
    phases.findLast(({ after }) => revision > after)?.ciphers?.(kind)?.[0] ?? PLAIN

  return {
    use: (ciphers) => void phases.push({ after: storage.revision, ciphers }),
    encoded(kind, stored, plain) {
      const cipher = written(kind, stored)
      if (cipher.provider === 'identity') return plain
      const head = new TextEncoder().encode(`k8s:enc:${cipher.provider}:v1:${cipher.key}:`)
      const [nonce, more] = SHAPES[cipher.provider]
      const body = enciphered(plain, `${cipher.provider} ${cipher.secret} ${stored.revision}`, nonce, more(plain.length))
      const whole = new Uint8Array(head.length + body.length)
      whole.set(head)
      whole.set(body, head.length)
      return whole
    },
    // Without an answer of its program there is no key to write with.
    refusal: (kind) => (current()?.(kind)?.[0]?.provider === 'kms' ? 'got unexpected nil transformer' : undefined),
    get plugins() {
      return current()?.plugins ?? []
    },
    isStale: (kind, stored) => !same(written(kind, stored), current()?.(kind)?.[0] ?? PLAIN),
    problem: (kind, stored) => reading(written(kind, stored), current()?.(kind)),
  }
}

const same = (one: Cipher, other: Cipher) => one.provider === other.provider && one.key === other.key && one.secret === other.secret

/** Why what was written so is not read by these ciphers, in the words of their errors. */
function reading(written: Cipher, ciphers: readonly Cipher[] | undefined): string | undefined {
  const isPlain = written.provider === 'identity'
  if (!ciphers) return isPlain ? undefined : 'identity transformer tried to read encrypted data'
  if (ciphers.some((each) => same(each, written))) return undefined
  const sameProvider = ciphers.filter(({ provider }) => provider === written.provider)
  if (isPlain || sameProvider.length === 0) return 'no matching prefix found'
  if (sameProvider.some(({ key }) => key === written.key)) return MISREAD[written.provider]
  return `no matching key was found for the provided ${written.provider === 'secretbox' ? 'Secretbox' : 'AES'} transformer`
}

/** What happens when a key has the name of another. */
const MISREAD: Readonly<Record<string, string>> = {
  aescbc: 'invalid padding on input',
  aesgcm: 'cipher: message authentication failed',
  secretbox: 'output from secretbox does not match expected length',
}

/** A nonce, then the text combined with a stream that depends on key and nonce. */
function enciphered(plain: Uint8Array, key: string, nonce: number, more: number): Uint8Array {
  const whole = new Uint8Array(nonce + plain.length + more)
  whole.set(plain, nonce)
  for (let at = 0; at < whole.length; at += 32) {
    const stream = sha256(`${key} ${at}`)
    for (let i = 0; i < 32 && at + i < whole.length; i++) whole[at + i]! ^= Number.parseInt(stream.slice(2 * i, 2 * i + 2), 16)
  }
  return whole
}
