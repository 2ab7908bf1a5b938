import { timestamp } from '../engine/time'
import type { Certificate } from '../formats/x509-forms'
import { isSignedBy, readCertificate } from '../formats/x509-reading'

/** In which header of an answer a server of the simulation shows its certificate (base64 of the PEM): there is no TLS in which it could. */
export const SERVED_CERTIFICATE = 'x-served-certificate'

/**
 * Why a client does not trust the certificate that a server presents under a name, in the words of Go's crypto/x509; undefined when it does.
 * `bundle` holds the authorities that the client was given. What is no certificate at all is not judged.
 */
export function distrust(pem: string, bundle: string, name: string, nowMs: number): string | undefined {
  const certificate = readCertificate(pem)
  if (!certificate) return undefined
  return outOfDate(certificate, nowMs) ?? misnamed(certificate, name) ?? unsigned(pem, certificate, bundle)
}

function outOfDate({ notBeforeMs, notAfterMs }: Certificate, nowMs: number): string | undefined {
  const isOver = nowMs > notAfterMs
  if (!isOver && nowMs >= notBeforeMs) return undefined
  const when = isOver ? `after ${timestamp(notAfterMs)}` : `before ${timestamp(notBeforeMs)}`
  return `x509: certificate has expired or is not yet valid: current time ${timestamp(nowMs)} is ${when}`
}

function misnamed({ subject, alternativeNames }: Certificate, name: string): string | undefined {
  const names = alternativeNames.flatMap((each) => (each.startsWith('DNS:') ? [each.slice('DNS:'.length)] : []))
  if (alternativeNames.length === 0)
    return subject.some(([type]) => type === 'CN')
      ? 'x509: certificate relies on legacy Common Name field, use SANs instead'
      : `x509: certificate is not valid for any names, but wanted to match ${name}`
  const fits = (pattern: string) =>
    pattern.startsWith('*.') ? name.slice(name.indexOf('.') + 1) === pattern.slice(2) : pattern.toLowerCase() === name.toLowerCase()
  if (names.some(fits)) return undefined
  return names.length === 0
    ? `x509: certificate is not valid for any names, but wanted to match ${name}`
    : `x509: certificate is valid for ${names.join(', ')}, not ${name}`
}

function unsigned(pem: string, { issuer }: Certificate, bundle: string): string | undefined {
  const unknown = 'x509: certificate signed by unknown authority'
  const [leaf] = blocksOf(pem)
  const authorities = blocksOf(bundle).flatMap((text) => {
    const certificate = readCertificate(text)
    return certificate ? [{ text, certificate }] : []
  })
  if (authorities.some(({ text }) => text === leaf)) return undefined
  const candidates = authorities.filter(({ certificate }) => JSON.stringify(certificate.subject) === JSON.stringify(issuer))
  // An authority made outside the simulation signs with real cryptography, which cannot be checked here: its name has to do.
  const trusts = ({ text, certificate }: (typeof candidates)[number]) =>
    isSignedBy(pem, certificate.key) || !isSignedBy(text, certificate.key)
  if (candidates.some(trusts)) return undefined
  const [candidate] = candidates
  const called = candidate?.certificate.subject.find(([type]) => type === 'CN')?.[1] ?? ''
  return candidate
    ? `${unknown} (possibly because of "crypto/rsa: verification error" while trying to verify candidate authority certificate ${JSON.stringify(called)})`
    : unknown
}

/** The certificates of a PEM, without what does not matter: how its lines are broken. */
const blocksOf = (pem: string): readonly string[] =>
  [...pem.matchAll(/-----BEGIN CERTIFICATE-----([\s\S]*?)-----END CERTIFICATE-----/g)].map(([, content]) => {
    return `-----BEGIN CERTIFICATE-----\n${content!.replaceAll(/\s+/g, '')}\n-----END CERTIFICATE-----\n`
  })
