import { fromHex, hex, integer, sequence } from './der'

/*
 * X.509 certificates, requests for them, and their keys. The forms are real: other tools read what is written here, and what they write is read.
 * The cryptography is not: an RSA key is a random number, a signature a checksum of what is signed and of the signer's key.
 *
 * A public key is a text: the modulus of an RSA key as hexadecimal, `prime256v1:04…` with the point of an elliptic curve, `ED25519:…`, and
 * `other:…` with the bytes of one of a sort that is not known here.
 */

/** A name's parts in their order: `['O', 'dev'], ['CN', 'jane']`. */
export type Name = readonly (readonly [type: string, value: string])[]

export interface Certificate {
  readonly serial: string
  readonly subject: Name
  readonly issuer: Name
  readonly notBeforeMs: number
  readonly notAfterMs: number
  /** The subject's public key. */
  readonly key: string
  /** `DNS:web.example.com`, `IP Address:10.0.0.1`. */
  readonly alternativeNames: readonly string[]
  readonly isAuthority: boolean
  /** Extended usages: `serverAuth`, `clientAuth`. */
  readonly usages: readonly string[]
}

export type CertificateRequest = Pick<Certificate, 'subject' | 'key' | 'alternativeNames'>

export const NAME_TYPES: Readonly<Record<string, string>> = {
  CN: '2.5.4.3',
  C: '2.5.4.6',
  L: '2.5.4.7',
  ST: '2.5.4.8',
  O: '2.5.4.10',
  OU: '2.5.4.11',
  emailAddress: '1.2.840.113549.1.9.1',
}
export const RSA = '1.2.840.113549.1.1.1'
export const SHA256_WITH_RSA = '1.2.840.113549.1.1.11'
export const ECDSA_WITH_SHA256 = '1.2.840.10045.4.3.2'
export const ELLIPTIC = '1.2.840.10045.2.1'
export const ED25519 = '1.3.101.112'
/** Curves by their names in openssl: their object identifiers, and how many bytes a coordinate takes. */
export const CURVE_FORMS: Readonly<Record<string, { readonly id: string; readonly size: number }>> = {
  prime256v1: { id: '1.2.840.10045.3.1.7', size: 32 },
  secp384r1: { id: '1.3.132.0.34', size: 48 },
  secp521r1: { id: '1.3.132.0.35', size: 66 },
}
export const EXTENSION_REQUEST = '1.2.840.113549.1.9.14'
export const EXTENSIONS = { keyUsage: '2.5.29.15', alternativeNames: '2.5.29.17', constraints: '2.5.29.19', usages: '2.5.29.37' }
export const USAGES: Readonly<Record<string, string>> = { serverAuth: '1.3.6.1.5.5.7.3.1', clientAuth: '1.3.6.1.5.5.7.3.2' }

export const DNS = 0x82
export const IP = 0x87

/** Of which sort a public key is (`RSA`, a curve's name, `ED25519`, `other`), and its number, point or bytes as hexadecimal. */
export function keyParts(key: string): { readonly sort: string; readonly value: string } {
  const colon = key.indexOf(':')
  return colon < 0 ? { sort: 'RSA', value: key } : { sort: key.slice(0, colon), value: key.slice(colon + 1) }
}

/** The signature of some content in the form that the signer's sort of key gives it. */
export function signatureOf(content: Uint8Array, signer: string): Uint8Array {
  const bytes = fromHex(checksum(content, signer))
  const { sort } = keyParts(signer)
  const curve = CURVE_FORMS[sort]
  if (curve) return sequence(integer(hex(bytes.subarray(0, curve.size))), integer(hex(bytes.subarray(curve.size, 2 * curve.size))))
  return sort === 'ED25519' ? bytes.subarray(0, 64) : bytes
}

/** The public key of an Ed25519 private one: 32 bytes that depend on it. */
export const ed25519PublicKey = (privateKey: string) => `ED25519:${checksum(new Uint8Array(), privateKey).slice(0, 64)}`

/** 256 bytes that depend on every byte of the content and on the signer: FNV-1a, drawn out. */
export function checksum(content: Uint8Array, signer: string): string {
  let low = 0x811c9dc5
  let high = 0x9747b28c
  const take = (byte: number) => {
    low = Math.imul(low ^ byte, 0x01000193)
    high = Math.imul(high ^ byte ^ (low >>> 16), 0x01000193)
  }
  for (let at = 0; at < signer.length; at++) take(signer.charCodeAt(at))
  for (const byte of content) take(byte)
  let text = ''
  while (text.length < 512) {
    take(text.length & 0xff)
    text += (high >>> 0).toString(16).padStart(8, '0') + (low >>> 0).toString(16).padStart(8, '0')
  }
  return text
}
