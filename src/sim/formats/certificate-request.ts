/** What a PKCS#10 certificate request asks for (RFC 2986). */
export interface CertificateRequest {
  readonly subject: Readonly<Record<'commonName' | 'serialNumber', string>> & Readonly<Record<ListedName, readonly string[]>>
  readonly alternativeNames: Readonly<Record<'dns' | 'email' | 'uri' | 'ip', readonly string[]>>
}

type ListedName = 'organization' | 'organizationalUnit' | 'country' | 'locality' | 'province' | 'streetAddress' | 'postalCode'

interface Node {
  readonly tag: number
  readonly content: Uint8Array
}

const names: Readonly<Record<string, ListedName | 'commonName' | 'serialNumber'>> = {
  '2.5.4.3': 'commonName',
  '2.5.4.5': 'serialNumber',
  '2.5.4.6': 'country',
  '2.5.4.7': 'locality',
  '2.5.4.8': 'province',
  '2.5.4.9': 'streetAddress',
  '2.5.4.10': 'organization',
  '2.5.4.11': 'organizationalUnit',
  '2.5.4.17': 'postalCode',
}
const extensionRequest = '1.2.840.113549.1.9.14'
const subjectAlternativeName = '2.5.29.17'

/** Reads the PEM text of a certificate request; a text about what is wrong with it where it is none. */
export function readCertificateRequest(pem: string): CertificateRequest | string {
  const block = /-----BEGIN (?:NEW )?CERTIFICATE REQUEST-----([\s\S]*?)-----END (?:NEW )?CERTIFICATE REQUEST-----/.exec(pem)
  if (!block) return 'PEM block type must be CERTIFICATE REQUEST'
  try {
    const bytes = Uint8Array.from(atob(block[1]!.replace(/\s+/g, '')), (character) => character.charCodeAt(0))
    const [request] = children(bytes)
    const [info] = children(request!.content)
    const [, subject, , ...attributes] = children(info!.content)
    return { subject: readSubject(subject!), alternativeNames: readAlternativeNames(attributes) }
  } catch {
    return 'asn1: structure error: tags don\'t match' // prettier-ignore
  }
}

/** The values that stand one after another in `bytes` (DER). */
function children(bytes: Uint8Array): Node[] {
  const nodes: Node[] = []
  for (let at = 0; at < bytes.length;) {
    const tag = bytes[at++]!
    let length = bytes[at++]!
    if (length & 0x80) {
      let octets = length & 0x7f
      for (length = 0; octets > 0; octets--) length = length * 256 + bytes[at++]!
    }
    if (at + length > bytes.length) throw new RangeError('a value is longer than what holds it')
    nodes.push({ tag, content: bytes.subarray(at, at + length) })
    at += length
  }
  return nodes
}

function identifier(bytes: Uint8Array): string {
  const numbers: number[] = []
  let value = 0
  for (const byte of bytes) {
    value = value * 128 + (byte & 0x7f)
    if (byte & 0x80) continue
    if (numbers.length === 0) numbers.push(Math.min(2, Math.floor(value / 40)), value - 40 * Math.min(2, Math.floor(value / 40)))
    else numbers.push(value)
    value = 0
  }
  return numbers.join('.')
}

const text = ({ content }: Node) => new TextDecoder().decode(content)

function readSubject({ content }: Node): CertificateRequest['subject'] {
  const found: Record<string, string[]> = {}
  for (const set of children(content))
    for (const pair of children(set.content)) {
      const [type, value] = children(pair.content)
      const name = names[identifier(type!.content)]
      if (name) (found[name] ??= []).push(text(value!))
    }
  const listed = (name: ListedName) => found[name] ?? []
  return {
    commonName: found.commonName?.at(-1) ?? '',
    serialNumber: found.serialNumber?.at(-1) ?? '',
    organization: listed('organization'),
    organizationalUnit: listed('organizationalUnit'),
    country: listed('country'),
    locality: listed('locality'),
    province: listed('province'),
    streetAddress: listed('streetAddress'),
    postalCode: listed('postalCode'),
  }
}

/** Kinds of names in a subjectAltName extension, by their tag. */
const nameTags = { 0x81: 'email', 0x82: 'dns', 0x86: 'uri', 0x87: 'ip' } as const

function readAlternativeNames(attributes: readonly Node[]): CertificateRequest['alternativeNames'] {
  const found = { dns: [] as string[], email: [] as string[], uri: [] as string[], ip: [] as string[] }
  for (const attribute of attributes.flatMap(({ content }) => children(content))) {
    const [type, values] = children(attribute.content)
    if (identifier(type!.content) !== extensionRequest) continue
    for (const extensions of children(values!.content))
      for (const extension of children(extensions.content)) {
        const parts = children(extension.content)
        if (identifier(parts[0]!.content) !== subjectAlternativeName) continue
        const [list] = children(parts.at(-1)!.content)
        for (const name of children(list!.content)) {
          const kind = nameTags[name.tag as keyof typeof nameTags] as (typeof nameTags)[keyof typeof nameTags] | undefined // other tags are not listed
          if (kind) found[kind].push(kind === 'ip' ? address(name.content) : text(name))
        }
      }
  }
  return found
}

/** Four bytes are an IPv4 address, sixteen an IPv6 one with its longest run of zeros left out. */
function address(bytes: Uint8Array): string {
  if (bytes.length !== 16) return bytes.join('.')
  const groups = Array.from({ length: 8 }, (_, i) => ((bytes[2 * i]! << 8) | bytes[2 * i + 1]!).toString(16))
  const zeros = [...` ${groups.join(' ')} `.matchAll(/ 0(?= )(?: 0(?= ))+/g)].map(([run]) => run).sort((a, b) => b.length - a.length)[0]
  return zeros ? ` ${groups.join(' ')} `.replace(zeros, ' :').trim().replaceAll(' ', ':').replace(/^:(?!:)|(?<!:):$/, '::').replace(/:{3,}/, '::') : groups.join(':') // prettier-ignore
}
