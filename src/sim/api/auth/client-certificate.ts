import { isSignedBy, readCertificate, readRequest } from '../../formats/x509-reading'
import { AUTHORITY_KEY, type Subject } from './certificate'

/** The subject of a PEM certificate or certificate request; undefined when the text is neither, or names no user. */
export function subjectOf(pem: string): Subject | undefined {
  const name = (readCertificate(pem) ?? readRequest(pem))?.subject
  const valuesOf = (wanted: string) => (name ?? []).filter(([type]) => type === wanted).map(([, value]) => value)
  const commonName = valuesOf('CN').at(-1)
  return commonName === undefined ? undefined : { commonName, organizations: valuesOf('O') }
}

/** Whether the cluster's authority issued a certificate, and it is in force. */
export function isTrusted(pem: string, nowMs: number): boolean {
  const certificate = readCertificate(pem)
  return certificate !== undefined && isSignedBy(pem, AUTHORITY_KEY) && certificate.notBeforeMs <= nowMs && nowMs < certificate.notAfterMs
}
