/** Who a client certificate is about: its common name is the user, its organizations are the groups. */
export interface Subject {
  readonly commonName: string
  readonly organizations: readonly string[]
}

const SEQUENCE = 0x30
const SET = 0x31
const INTEGER = 0x02
const OBJECT_ID = 0x06
const COMMON_NAME = '550403'
const ORGANIZATION = '55040a'

/** The subject of a PEM certificate or certificate request; undefined when the text is neither. A chain is judged by its first. */
export function subjectOf(pem: string): Subject | undefined {
  const match = /-----BEGIN (CERTIFICATE|CERTIFICATE REQUEST|NEW CERTIFICATE REQUEST)-----([^-]+)-----END/.exec(pem)
  const der = match && bytesFromBase64(match[2]!)
  const [whole] = der ? elements(der) : []
  const [content] = whole ? elements(whole.content) : []
  if (!content) return undefined
  // A request names its subject first; a certificate names issuer, validity and subject, so there it is the last name of the two.
  const names = elements(content.content).filter(isName)
  const name = match?.[1] === 'CERTIFICATE' ? names[1] : names[0]
  if (!name) return undefined
  const parts = attributes(name.content)
  const commonName = parts.find(([id]) => id === COMMON_NAME)?.[1]
  return commonName === undefined
    ? undefined
    : { commonName, organizations: parts.filter(([id]) => id === ORGANIZATION).map(([, text]) => text) }
}

interface Element {
  readonly tag: number
  readonly content: Uint8Array
}

/** Splits DER into its elements; what does not fit ends the list. */
function elements(der: Uint8Array): Element[] {
  const found: Element[] = []
  for (let at = 0; at + 2 <= der.length;) {
    const tag = der[at]!
    let length = der[at + 1]!
    let start = at + 2
    if (length > 0x80) {
      const end = start + (length & 0x7f)
      for (length = 0; start < end; start++) length = length * 256 + (der[start] ?? 0)
    }
    if (start + length > der.length) break
    found.push({ tag, content: der.subarray(start, start + length) })
    at = start + length
  }
  return found
}

/** A Name is a sequence of sets, each holding attributes. */
const isName = ({ tag, content }: Element) => tag === SEQUENCE && elements(content).every((element) => element.tag === SET)

function attributes(name: Uint8Array): readonly (readonly [id: string, text: string])[] {
  return elements(name)
    .flatMap(({ content }) => elements(content))
    .map(({ content }) => {
      const [id, value] = elements(content)
      return [hex(id?.content ?? new Uint8Array()), new TextDecoder().decode(value?.content ?? new Uint8Array())] as const
    })
}

const hex = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')

function bytesFromBase64(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(text.replace(/\s/g, '')), (character) => character.charCodeAt(0))
  } catch {
    return undefined
  }
}

/** A PEM certificate with this subject, well-formed X.509 but for its key and signature, which are filler: there is no TLS in the simulation. */
export function certificateFor(
  subject: Subject,
  { serial, notBefore, notAfter }: { serial: number; notBefore: string; notAfter: string },
): string {
  const algorithm = der(SEQUENCE, der(OBJECT_ID, fromHex('2a864886f70d01010b')), der(0x05))
  const key = der(SEQUENCE, der(SEQUENCE, der(OBJECT_ID, fromHex('2a864886f70d010101')), der(0x05)), der(0x03, new Uint8Array(271)))
  const validity = der(SEQUENCE, der(0x18, ascii(zulu(notBefore))), der(0x18, ascii(zulu(notAfter))))
  const content = der(
    SEQUENCE,
    der(0xa0, der(INTEGER, Uint8Array.of(2))),
    der(INTEGER, Uint8Array.of(0, serial >>> 24, (serial >>> 16) & 0xff, (serial >>> 8) & 0xff, serial & 0xff)),
    algorithm,
    name({ commonName: 'kubernetes', organizations: [] }),
    validity,
    name(subject),
    key,
  )
  return pem('CERTIFICATE', der(SEQUENCE, content, algorithm, der(0x03, new Uint8Array(257))))
}

/** A PEM certificate request for this subject, as `openssl req -new` makes it. */
export function certificateRequestFor(subject: Subject): string {
  const algorithm = der(SEQUENCE, der(OBJECT_ID, fromHex('2a864886f70d01010b')), der(0x05))
  const key = der(SEQUENCE, der(SEQUENCE, der(OBJECT_ID, fromHex('2a864886f70d010101')), der(0x05)), der(0x03, new Uint8Array(271)))
  const content = der(SEQUENCE, der(INTEGER, Uint8Array.of(0)), name(subject), key, der(0xa0))
  return pem('CERTIFICATE REQUEST', der(SEQUENCE, content, algorithm, der(0x03, new Uint8Array(257))))
}

function name({ commonName, organizations }: Subject): Uint8Array {
  const attribute = (id: string, text: string) =>
    der(SET, der(SEQUENCE, der(OBJECT_ID, fromHex(id)), der(0x0c, new TextEncoder().encode(text))))
  return der(SEQUENCE, ...organizations.map((text) => attribute(ORGANIZATION, text)), attribute(COMMON_NAME, commonName))
}

function der(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  const head = length < 0x80 ? [tag, length] : length < 0x100 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 0xff]
  return Uint8Array.from([...head, ...parts.flatMap((part) => [...part])])
}

const ascii = (text: string) => new TextEncoder().encode(text)
const fromHex = (text: string) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16))
/** `2026-01-01T00:00:00Z` as ASN.1 GeneralizedTime. */
const zulu = (time: string) => time.replace(/[-:T]/g, '')

function pem(label: string, bytes: Uint8Array): string {
  const lines = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')).match(/.{1,64}/g) ?? []
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
}
