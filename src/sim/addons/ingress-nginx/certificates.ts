import type { Secret } from '../../api/types/core-v1.gen'
import { readCertificate } from '../../formats/x509-reading'

/** The certificate in a TLS Secret, as PEM text; undefined when there is none that can be read. */
export function certificateIn(secret: Secret | undefined): string | undefined {
  const { 'tls.crt': encoded, 'tls.key': key } = secret?.data ?? {}
  if (!encoded || !key) return undefined
  const text = decodeBase64(encoded)
  return readCertificate(text) ? text : undefined
}

/** Whether a certificate is for a host: by its alternative names (with wildcards for one label), else by its common name. */
export function namesHost(certificate: string, host: string): boolean {
  const read = readCertificate(certificate)
  if (!read) return false
  const names = read.alternativeNames.flatMap((name) => /^(?:DNS|IP Address):(.*)$/.exec(name)?.[1] ?? [])
  const common = read.subject.filter(([type]) => type === 'CN').map(([, value]) => value)
  return [...names, ...common].some((name) => matchesName(name.toLowerCase(), host.toLowerCase()))
}

/** `*.example.com` stands for one label before `example.com`. */
export const matchesName = (pattern: string, host: string) =>
  pattern === host || (pattern.startsWith('*.') && host.includes('.') && host.slice(host.indexOf('.')) === pattern.slice(1))

/** Text of base64; certificates are plain characters. */
export const decodeBase64 = (encoded: string): string => {
  try {
    return atob(encoded)
  } catch {
    return '' // somebody has written no base64: as good as nothing
  }
}
