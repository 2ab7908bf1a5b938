import { resolve } from '../../node/os/calls'
import { SyscallError, type Proc } from '../../node/os/syscalls'
import { isSignedBy, readCertificate } from '../../formats/x509-reading'
import type { Certificate, Name } from '../../formats/x509-forms'
import { timeText } from './certificate-text'

/** Addresses that no public authority signs certificates for. */
const PRIVATE = /^(10\.|127\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)/

/**
 * Whether a client without an authority of its own refuses a server: nobody whom distributions trust has signed a certificate for an address
 * inside the cluster. This is for servers that show no certificate: what a given authority has signed is not looked at.
 */
export function* isDistrusted(host: string): Proc<boolean> {
  if (/^[\d.]+$/.test(host)) return PRIVATE.test(host)
  try {
    const [answer] = yield* resolve(host)
    return host === 'localhost' || (answer !== undefined && PRIVATE.test(answer.value))
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
    return false
  }
}

/** What openssl calls a problem, with its number. */
type Problem = readonly [number: number, text: string]

/** What is wrong with a server's certificate for somebody who trusts these authorities (PEM, any number of them); undefined when nothing is. */
export function problemOf(certificate: string, authorities: string, nowMs: number): Problem | undefined {
  const read = readCertificate(certificate)
  const trusted = authorities.split(/(?<=-----END CERTIFICATE-----)/).flatMap((text) => readCertificate(text) ?? [])
  if (!read || !trusted.some(({ key }) => isSignedBy(certificate, key)))
    return read && isSignedBy(certificate, read.key) ? [18, 'self-signed certificate'] : [20, 'unable to get local issuer certificate']
  return read.notAfterMs < nowMs ? [10, 'certificate has expired'] : undefined
}

/** Why curl does not go on with a server that shows this certificate: curl's exit code and words. */
export function distrustOf(certificate: string, host: string, authorities: string, nowMs: number): Problem | undefined {
  const problem = problemOf(certificate, authorities, nowMs)
  if (problem) return [60, `SSL certificate problem: ${problem[1]}`]
  const read = readCertificate(certificate)!
  if (namesOf(read).some((name) => matches(name, host))) return undefined
  return [
    60,
    read.alternativeNames.length > 0
      ? `SSL: no alternative certificate subject name matches target host name '${host}'`
      : `SSL: certificate subject name '${namesOf(read)[0] ?? ''}' does not match target host name '${host}'`,
  ]
}

const commonName = (name: Name) => name.filter(([type]) => type === 'CN').map(([, value]) => value)

/** Alternative names count; only without any does the common name. */
const namesOf = ({ alternativeNames, subject }: Certificate): readonly string[] =>
  alternativeNames.length > 0 ? alternativeNames.map((name) => name.replace(/^(DNS|IP Address):/, '')) : commonName(subject)

const matches = (name: string, host: string) =>
  name.toLowerCase() === host.toLowerCase() ||
  (name.startsWith('*.') && host.includes('.') && host.slice(host.indexOf('.')).toLowerCase() === name.slice(1).toLowerCase())

const shown = (name: Name) => name.map(([type, value]) => `${type}=${value}`).join('; ')

/** What `curl -v` tells of a server's certificate. */
export function certificateLines(certificate: string, host: string, authorities: string, nowMs: number): readonly string[] {
  const read = readCertificate(certificate)
  if (!read) return []
  const problem = problemOf(certificate, authorities, nowMs)
  const name = read.alternativeNames.length > 0 ? namesOf(read).find((each) => matches(each, host)) : undefined
  return [
    'SSL connection using TLSv1.3 / TLS_AES_256_GCM_SHA384 / X25519 / RSASSA-PSS',
    'Server certificate:',
    ` subject: ${shown(read.subject)}`,
    ` start date: ${timeText(read.notBeforeMs)}`,
    ` expire date: ${timeText(read.notAfterMs)}`,
    ...(name === undefined ? [] : [` subjectAltName: host "${host}" matched cert's "${name}"`]),
    ` issuer: ${shown(read.issuer)}`,
    problem ? ` SSL certificate verify result: ${problem[1]} (${problem[0]}), continuing anyway.` : ' SSL certificate verify ok.',
  ]
}
