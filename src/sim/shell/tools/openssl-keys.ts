import { random, write } from '../../node/os/calls'
import type { Proc } from '../../node/os/syscalls'
import { textFromBytes } from '../../node/os/text'
import { hex, readPem } from '../../formats/der'
import { curveOf, privateScalar, type Curve } from '../../formats/elliptic-curves'
import { publicKeyOf, readPrivateKey, writeParameters, writePkcs8, writeSec1 } from '../../formats/private-keys'
import { CURVE_FORMS, keyParts } from '../../formats/x509-forms'
import { readKey, readPublicKey } from '../../formats/x509-reading'
import { writeKey, writePublicKey } from '../../formats/x509-writing'
import { bytesText, curveBits, pointText } from './certificate-text'
import { ToolError } from './tool'

/** How a subcommand of openssl reads its flags, its input and its output. */
export interface Streams {
  readonly words: readonly string[]
  value(name: string): string | undefined
  input(): Proc<string>
  output(text: string): Proc
}

export function* randomBytes(count: number): Proc<Uint8Array> {
  const bytes = new Uint8Array(Math.min(count, 1_000_000))
  for (let i = 0; i < bytes.length; i++) bytes[i] = Math.floor((yield* random()) * 256)
  return bytes
}

/** A private RSA key of so many bits; 2048 unless a word says otherwise (`4096`, `rsa:4096`, `rsa_keygen_bits:4096`). */
function* rsaKey(words: readonly string[]): Proc<string> {
  const bits = Number(words.flatMap((word) => /^(?:rsa:|rsa_keygen_bits:)?(\d{3,5})$/.exec(word)?.[1] ?? [])[0] ?? 2048)
  const [first = 0, ...rest] = yield* randomBytes(Math.max(64, bits >> 3))
  return writeKey(hex(Uint8Array.of(first | 0x80, ...rest)))
}

/** A private key of an algorithm (`RSA`, `EC`, `ED25519`), with the options of openssl: `ec_paramgen_curve:P-256`, `rsa_keygen_bits:4096`. Throws ToolError as the real one does. */
export function* newPrivateKey(algorithm: string, words: readonly string[], command: string): Proc<string> {
  if (/^rsa(-pss)?$/i.test(algorithm)) return yield* rsaKey(words)
  if (/^ed25519$/i.test(algorithm)) return writePkcs8({ sort: 'ED25519', secret: hex(yield* randomBytes(32)) })
  if (!/^ec$/i.test(algorithm)) throw new ToolError(`\x00Error initializing ${algorithm} context`)
  const curve = curveOf(words.flatMap((word) => /^ec_paramgen_curve:(.*)$/.exec(word)?.[1] ?? []).at(-1) ?? '')
  if (!curve) throw new ToolError(`\x00${command}: Error generating EC key`)
  return writePkcs8(yield* ellipticKey(curve))
}

function* ellipticKey(curve: Curve): Proc<{ readonly sort: string; readonly secret: string }> {
  const { name } = curve
  return { sort: name, secret: privateScalar(curve, hex(yield* randomBytes(CURVE_FORMS[name]!.size))) }
}

/** `openssl genrsa` and `openssl genpkey`. */
export function* generateKey({ words, value, output }: Streams, isRsa: boolean): Proc<number> {
  const algorithm = isRsa ? 'RSA' : value('-algorithm')
  if (algorithm === undefined) throw new ToolError('\x00genpkey: Use -help for summary.')
  yield* output(yield* newPrivateKey(algorithm, words, 'genpkey'))
  return 0
}

/** What older standards call the curve that openssl calls prime256v1. */
const OTHER_NAMES: Readonly<Record<string, string>> = { secp256r1: 'prime256v1' }

/** `openssl ecparam`: the parameters of a curve, and a key for it with `-genkey`. */
export function* ellipticParameters({ words, value, output }: Streams): Proc<number> {
  const asked = value('-name')
  if (asked === undefined) throw new ToolError('\x00Unable to load parameters from <NULL>')
  const name = OTHER_NAMES[asked] ?? asked
  if (name !== asked) yield* write(2, `using curve name ${name} instead of ${asked}\n`)
  const curve = curveOf(name)
  if (!curve) throw new ToolError('\x00unable to generate key')
  const key = words.includes('-genkey') ? writeSec1(yield* ellipticKey(curve)) : ''
  yield* output(`${words.includes('-noout') ? '' : writeParameters(name)}${key}`)
  return 0
}

/** `openssl rsa`, `openssl ec` and `openssl pkey`: a key in another form, or what it says. */
export function* showKey({ words, value, input, output }: Streams, command: 'rsa' | 'ec' | 'pkey'): Proc<number> {
  const text = yield* input()
  if (command === 'ec') yield* write(2, 'read EC key\n')
  const isPublic = words.includes('-pubin')
  const key = isPublic ? readPublicKey(text) : readKey(text)
  if (key === undefined) throw new ToolError(`\x00Could not read ${isPublic ? 'public' : 'private'} key from ${value('-in') ?? '<stdin>'}`)
  const { sort } = keyParts(key)
  if (command === 'rsa' && sort !== 'RSA') throw new ToolError('\x00Not an RSA key')
  if (command === 'ec' && !(sort in CURVE_FORMS)) throw new ToolError('\x00Not an EC key')
  const own = isPublic ? undefined : readPrivateKey(text)
  if (words.includes('-modulus')) yield* write(1, `Modulus=${key.toUpperCase()}\n`)
  if (words.includes('-text') && own) yield* write(1, privateKeyText(own))
  if (words.includes('-noout')) return 0
  if (command === 'ec') yield* write(2, 'writing EC key\n')
  const privateText = own === undefined ? text : command === 'ec' ? writeSec1(own) : writePkcs8(own)
  const shown = isPublic || words.includes('-pubout') ? writePublicKey(key) : privateText
  const isDer = value('-outform')?.toLowerCase() === 'der'
  yield* output(isDer ? textFromBytes(readPem(shown)!.bytes) : shown)
  return 0
}

function privateKeyText(key: { readonly sort: string; readonly secret: string }): string {
  const { sort, secret } = key
  const curve = curveOf(sort)
  const bits = curve ? `Private-Key: (${curveBits(curve.nist)} bit)` : 'ED25519 Private-Key:'
  return [bits, 'priv:', bytesText(secret, 15, '    '), pointText(publicKeyOf(key), ''), ''].join('\n')
}
