import { element, elements, fromHex, hex, integer, objectId, pem, readPem, sequence, tag } from './der'
import { curveOf, publicPoint } from './elliptic-curves'
import { CURVE_FORMS, ED25519, ELLIPTIC, ed25519PublicKey, keyParts } from './x509-forms'
import { PRIVATE_KEY, readKey } from './x509-reading'

/** A private key of an elliptic curve or of Ed25519. */
export interface PrivateKey {
  /** The curve's name, or `ED25519`. */
  readonly sort: string
  /** Its number or bytes, as hexadecimal. */
  readonly secret: string
}

/** The public key that belongs to it. */
export const publicKeyOf = ({ sort, secret }: PrivateKey) =>
  sort === 'ED25519' ? ed25519PublicKey(secret) : publicPoint(curveOf(sort)!, secret)

/** Reads a PEM private key of an elliptic curve or of Ed25519 in any of its forms; undefined when it is none. */
export function readPrivateKey(text: string): PrivateKey | undefined {
  const block = readPem(text, PRIVATE_KEY)
  const { sort } = keyParts(readKey(text) ?? '')
  if (!block || (sort !== 'ED25519' && !curveOf(sort))) return undefined
  const octets = elements(elements(block.bytes)[0]!.content).find(({ tag: which }) => which === tag.octetString)
  const own = elements(octets?.content ?? new Uint8Array())
  const secret = block.label !== 'PRIVATE KEY' ? octets : sort === 'ED25519' ? own[0] : elements(own[0]!.content)[1]
  return secret && { sort, secret: hex(secret.content) }
}

/** As PKCS #8, the way `openssl genpkey` writes keys of all sorts. */
export function writePkcs8(key: PrivateKey): string {
  const { sort, secret } = key
  const algorithm = sort === 'ED25519' ? sequence(objectId(ED25519)) : sequence(objectId(ELLIPTIC), curveId(sort))
  const own = sort === 'ED25519' ? octetString(secret) : sequence(integer('01'), octetString(secret), point(key))
  return pem('PRIVATE KEY', sequence(integer('00'), algorithm, element(tag.octetString, own)))
}

/** A key of an elliptic curve as SEC 1, the way `openssl ecparam` and `openssl ec` write it. */
export const writeSec1 = (key: PrivateKey) =>
  pem('EC PRIVATE KEY', sequence(integer('01'), octetString(key.secret), element(0xa0, curveId(key.sort)), point(key)))

/** The parameters of a curve, which are its name. */
export const writeParameters = (curve: string) => pem('EC PARAMETERS', curveId(curve))

const curveId = (curve: string) => objectId(CURVE_FORMS[curve]!.id)
const octetString = (bytes: string) => element(tag.octetString, fromHex(bytes))
const point = (key: PrivateKey) => element(0xa1, element(tag.bitString, Uint8Array.of(0), fromHex(keyParts(publicKeyOf(key)).value)))
