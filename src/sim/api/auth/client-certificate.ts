import { isSignedBy, readCertificate, readRequest } from '../../formats/x509-reading'
import { AUTHORITY_KEY, type Subject } from './certificate'

/** The subject of a PEM certificate or certificate request; undefined when the text is neither, or names no user. */
export function subjectOf(pem: string): Subject | undefined {
  const name = (readCertificate(pem) ?? readRequest(pem))?.subject
  const valuesOf = (wanted: string) => (name ?? []).filter(([type]) => type === wanted).map(([, value]) => value)
  const commonName = valuesOf('CN').at(-1)
  return commonName === undefined ? undefined : { commonName, organizations: valuesOf('O') }
}

/** Whom a client certificate names, whether the cluster's authority issued it, and when it is in force (milliseconds since 1970, the end excluded). */
export interface ClientCertificate {
  readonly subject: Subject
  readonly isOurs: boolean
  readonly notBeforeMs: number
  readonly notAfterMs: number
}

/** Reads a PEM; undefined when it is no certificate or request, or names no user. A request alone is in force never. */
export function readClientCertificate(pem: string): ClientCertificate | undefined {
  const subject = subjectOf(pem)
  if (!subject) return undefined
  const { notBeforeMs = 0, notAfterMs = 0 } = readCertificate(pem) ?? {}
  return { subject, isOurs: isSignedBy(pem, AUTHORITY_KEY), notBeforeMs, notAfterMs }
}
