import { calendar, epochDays } from '../engine/time'
import {
  element,
  elements,
  fromHex,
  hex,
  integer,
  objectId,
  objectIdText,
  pem,
  readPem,
  sequence,
  tag,
  textOf,
  utf8,
  type Element,
} from './der'

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

const NAME_TYPES: Readonly<Record<string, string>> = {
  CN: '2.5.4.3',
  C: '2.5.4.6',
  L: '2.5.4.7',
  ST: '2.5.4.8',
  O: '2.5.4.10',
  OU: '2.5.4.11',
  emailAddress: '1.2.840.113549.1.9.1',
}
const NAME_OF: Readonly<Record<string, string>> = Object.fromEntries(Object.entries(NAME_TYPES).map(([type, id]) => [id, type]))

const RSA = '1.2.840.113549.1.1.1'
const SHA256_WITH_RSA = '1.2.840.113549.1.1.11'
const EXTENSION_REQUEST = '1.2.840.113549.1.9.14'
const EXTENSIONS = { keyUsage: '2.5.29.15', alternativeNames: '2.5.29.17', constraints: '2.5.29.19', usages: '2.5.29.37' }
const USAGES: Readonly<Record<string, string>> = { serverAuth: '1.3.6.1.5.5.7.3.1', clientAuth: '1.3.6.1.5.5.7.3.2' }

/** Reads a PEM certificate; of a chain the first. Undefined when it is none. */
export function readCertificate(text: string): Certificate | undefined {
  const block = readPem(text)
  if (block?.label !== 'CERTIFICATE') return undefined
  const [content] = elements(elements(block.bytes)[0]?.content ?? NOTHING)
  const parts = elements(content?.content ?? NOTHING).filter(({ tag: which }) => which !== 0xa0)
  const [serial, , issuer, validity, subject, key, ...more] = parts
  if (!serial || !issuer || !validity || !subject || !key) return undefined
  const [from, to] = elements(validity.content)
  const extensions = extensionsOf(more.find(({ tag: which }) => which === 0xa3)?.content)
  return {
    serial: hex(serial.content).replace(/^(00)+(?=..)/, ''),
    issuer: readName(issuer),
    subject: readName(subject),
    notBeforeMs: readTime(from),
    notAfterMs: readTime(to),
    key: modulusIn(key),
    alternativeNames: alternativeNamesIn(extensions.get(EXTENSIONS.alternativeNames)),
    isAuthority: elements(elements(extensions.get(EXTENSIONS.constraints) ?? NOTHING)[0]?.content ?? NOTHING)[0]?.content[0] === 0xff,
    usages: elements(elements(extensions.get(EXTENSIONS.usages) ?? NOTHING)[0]?.content ?? NOTHING).flatMap(({ content: id }) =>
      Object.keys(USAGES).filter((usage) => USAGES[usage] === objectIdText(id)),
    ),
  }
}

/** Reads a PEM certificate request; undefined when it is none. */
export function readRequest(text: string): CertificateRequest | undefined {
  const block = readPem(text)
  if (!block || !/^(NEW )?CERTIFICATE REQUEST$/.test(block.label)) return undefined
  const [content] = elements(elements(block.bytes)[0]?.content ?? NOTHING)
  const [, subject, key, attributes] = elements(content?.content ?? NOTHING)
  if (!subject || !key) return undefined
  const asked = elements(attributes?.content ?? NOTHING).find(({ content: each }) => objectIdText(elements(each)[0]?.content ?? NOTHING) === EXTENSION_REQUEST) // prettier-ignore
  const extensions = extensionsOf(elements(asked?.content ?? NOTHING)[1]?.content)
  return {
    subject: readName(subject),
    key: modulusIn(key),
    alternativeNames: alternativeNamesIn(extensions.get(EXTENSIONS.alternativeNames)),
  }
}

const NOTHING = new Uint8Array()

function readName({ content }: Element): Name {
  return elements(content).flatMap(({ content: set }) =>
    elements(set).map(({ content: pair }) => {
      const [id, value] = elements(pair)
      const type = objectIdText(id?.content ?? NOTHING)
      return [NAME_OF[type] ?? type, textOf(value?.content ?? NOTHING)] as const
    }),
  )
}

function readTime(time: Element | undefined): number {
  const text = textOf(time?.content ?? NOTHING)
  const digits = time?.tag === tag.utcTime ? (Number(text.slice(0, 2)) < 50 ? '20' : '19') + text : text
  const [year, month, day, hour, minute, second] = [4, 2, 2, 2, 2, 2].map((length, index, all) => {
    const start = all.slice(0, index).reduce((sum, each) => sum + each, 0)
    return Number(digits.slice(start, start + length))
  })
  return epochDays(year!, month!, day!) * 86_400_000 + hour! * 3_600_000 + minute! * 60_000 + second! * 1000
}

