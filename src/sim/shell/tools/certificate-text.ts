import { curveOf } from '../../formats/elliptic-curves'
import { keyParts, type Certificate, type CertificateRequest, type Name } from '../../formats/x509-forms'
import { formatTime } from './format'

/** How openssl prints a name: `O = dev, CN = jane`. */
export const nameText = (name: Name) => name.map(([type, value]) => `${type} = ${value}`).join(', ')

/** `Jan  1 00:00:00 2026 GMT` */
export const timeText = (ms: number) => formatTime('%b %e %H:%M:%S %Y GMT', ms)

const EXTENDED: Readonly<Record<string, string>> = {
  serverAuth: 'TLS Web Server Authentication',
  clientAuth: 'TLS Web Client Authentication',
}

const colons = (hex: string) => (hex.match(/../g) ?? []).join(':')

/** Bytes with a colon after each, `width` a line, indented. */
export function bytesText(hex: string, width: number, indent: string): string {
  const bytes = hex.match(/../g) ?? []
  const lines: string[] = []
  for (let at = 0; at < bytes.length; at += width)
    lines.push(indent + bytes.slice(at, at + width).join(':') + (at + width < bytes.length ? ':' : ''))
  return lines.join('\n')
}

/** A public key that is no modulus, and the names of its curve. */
export function pointText(key: string, indent: string): string {
  const { sort, value } = keyParts(key)
  const curve = curveOf(sort)
  const names = curve ? [`${indent}ASN1 OID: ${curve.name}`, `${indent}NIST CURVE: ${curve.nist}`] : []
  return [`${indent}pub:`, bytesText(value, 15, `${indent}    `), ...names].join('\n')
}

/** How many bits a curve's key has, by its name: `P-256`. */
export const curveBits = (nist: string) => Number(/\d+/.exec(nist)![0])

function keyText(key: string, indent: string): string {
  const { sort, value } = keyParts(key)
  const algorithm = (name: string) => [`${indent}Subject Public Key Info:`, `${indent}    Public Key Algorithm: ${name}`]
  const curve = curveOf(sort)
  if (curve)
    return [
      ...algorithm('id-ecPublicKey'),
      `${indent}        Public-Key: (${curveBits(curve.nist)} bit)`,
      pointText(key, `${indent}        `),
    ].join('\n')
  if (sort !== 'RSA') return [...algorithm(sort), `${indent}        ${sort} Public-Key:`, pointText(key, `${indent}        `)].join('\n')
  return [
    ...algorithm('rsaEncryption'),
    `${indent}        Public-Key: (${value.length * 4} bit)`,
    `${indent}        Modulus:`,
    bytesText(/^[89a-f]/.test(value) ? `00${value}` : value, 15, `${indent}            `),
    `${indent}        Exponent: 65537 (0x10001)`,
  ].join('\n')
}

const serialText = (serial: string) => {
  const value = BigInt(`0x${serial}`)
  return serial.length <= 16 ? ` ${value} (0x${value.toString(16)})` : `\n            ${colons(serial)}`
}

/** `openssl x509 -text`, with the name of the algorithm of the signature. */
export function certificateText(
  { serial, issuer, subject, notBeforeMs, notAfterMs, key, ...rest }: Certificate,
  signature: string,
): string {
  const { isAuthority, usages, alternativeNames } = rest
  const extensions: readonly (readonly [name: string, value: string])[] = [
    [
      'X509v3 Key Usage: critical',
      isAuthority ? 'Digital Signature, Key Encipherment, Certificate Sign' : 'Digital Signature, Key Encipherment',
    ],
    ...(usages.length > 0 ? [['X509v3 Extended Key Usage: ', usages.map((usage) => EXTENDED[usage] ?? usage).join(', ')] as const] : []),
    ['X509v3 Basic Constraints: critical', `CA:${isAuthority ? 'TRUE' : 'FALSE'}`],
    ...(alternativeNames.length > 0 ? [['X509v3 Subject Alternative Name: ', alternativeNames.join(', ')] as const] : []),
  ]
  return [
    'Certificate:',
    '    Data:',
    '        Version: 3 (0x2)',
    `        Serial Number:${serialText(serial)}`,
    `        Signature Algorithm: ${signature}`,
    `        Issuer: ${nameText(issuer)}`,
    '        Validity',
    `            Not Before: ${timeText(notBeforeMs)}`,
    `            Not After : ${timeText(notAfterMs)}`,
    `        Subject: ${nameText(subject)}`,
    keyText(key, '        '),
    '        X509v3 extensions:',
    ...extensions.map(([name, value]) => `            ${name}\n                ${value}`),
    `    Signature Algorithm: ${signature}`,
    '',
  ].join('\n')
}

/** `openssl req -text`, with the name of the algorithm of the signature. */
export const requestText = ({ subject, key, alternativeNames }: CertificateRequest, signature: string): string =>
  [
    'Certificate Request:',
    '    Data:',
    '        Version: 1 (0x0)',
    `        Subject: ${nameText(subject)}`,
    keyText(key, '        '),
    '        Attributes:',
    alternativeNames.length > 0
      ? `            Requested Extensions:\n                X509v3 Subject Alternative Name: \n                    ${alternativeNames.join(', ')}`
      : '            (none)',
    `    Signature Algorithm: ${signature}`,
    '',
  ].join('\n')
