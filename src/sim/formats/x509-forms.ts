/*
 * X.509 certificates, requests for them, and RSA keys. The forms are real: other tools read what is written here, and what they write is read.
 * The cryptography is not: a key is a random number, a signature a checksum of what is signed and of the signer's key.
 */

/** A name's parts in their order: `['O', 'dev'], ['CN', 'jane']`. */
export type Name = readonly (readonly [type: string, value: string])[]

export interface Certificate {
  readonly serial: string
  readonly subject: Name
  readonly issuer: Name
  readonly notBeforeMs: number
  readonly notAfterMs: number
  /** The modulus of the subject's RSA key, as hexadecimal; empty for a key of another sort. */
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
export const EXTENSION_REQUEST = '1.2.840.113549.1.9.14'
export const EXTENSIONS = { keyUsage: '2.5.29.15', alternativeNames: '2.5.29.17', constraints: '2.5.29.19', usages: '2.5.29.37' }
export const USAGES: Readonly<Record<string, string>> = { serverAuth: '1.3.6.1.5.5.7.3.1', clientAuth: '1.3.6.1.5.5.7.3.2' }

export const DNS = 0x82
export const IP = 0x87

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
