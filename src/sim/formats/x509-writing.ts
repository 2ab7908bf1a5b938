import { calendar } from '../engine/time'
import { element, fromHex, integer, objectId, pem, sequence, tag, utf8 } from './der'
import { DNS, EXTENSIONS, EXTENSION_REQUEST, IP, NAME_TYPES, RSA, SHA256_WITH_RSA, USAGES, checksum } from './x509-forms'
import type { Certificate, CertificateRequest, Name } from './x509-forms'

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

/** A PEM private key (PKCS #8) with this modulus, as hexadecimal. */
export function writeKey(modulus: string): string {
  const filler = integer('01')
  const key = sequence(integer('00'), integer(modulus), integer('010001'), ...Array.from({ length: 6 }, () => filler))
  return pem('PRIVATE KEY', sequence(integer('00'), algorithm(RSA), element(tag.octetString, key)))
}

/** The PEM public key of a modulus. */
export const writePublicKey = (modulus: string) => pem('PUBLIC KEY', publicKey(modulus))

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
