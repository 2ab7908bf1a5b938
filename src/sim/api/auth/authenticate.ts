import { find, resource } from '../admission/lookup'
import type { ApiServer, Authenticate, User } from '../hooks'
import type { ApiRequest } from '../http'
import { timestamp } from '../../engine/time'
import { remembering } from '../../formats/remembering'
import { failure } from '../status'
import type { Pod, Secret, ServiceAccount } from '../types/core-v1.gen'
import type { ClusterRoleBinding } from '../types/rbac-v1.gen'
import { readClientCertificate } from './client-certificate'
import { impersonated } from './impersonate'
import { lateBootstrapToken } from './late-bootstrap-token'
import { ISSUER, readToken, type Claims } from './token'

const AUTHENTICATED = 'system:authenticated'

const ADMINISTRATORS = 'kubeadm:cluster-admins'
const ANONYMOUS: User = { name: 'system:anonymous', groups: ['system:unauthenticated'] }

/**
 * Finds out who asks: a service account or a joining machine by its bearer token, a person by a client certificate (told in a header, as there is no TLS here), a
 * proxied user by `X-Remote-User`, and in the name of whom. Throws 401 for credentials that are no good.
 */
export const authenticate: Authenticate = (request, server) => impersonated(server, identified(request, server), request.headers)

function identified({ headers, from }: ApiRequest, server: ApiServer): User {
  const { authorization, 'x-client-certificate': certificate, 'x-remote-user': remote } = headers
  if (certificate) return userOfCertificate(certificate, from === undefined ? undefined : server.engine.nowMs)
  if (remote) return { name: remote, groups: [...words(headers['x-remote-group']), AUTHENTICATED] }
  if (!authorization) return from === undefined ? administrator(server) : ANONYMOUS
  const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1]
  const user = token === undefined ? undefined : (userOfToken(token, server) ?? userOfBootstrapToken(token, server))
  if (!user) throw unauthorized()
  return user
}

const userOfBootstrapToken = (token: string, server: ApiServer) =>
  lateBootstrapToken.arrived ? lateBootstrapToken.code(token, server) : undefined

const clusterRoleBindings = resource<ClusterRoleBinding>('rbac.authorization.k8s.io', 'v1', 'clusterrolebindings')

/** Whoever reaches the port from outside the simulation without credentials: the person at the keyboard, with what kubeadm's admin.conf gives them. */
function administrator(server: ApiServer): User {
  const isBound = find(server, clusterRoleBindings, undefined, ADMINISTRATORS)
  return { name: 'kubernetes-admin', groups: [isBound ? ADMINISTRATORS : 'system:masters', AUTHENTICATED] }
}

export const words = (header: string | undefined) => (header ?? '').split(/,\s*/).filter(Boolean)

const unauthorized = () => failure(401, 'Unauthorized', 'Unauthorized')

/**
 * A kubeconfig's `client-certificate-data`: base64 of a PEM. Inside the simulation it must come from the cluster's authority and be in force;
 * from outside it is taken as given.
 */
function userOfCertificate(data: string, nowMs: number | undefined): User {
  const { certificate, user } = certified(data)
  if (!certificate || !user) throw unauthorized()
  const { isOurs, notBeforeMs, notAfterMs } = certificate
  if (nowMs !== undefined && !(isOurs && notBeforeMs <= nowMs && nowMs < notAfterMs)) throw unauthorized()
  return user
}

const MOST_CERTIFICATES = 200

/** The certificate in a header and whom it stands for, if it is any good: every request of a person brings the same. */
const certified = remembering(MOST_CERTIFICATES, (data) => {
  const certificate = readClientCertificate(decoded(data))
  const user: User | undefined = certificate && {
    name: certificate.subject.commonName,
    groups: [...certificate.subject.organizations, AUTHENTICATED],
  }
  return { certificate, user }
})

function decoded(base64: string): string {
  try {
    return atob(base64)
  } catch {
    return ''
  }
}

const serviceAccounts = resource<ServiceAccount>('', 'v1', 'serviceaccounts')
const pods = resource<Pod>('', 'v1', 'pods')
const secrets = resource<Secret>('', 'v1', 'secrets')

