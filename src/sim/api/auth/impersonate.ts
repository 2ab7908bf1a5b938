import type { ApiServer, RequestAttributes, ResourceAttributes, User } from '../hooks'
import { refusal } from '../in-process-client'
import { failure, forbidden } from '../status'

const SERVICE_ACCOUNT = /^system:serviceaccount:([^:]+):([^:]+)$/
const EXTRA = 'impersonate-extra-'

/** Whom a request is made in the name of (`kubectl --as`), after asking whether its sender may; the sender when it names nobody. */
export function impersonated(server: ApiServer, user: User, headers: Readonly<Record<string, string>>): User {
  const name = headers['impersonate-user']
  const groups = (headers['impersonate-group'] ?? '').split(/,\s*/).filter(Boolean)
  const uid = headers['impersonate-uid']
  const extra = Object.entries(headers)
    .filter(([header]) => header.startsWith(EXTRA))
    .map(([header, value]) => [decodeURIComponent(header.slice(EXTRA.length)), value] as const)
  if (!name) {
    if (groups.length === 0 && !uid && extra.length === 0) return user
    throw failure(500, 'InternalError', 'Internal error occurred: requesting groups, uid or user-extra without impersonating a user')
  }
  const account = SERVICE_ACCOUNT.exec(name)
  ask(
    server,
    user,
    account ? { group: '', version: 'v1', plural: 'serviceaccounts', namespace: account[1]!, name: account[2]! } : who('users', name),
  )
  for (const group of groups) ask(server, user, who('groups', group))
  if (uid) ask(server, user, { ...who('uids', uid), group: 'authentication.k8s.io' })
  for (const [key, value] of extra) ask(server, user, { ...who('userextras', value), group: 'authentication.k8s.io', subresource: key })

  const own = account && groups.length === 0 ? ['system:serviceaccounts', `system:serviceaccounts:${account[1]}`] : groups
  const isAnonymous = name === 'system:anonymous'
  const everybody = isAnonymous ? 'system:unauthenticated' : 'system:authenticated'
  return {
    name,
    ...(uid && { uid }),
    groups: own.includes(everybody) ? own : [...own, everybody],
    ...(extra.length > 0 && { extra: Object.fromEntries(extra.map(([key, value]) => [key, [value]])) }),
  }
}

const who = (plural: string, name: string): ResourceAttributes => ({ group: '', version: 'v1', plural, name })

function ask(server: ApiServer, user: User, resource: ResourceAttributes) {
  const attributes: RequestAttributes = { verb: 'impersonate', path: '/impersonate', query: new URLSearchParams(), resource }
  const decision = server.may(user, attributes)
  if (!decision.allowed) throw forbidden(resource, resource.name ?? '', refusal(user, attributes, decision.reason))
}
