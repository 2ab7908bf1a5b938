import type { Certificate, Name } from '../../formats/x509-forms'
import { writeCertificate } from '../../formats/x509-writing'

/** Who a client certificate is about: its common name is the user, its organizations are the groups. */
export interface Subject {
  readonly commonName: string
  readonly organizations: readonly string[]
}

/** The name of the cluster's certificate authority, and the modulus of its key. */
export const AUTHORITY: Name = [['CN', 'kubernetes']]
export const AUTHORITY_KEY = 'c0de'.repeat(128)

type Details = Pick<Certificate, 'serial' | 'notBeforeMs' | 'notAfterMs'> & Partial<Certificate>

/** A PEM certificate for this subject from the cluster's authority. */
export function certificateFor(subject: Name, details: Details): string {
  const plain = { issuer: AUTHORITY, key: 'ab'.repeat(256), alternativeNames: [], isAuthority: false, usages: ['clientAuth'] }
  return writeCertificate({ subject, ...plain, ...details }, AUTHORITY_KEY)
}

const DAY_MS = 86_400_000

/** Authorities are in force from midnight on, for ten years: clusters that are set up on one day have the same certificates, to the letter. */
const forTenYears = (nowMs: number) => {
  const notBeforeMs = nowMs - (nowMs % DAY_MS)
  return { notBeforeMs, notAfterMs: notBeforeMs + 10 * 365 * DAY_MS }
}

/** The authority's own certificate, which every machine has a copy of. */
export function authorityCertificate(nowMs: number): string {
  const validity = forTenYears(nowMs)
  if (latest?.notBeforeMs !== validity.notBeforeMs) latest = { ...validity, text: writeAuthority(validity) }
  return latest.text
}

let latest: { readonly notBeforeMs: number; readonly text: string } | undefined

const writeAuthority = (validity: ReturnType<typeof forTenYears>) =>
  certificateFor(AUTHORITY, {
    serial: '00',
    ...validity,
    key: AUTHORITY_KEY,
    isAuthority: true,
    usages: [],
    alternativeNames: ['DNS:kubernetes'],
  })

/** Who vouches for kube-apiserver where it hands requests on to other API servers. */
export const FRONT_PROXY_AUTHORITY = { name: [['CN', 'front-proxy-ca']] as Name, key: 'f0ca'.repeat(128) }

export const frontProxyCertificate = (nowMs: number) =>
  writeCertificate(
    {
      subject: FRONT_PROXY_AUTHORITY.name,
      issuer: FRONT_PROXY_AUTHORITY.name,
      serial: '00',
      key: FRONT_PROXY_AUTHORITY.key,
      ...forTenYears(nowMs),
      isAuthority: true,
      usages: [],
      alternativeNames: ['DNS:front-proxy-ca'],
    },
    FRONT_PROXY_AUTHORITY.key,
  )

/** A user's name as certificates have it: his groups as organizations. */
export const nameOf = ({ commonName, organizations }: Subject): Name => [
  ...organizations.map((value) => ['O', value] as const),
  ['CN', commonName],
]
