import { fingerprint } from '../edge-answer'

/** The issuer of a kubeadm cluster, which is also the audience that its API server accepts. */
export const ISSUER = 'https://kubernetes.default.svc.cluster.local'

/** What a service-account token says: see "Bound service account tokens". */
export interface Claims {
  readonly aud: readonly string[]
  readonly exp: number
  readonly iat: number
  readonly iss: string
  readonly jti: string
  readonly 'kubernetes.io': {
    readonly namespace: string
    readonly serviceaccount: NameAndUid
    readonly pod?: NameAndUid
    /** A Secret's own token does not know its uid. */
    readonly secret?: { readonly name: string; readonly uid?: string }
    readonly node?: NameAndUid
  }
  readonly nbf: number
  readonly sub: string
}

export interface NameAndUid {
  readonly name: string
  readonly uid: string
}

/** Who signed the tokens that lie in Secrets, and no others. */
const LEGACY_ISSUER = 'kubernetes/serviceaccount'

/** What a token in a Secret says: it has no end and no audience. See "ServiceAccount token Secrets". */
interface LegacyClaims {
  readonly iss: typeof LEGACY_ISSUER
  readonly 'kubernetes.io/serviceaccount/namespace': string
  readonly 'kubernetes.io/serviceaccount/secret.name': string
  readonly 'kubernetes.io/serviceaccount/service-account.name': string
  readonly 'kubernetes.io/serviceaccount/service-account.uid': string
  readonly sub: string
}

const HEADER = { alg: 'RS256', kid: 'w5k2jUzrsNWDEMtCJh0fUTaDSdqv2BDqj1sUjxaLyz4' }

/**
 * A token in the form of a JSON Web Token. Its third part has the length of an RS256 signature but is a checksum: it proves nothing outside
 * the simulation, and inside nobody can forge one without reading this file.
 */
export const signToken = (claims: Claims): string => signed(claims)

/** The lasting token of an account for a Secret. */
export const signSecretToken = (namespace: string, account: NameAndUid, secret: string): string =>
  signed({
    iss: LEGACY_ISSUER,
    'kubernetes.io/serviceaccount/namespace': namespace,
    'kubernetes.io/serviceaccount/secret.name': secret,
    'kubernetes.io/serviceaccount/service-account.name': account.name,
    'kubernetes.io/serviceaccount/service-account.uid': account.uid,
    sub: `system:serviceaccount:${namespace}:${account.name}`,
  })

function signed(claims: Claims | LegacyClaims): string {
  const content = `${base64Url(JSON.stringify(HEADER))}.${base64Url(JSON.stringify(claims))}`
  return `${content}.${signature(content)}`
}

/** The claims of a token of ours, those of a Secret's in the form of the others; undefined for anything else. Whether it is still valid is for the authenticator to say. */
export function readToken(token: string): Claims | undefined {
  const [header, payload, sign] = token.split('.')
  if (!header || !payload || !sign || sign !== signature(`${header}.${payload}`)) return undefined
  const claims = JSON.parse(fromBase64Url(payload)) as Claims | LegacyClaims // signed here, so written here
  return claims.iss === LEGACY_ISSUER ? withoutEnd(claims as LegacyClaims) : (claims as Claims) // the issuer tells which
}

function withoutEnd(claims: LegacyClaims): Claims {
  const {
    'kubernetes.io/serviceaccount/namespace': namespace,
    'kubernetes.io/serviceaccount/secret.name': secret,
    'kubernetes.io/serviceaccount/service-account.name': name,
    'kubernetes.io/serviceaccount/service-account.uid': uid,
  } = claims
  return {
    aud: [ISSUER],
    exp: Infinity,
    iat: 0,
    iss: claims.iss,
    jti: '',
    'kubernetes.io': { namespace, serviceaccount: { name, uid }, secret: { name: secret } },
    nbf: 0,
    sub: claims.sub,
  }
}

/** The public half of the key that tokens are signed with, as a JSON Web Key. Its modulus is filler, as the signatures are. */
export const signingKey = () => ({ use: 'sig', kty: 'RSA', kid: HEADER.kid, alg: HEADER.alg, n: signature(ISSUER), e: 'AQAB' })

function signature(content: string): string {
  let text = fingerprint(content)
  while (text.length < 256) text += fingerprint(text)
  return base64Url(text)
}

const base64Url = (text: string) =>
  btoa(String.fromCharCode(...new TextEncoder().encode(text)))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace(/=+$/, '')

function fromBase64Url(text: string): string {
  const bytes = atob(text.replace(/-/g, '+').replace(/_/g, '/'))
  return new TextDecoder().decode(Uint8Array.from(bytes, (character) => character.charCodeAt(0)))
}
