import type { Certificate, CertificateRequest, Name } from '../../formats/x509-forms'
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
function bytesText(hex: string, width: number, indent: string): string {
  const bytes = hex.match(/../g) ?? []
  const lines: string[] = []
  for (let at = 0; at < bytes.length; at += width)
    lines.push(indent + bytes.slice(at, at + width).join(':') + (at + width < bytes.length ? ':' : ''))
  return lines.join('\n')
}

const keyText = (key: string, indent: string) =>
  [
    `${indent}Subject Public Key Info:`,
    `${indent}    Public Key Algorithm: rsaEncryption`,
    `${indent}        Public-Key: (${key.length * 4} bit)`,
    `${indent}        Modulus:`,
    bytesText(/^[89a-f]/.test(key) ? `00${key}` : key, 15, `${indent}            `),
    `${indent}        Exponent: 65537 (0x10001)`,
  ].join('\n')

const serialText = (serial: string) => {
  const value = BigInt(`0x${serial}`)
  return serial.length <= 16 ? ` ${value} (0x${value.toString(16)})` : `\n            ${colons(serial)}`
}

/** `openssl x509 -text`. */
export function certificateText({ serial, issuer, subject, notBeforeMs, notAfterMs, key, ...rest }: Certificate): string {
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
    '        Signature Algorithm: sha256WithRSAEncryption',
    `        Issuer: ${nameText(issuer)}`,
    '        Validity',
    `            Not Before: ${timeText(notBeforeMs)}`,
    `            Not After : ${timeText(notAfterMs)}`,
    `        Subject: ${nameText(subject)}`,
    keyText(key, '        '),
    '        X509v3 extensions:',
    ...extensions.map(([name, value]) => `            ${name}\n                ${value}`),
    '    Signature Algorithm: sha256WithRSAEncryption',
    '',
  ].join('\n')
}

/** `openssl req -text`. */
export const requestText = ({ subject, key, alternativeNames }: CertificateRequest): string =>
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
    '    Signature Algorithm: sha256WithRSAEncryption',
    '',
  ].join('\n')
