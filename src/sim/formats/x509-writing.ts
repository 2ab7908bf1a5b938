import { calendar } from '../engine/time'
import { element, fromHex, integer, objectId, pem, sequence, tag, utf8 } from './der'
import { CURVE_FORMS, DNS, ECDSA_WITH_SHA256, ED25519, ELLIPTIC, EXTENSIONS, EXTENSION_REQUEST, IP, NAME_TYPES, RSA, SHA256_WITH_RSA, USAGES, keyParts, signatureOf } from './x509-forms' // prettier-ignore
import type { Certificate, CertificateRequest, Name } from './x509-forms'

/** A PEM certificate, signed with the private key of this public one. */
export function writeCertificate(certificate: Certificate, signer: string): string {
  const { serial, issuer, subject, notBeforeMs, notAfterMs, key } = certificate
  const extensions = extensionList(certificate)
  const content = sequence(
    element(0xa0, integer('02')),
    integer(serial),
    signatureAlgorithm(signer),
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

/** A PEM private key of RSA (PKCS #8) with this modulus, as hexadecimal. */
export function writeKey(modulus: string): string {
  const filler = integer('01')
  const key = sequence(integer('00'), integer(modulus), integer('010001'), ...Array.from({ length: 6 }, () => filler))
  return pem('PRIVATE KEY', sequence(integer('00'), algorithm(RSA), element(tag.octetString, key)))
}

/** A public key as PEM. */
export const writePublicKey = (key: string) => pem('PUBLIC KEY', publicKey(key))

const signed = (content: Uint8Array, signer: string) =>
  sequence(content, signatureAlgorithm(signer), element(tag.bitString, Uint8Array.of(0), signatureOf(content, signer)))

const algorithm = (id: string) => sequence(objectId(id), element(tag.nothing))

function signatureAlgorithm(signer: string): Uint8Array {
  const { sort } = keyParts(signer)
  if (sort in CURVE_FORMS) return sequence(objectId(ECDSA_WITH_SHA256))
  return sort === 'ED25519' ? sequence(objectId(ED25519)) : algorithm(SHA256_WITH_RSA)
}

function publicKey(key: string): Uint8Array {
  const { sort, value } = keyParts(key)
  const curve = CURVE_FORMS[sort]
  const bits = (content: Uint8Array) => element(tag.bitString, Uint8Array.of(0), content)
  if (curve) return sequence(sequence(objectId(ELLIPTIC), objectId(curve.id)), bits(fromHex(value)))
  if (sort === 'ED25519') return sequence(sequence(objectId(ED25519)), bits(fromHex(value)))
  if (sort === 'other') return fromHex(value)
  return sequence(algorithm(RSA), bits(sequence(integer(value || '00'), integer('010001'))))
}

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