/** The modulus of a public key's SubjectPublicKeyInfo. */
function modulusIn({ content }: Element): string {
  const [algorithm, bits] = elements(content)
  if (objectIdText(elements(algorithm?.content ?? NOTHING)[0]?.content ?? NOTHING) !== RSA) return ''
  const [key] = elements(bits?.content.subarray(1) ?? NOTHING)
  return hex(elements(key?.content ?? NOTHING)[0]?.content ?? NOTHING).replace(/^00/, '')
}

/** Extensions by their object identifier. */
function extensionsOf(list: Uint8Array | undefined): ReadonlyMap<string, Uint8Array> {
  const entries = elements(elements(list ?? NOTHING)[0]?.content ?? NOTHING).map(({ content }) => {
    const parts = elements(content)
    return [objectIdText(parts[0]?.content ?? NOTHING), parts.at(-1)?.content ?? NOTHING] as const
  })
  return new Map(entries)
}

const DNS = 0x82
const IP = 0x87
const alternativeNamesIn = (value: Uint8Array | undefined) =>
  elements(elements(value ?? NOTHING)[0]?.content ?? NOTHING).flatMap(({ tag: which, content }) =>
    which === DNS ? [`DNS:${textOf(content)}`] : which === IP ? [`IP Address:${[...content].join('.')}`] : [],
  )

// ---- writing ----

/** A PEM certificate, signed with the key of this modulus. */
export function writeCertificate(certificate: Certificate, signer: string): string {
  const { serial, issuer, subject, notBeforeMs, notAfterMs, key } = certificate
  const extensions = extensionList(certificate)
  const content = sequence(
    element(0xa0, integer('02')),
    integer(serial),
    algorithm(SHA256_WITH_RSA),
    writeName(issuer),
    sequence(writeTime(notBeforeMs), writeTime(notAfterMs)),
    writeName(subject),
    publicKey(key),
    ...(extensions.length > 0 ? [element(0xa3, sequence(...extensions))] : []),
  )
  return pem('CERTIFICATE', signed(content, signer))
}

/** A PEM certificate request, signed with its own key. */
export function writeRequest({ subject, key, alternativeNames }: CertificateRequest): string {
  const names = alternativeNames.length > 0 ? [alternativeNamesExtension(alternativeNames)] : []
  const attributes = names.length > 0 ? [sequence(objectId(EXTENSION_REQUEST), element(tag.set, sequence(...names)))] : []
  return pem('CERTIFICATE REQUEST', signed(sequence(integer('00'), writeName(subject), publicKey(key), element(0xa0, ...attributes)), key))
}

/** Whether a certificate or request was signed with the key of this modulus. */
export function isSignedBy(text: string, signer: string): boolean {
  const block = readPem(text)
  const [content, , signature] = elements(elements(block?.bytes ?? NOTHING)[0]?.content ?? NOTHING)
  return content !== undefined && hex(signature?.content.subarray(1) ?? NOTHING) === checksum(content.whole, signer)
}

const signed = (content: Uint8Array, signer: string) =>
  sequence(content, algorithm(SHA256_WITH_RSA), element(tag.bitString, Uint8Array.of(0), fromHex(checksum(content, signer))))

const algorithm = (id: string) => sequence(objectId(id), element(tag.nothing))

const publicKey = (modulus: string) =>
  sequence(algorithm(RSA), element(tag.bitString, Uint8Array.of(0), sequence(integer(modulus || '00'), integer('010001'))))

const writeName = (name: Name) =>
  sequence(
    ...name.map(([type, value]) =>
      element(tag.set, sequence(objectId(NAME_TYPES[type] ?? type), element(type === 'C' ? tag.printable : tag.utf8, utf8(value)))),
    ),
  )

function writeTime(timeMs: number): Uint8Array {
  const { year, month, day, hour, minute, second } = calendar(timeMs)
  const rest = [month, day, hour, minute, second].map((value) => String(value).padStart(2, '0')).join('')
  return year < 2050
    ? element(tag.utcTime, utf8(`${String(year % 100).padStart(2, '0')}${rest}Z`))
    : element(tag.generalizedTime, utf8(`${year}${rest}Z`))
}

const extension = (id: string, value: Uint8Array, critical = false) =>
  sequence(objectId(id), ...(critical ? [element(tag.boolean, Uint8Array.of(0xff))] : []), element(tag.octetString, value))

