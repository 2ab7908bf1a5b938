import { sha256 } from '../../formats/sha256'
import { writeCertificate } from '../../formats/x509-writing'
import type { Configuration } from './configuration'
import { serverFor } from './routing'

const YEAR_MS = 365 * 24 * 3600 * 1000
const FAKE = [
  ['O', 'Acme Co'],
  ['CN', 'Kubernetes Ingress Controller Fake Certificate'],
] as const

/** The certificate that the controller makes for itself when it starts: shown where no Ingress gives another. */
export function fakeCertificate(who: string, nowMs: number): string {
  const key = `f${Array.from({ length: 8 }, (_, part) => sha256(`${who} ${part}`))
    .join('')
    .slice(1)}`
  return writeCertificate(
    {
      serial: sha256(who).slice(0, 32),
      subject: FAKE,
      issuer: FAKE,
      notBeforeMs: nowMs,
      notAfterMs: nowMs + YEAR_MS,
      key,
      alternativeNames: ['DNS:ingress.local'],
      isAuthority: false,
      usages: ['serverAuth'],
    },
    key,
  )
}

/** What nginx shows for a name: the certificate of its server, or the controller's own. */
export function certificateFor(configuration: Configuration, host: string, fake: string): string {
  const { certificate } = serverFor(configuration, host)
  return certificate === undefined || certificate === 'fake' ? fake : certificate
}
