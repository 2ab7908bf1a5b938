import { epochDays } from '../engine/time'
import { elements, hex, objectIdText, readPem, tag, textOf, type Element } from './der'
import { DNS, EXTENSIONS, EXTENSION_REQUEST, IP, NAME_TYPES, RSA, USAGES, checksum } from './x509-forms'
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

const alternativeNamesIn = (value: Uint8Array | undefined) =>
  elements(elements(value ?? NOTHING)[0]?.content ?? NOTHING).flatMap(({ tag: which, content }) =>
    which === DNS ? [`DNS:${textOf(content)}`] : which === IP ? [`IP Address:${[...content].join('.')}`] : [],
  )

/** Whether a certificate or request was signed with the key of this modulus. */
export function isSignedBy(text: string, signer: string): boolean {
  const block = readPem(text)
  const [content, , signature] = elements(elements(block?.bytes ?? NOTHING)[0]?.content ?? NOTHING)
  return content !== undefined && hex(signature?.content.subarray(1) ?? NOTHING) === checksum(content.whole, signer)
}

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
