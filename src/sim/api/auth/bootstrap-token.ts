import type { Secret } from '../types/core-v1.gen'
import { bootstrapTokenOf, TOKEN_NAMESPACE } from '../../formats/bootstrap-token'
import { find, resource } from '../admission/lookup'
import type { ApiServer, User } from '../hooks'

const secrets = resource<Secret>('', 'v1', 'secrets')

/** Who a bootstrap token (`id.secret`) lets in: undefined when there is no such token, it is over, or not for that. */
export function userOfBootstrapToken(text: string, server: ApiServer): User | undefined {
  const [, id, secret] = /^([a-z0-9]{6})\.([a-z0-9]{16})$/.exec(text) ?? []
  const stored = id === undefined ? undefined : find(server, secrets, TOKEN_NAMESPACE, `bootstrap-token-${id}`)
  const token = stored && !stored.metadata.deletionTimestamp ? bootstrapTokenOf(stored) : undefined
  if (!token || token.secret !== secret || !token.authenticates) return undefined
  if (token.expiresMs !== undefined && !(token.expiresMs > server.engine.nowMs)) return undefined
  // One group of another sort spoils them all, as it does with a real server.
  if (!token.groups.every((group) => /^system:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]$/.test(group))) return undefined
  return { name: `system:bootstrap:${token.id}`, groups: ['system:bootstrappers', ...token.groups, 'system:authenticated'] }
}