/** The service account that a token stands for, as long as it, and what the token is bound to, are still there. */
export function userOfToken(token: string, server: ApiServer): User | undefined {
  const judged = judgeToken(token, server, [ISSUER])
  return judged && 'user' in judged ? judged.user : undefined
}

/** Whom a token stands for and which of the audiences it is for, or why it is no good. */
export type Judged = { readonly user: User; readonly audiences: readonly string[] } | { readonly why: string }

/** Judges a token as somebody who is one of `audiences`; undefined for what is no token of a service account. */
export function judgeToken(token: string, server: ApiServer, wanted: readonly string[]): Judged | undefined {
  const claims = readToken(token)
  if (!claims) return undefined
  const { namespace, serviceaccount, pod, secret } = claims['kubernetes.io']
  const audiences = wanted.filter((each) => claims.aud.includes(each))
  const list = (texts: readonly string[]) => `[${texts.map((text) => JSON.stringify(text)).join(' ')}]`
  if (audiences.length === 0) return { why: `token audiences ${list(claims.aud)} is invalid for the target audiences ${list(wanted)}` }
  if (claims.exp * 1000 <= server.engine.nowMs) return { why: 'service account token has expired' }
  const account = find(server, serviceAccounts, namespace, serviceaccount.name)
  if (!account) return { why: `serviceaccounts ${JSON.stringify(serviceaccount.name)} not found` }
  if (account.metadata.uid !== serviceaccount.uid)
    return { why: `service account UID (${account.metadata.uid}) does not match claim (${serviceaccount.uid})` }
  const stored = secret && find(server, secrets, namespace, secret.name)
  if (secret && secret.uid === undefined) {
    if (!stored || !isThere(stored, secret, token) || !noteUse(server, stored)) return { why: 'Token has been invalidated' }
  } else if (secret && !isThere(stored, secret, token)) return { why: 'service account token has been invalidated' }
  const bound = pod && find(server, pods, namespace, pod.name)
  if (pod && !bound) return { why: 'service account token has been invalidated' }
  if (pod && bound && bound.metadata.uid !== pod.uid)
    return { why: `pod UID (${bound.metadata.uid}) does not match service account pod ref claim (${pod.uid})` }
  return {
    user: {
      name: claims.sub,
      uid: serviceaccount.uid,
      groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, AUTHENTICATED],
      extra: extraOf(claims),
    },
    audiences,
  }
}

/** The Secret that a token is bound to, or that it lies in: then it must be there still, word for word. */
const isThere = (found: Secret | undefined, { uid }: { readonly uid?: string }, token: string): boolean =>
  found !== undefined && (uid === undefined ? found.data?.token === btoa(token) : found.metadata.uid === uid)

const LAST_USED = 'kubernetes.io/legacy-token-last-used'

/** On which day a token that lies in a Secret was used last is written on the Secret. Answers whether the token is in force. */
function noteUse(server: ApiServer, { metadata }: Secret): boolean {
  const today = timestamp(server.engine.nowMs).slice(0, 10)
  const kind = server.registry.find('', 'v1', 'secrets')?.kind
  if (kind && metadata.labels?.[LAST_USED] !== today)
    server.engine.after(0, () => {
      const client = server.client({ user: 'system:apiserver', groups: ['system:masters'], manager: 'kube-apiserver' })
      if (client.get(kind, metadata.namespace, metadata.name)?.metadata.uid !== metadata.uid) return
      client.patch(kind, metadata.namespace, metadata.name, 'merge', { metadata: { labels: { [LAST_USED]: today } } })
    })
  return metadata.labels?.['kubernetes.io/legacy-token-invalid-since'] === undefined
}

function extraOf({ jti, 'kubernetes.io': { pod, node } }: Claims): Readonly<Record<string, readonly string[]>> {
  const extra: Record<string, readonly string[]> = jti ? { 'authentication.kubernetes.io/credential-id': [`JTI=${jti}`] } : {}
  if (node) extra['authentication.kubernetes.io/node-name'] = [node.name]
  if (node) extra['authentication.kubernetes.io/node-uid'] = [node.uid]
  if (pod) extra['authentication.kubernetes.io/pod-name'] = [pod.name]
  if (pod) extra['authentication.kubernetes.io/pod-uid'] = [pod.uid]
  return extra
}
