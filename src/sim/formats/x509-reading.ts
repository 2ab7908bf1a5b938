import { epochDays } from '../engine/time'
import { elements, hex, objectIdText, readPem, tag, textOf, type Element } from './der'
import { curveOf, publicPoint } from './elliptic-curves'
import { CURVE_FORMS, DNS, ECDSA_WITH_SHA256, ED25519, ELLIPTIC, EXTENSIONS, EXTENSION_REQUEST, IP, NAME_TYPES, RSA, USAGES, ed25519PublicKey, keyParts, signatureOf } from './x509-forms' // prettier-ignore
import type { Certificate, CertificateRequest, Name } from './x509-forms'

const NAME_OF: Readonly<Record<string, string>> = Object.fromEntries(Object.entries(NAME_TYPES).map(([type, id]) => [id, type]))

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
    key: publicKeyIn(key),
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
    key: publicKeyIn(key),
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

/** The key of a SubjectPublicKeyInfo. */
function publicKeyIn({ content, whole }: Element): string {
  const [algorithm, bits] = elements(content)
  const [id, parameters] = elements(algorithm?.content ?? NOTHING)
  const value = bits?.content.subarray(1) ?? NOTHING // a bit string tells its unused bits first
  switch (objectIdText(id?.content ?? NOTHING)) {
    case RSA:
      return hex(elements(elements(value)[0]?.content ?? NOTHING)[0]?.content ?? NOTHING).replace(/^00/, '')
    case ED25519:
      return `ED25519:${hex(value)}`
    case ELLIPTIC: {
      const curve = curveNamed(parameters)
      if (curve !== undefined) return `${curve}:${hex(value)}`
    }
  }
  return `other:${hex(whole)}`
}

function curveNamed(id: Element | undefined): string | undefined {
  const text = objectIdText(id?.content ?? NOTHING)
  return Object.keys(CURVE_FORMS).find((name) => CURVE_FORMS[name]!.id === text)
}

/** Extensions by their object identifier. */
function extensionsOf(list: Uint8Array | undefined): ReadonlyMap<string, Uint8Array> {
  const entries = elements(elements(list ?? NOTHING)[0]?.content ?? NOTHING).map(({ content }) => {
    const parts = elements(content)
    return [objectIdText(parts[0]?.content ?? NOTHING), parts.at(-1)?.content ?? NOTHING] as const
  })
  return new Map(entries)
}

const alternativeNamesIn = (value: Uint8Array | undefined) =>
  elements(elements(value ?? NOTHING)[0]?.content ?? NOTHING).flatMap(({ tag: which, content }) =>
    which === DNS ? [`DNS:${textOf(content)}`] : which === IP ? [`IP Address:${[...content].join('.')}`] : [],
  )

/** Whether a certificate or request was signed with the private key of this public one. */
export function isSignedBy(text: string, signer: string): boolean {
  const block = readPem(text)
  const [content, , signature] = elements(elements(block?.bytes ?? NOTHING)[0]?.content ?? NOTHING)
  return content !== undefined && hex(signature?.content.subarray(1) ?? NOTHING) === hex(signatureOf(content.whole, signer))
}

/** What a certificate or request was signed with, as openssl calls it. */
export function signatureAlgorithm(text: string): string {
  const [, algorithm] = elements(elements(readPem(text)?.bytes ?? NOTHING)[0]?.content ?? NOTHING)
  const id = objectIdText(elements(algorithm?.content ?? NOTHING)[0]?.content ?? NOTHING)
  return id === ECDSA_WITH_SHA256 ? 'ecdsa-with-SHA256' : id === ED25519 ? 'ED25519' : 'sha256WithRSAEncryption'
}

/** The label of a private key's PEM block; an EC key may have its parameters before it. */
export const PRIVATE_KEY = /PRIVATE KEY$/

/** The public key of a PEM private key; undefined when the text holds none. */
export function readKey(text: string): string | undefined {
  const block = readPem(text, PRIVATE_KEY)
  if (!block) return undefined
  const parts = elements(elements(block.bytes)[0]?.content ?? NOTHING)
  // Its parts begin with a version; in PKCS #8 the algorithm and the key in its own form follow.
  const [id, parameters] = block.label === 'PRIVATE KEY' ? elements(parts[1]?.content ?? NOTHING) : []
  const own = elements(parts.find(({ tag: which }) => which === tag.octetString)?.content ?? NOTHING)
  const algorithm = id && objectIdText(id.content)
  if (algorithm === ED25519) return ed25519PublicKey(hex(own[0]?.content ?? NOTHING))
  if (algorithm === ELLIPTIC) return ellipticKey(elements(own[0]?.content ?? NOTHING), parameters)
  if (block.label === 'EC PRIVATE KEY') return ellipticKey(parts, elements(parts.find(({ tag: which }) => which === 0xa0)?.content ?? NOTHING)[0]) // prettier-ignore
  const [, modulus] = block.label === 'PRIVATE KEY' ? elements(own[0]?.content ?? NOTHING) : parts
  if (modulus?.tag === tag.integer) return hex(modulus.content).replace(/^00/, '')
  return block.label === 'PRIVATE KEY' && algorithm === undefined ? undefined : `other:${hex(block.bytes)}`
}

/** The public key of an elliptic curve's private one (SEC 1): it stands beside it, or is worked out. */
function ellipticKey(parts: readonly Element[], parameters: Element | undefined): string | undefined {
  const [, scalar] = parts
  const curve = curveOf(curveNamed(parameters) ?? '')
  if (!scalar || !curve) return undefined
  const [point] = elements(parts.find(({ tag: which }) => which === 0xa1)?.content ?? NOTHING)
  return point ? `${curve.name}:${hex(point.content.subarray(1))}` : publicPoint(curve, hex(scalar.content))
}

/** The key of a PEM public key; undefined when the text holds none. */
export function readPublicKey(text: string): string | undefined {
  const block = readPem(text)
  if (block?.label !== 'PUBLIC KEY') return undefined
  const [info] = elements(block.bytes)
  return info && publicKeyIn(info)
}

/** Keys of all curves are of one sort. */
const sortOf = (key: string) => (keyParts(key).sort in CURVE_FORMS ? 'EC' : keyParts(key).sort)

/** Whether a PEM certificate is that of a PEM private key. */
export function fits(certificate: Certificate, key: string): 'yes' | 'no key' | 'another key' | 'another sort of key' {
  const own = readKey(key)
  if (own === undefined) return 'no key'
  return sortOf(own) !== sortOf(certificate.key) ? 'another sort of key' : own === certificate.key ? 'yes' : 'another key'
}