const alternativeNamesExtension = (names: readonly string[]) =>
  extension(
    EXTENSIONS.alternativeNames,
    sequence(
      ...names.map((name) => {
        const [kind = '', ...value] = name.split(':')
        return kind === 'DNS' ? element(DNS, utf8(value.join(':'))) : element(IP, Uint8Array.from(value.join(':').split('.'), Number))
      }),
    ),
  )

function extensionList({ isAuthority, usages, alternativeNames }: Certificate): readonly Uint8Array[] {
  const keyUsage = element(tag.bitString, isAuthority ? Uint8Array.of(2, 0xa4) : Uint8Array.of(5, 0xa0))
  const constraints = sequence(...(isAuthority ? [element(tag.boolean, Uint8Array.of(0xff))] : []))
  return [
    extension(EXTENSIONS.keyUsage, keyUsage, true),
    ...(usages.length > 0 ? [extension(EXTENSIONS.usages, sequence(...usages.map((usage) => objectId(USAGES[usage] ?? usage))))] : []),
    extension(EXTENSIONS.constraints, constraints, true),
    ...(alternativeNames.length > 0 ? [alternativeNamesExtension(alternativeNames)] : []),
  ]
}

/** 256 bytes that depend on every byte of the content and on the signer: FNV-1a, drawn out. */
function checksum(content: Uint8Array, signer: string): string {
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

// ---- keys ----

/** A PEM private key (PKCS #8) with this modulus, as hexadecimal. */
export function writeKey(modulus: string): string {
  const filler = integer('01')
  const key = sequence(integer('00'), integer(modulus), integer('010001'), ...Array.from({ length: 6 }, () => filler))
  return pem('PRIVATE KEY', sequence(integer('00'), algorithm(RSA), element(tag.octetString, key)))
}

/** The PEM public key of a modulus. */
export const writePublicKey = (modulus: string) => pem('PUBLIC KEY', publicKey(modulus))

/** The modulus of a PEM private key; undefined when the text holds none. */
export function readKey(text: string): string | undefined {
  const block = readPem(text)
  if (!block || !/PRIVATE KEY$/.test(block.label)) return undefined
  const parts = elements(elements(block.bytes)[0]?.content ?? NOTHING)
  const inner = parts.find(({ tag: which }) => which === tag.octetString)
  const numbers = inner && block.label === 'PRIVATE KEY' ? elements(elements(inner.content)[0]?.content ?? NOTHING) : parts
  const [, modulus] = numbers
  // A key of another sort is told by its bytes.
  return modulus?.tag === tag.integer ? hex(modulus.content).replace(/^00/, '') : hex(block.bytes.subarray(-256)).padStart(512, 'a')
}

/** The modulus of a PEM public key; undefined when the text holds none. */
export function readPublicKey(text: string): string | undefined {
  const block = readPem(text)
  if (block?.label !== 'PUBLIC KEY') return undefined
  const [, bits] = elements(elements(block.bytes)[0]?.content ?? NOTHING)
  const [modulus] = elements(elements(bits?.content.subarray(1) ?? NOTHING)[0]?.content ?? NOTHING) // a bit string tells its unused bits first
  return modulus?.tag === tag.integer ? hex(modulus.content).replace(/^00/, '') : undefined
}

/** Of what sort a PEM private key is; undefined when it cannot be read. */
function sortOfKey(text: string): 'RSA' | 'EC' | 'other' | undefined {
  const block = readPem(text)
  if (!block) return undefined
  if (block.label !== 'PRIVATE KEY') return block.label.startsWith('RSA') ? 'RSA' : block.label.startsWith('EC') ? 'EC' : 'other'
  const [, algorithm] = elements(elements(block.bytes)[0]?.content ?? NOTHING)
  const id = elements(algorithm?.content ?? NOTHING)[0]
  if (!id) return undefined
  return ({ [RSA]: 'RSA', '1.2.840.10045.2.1': 'EC' } as const)[objectIdText(id.content)] ?? 'other'
}

/** Whether a PEM certificate is that of a PEM private key. The points of elliptic curves are not worked out: two such keys count as one pair. */
export function fits(certificate: Certificate, key: string): 'yes' | 'no key' | 'another key' | 'another sort of key' {
  const sort = sortOfKey(key)
  if (sort === undefined) return 'no key'
  if (sort === 'other' || (sort === 'RSA') !== (certificate.key !== '')) return 'another sort of key'
  return sort !== 'RSA' || readKey(key) === certificate.key ? 'yes' : 'another key'
}
