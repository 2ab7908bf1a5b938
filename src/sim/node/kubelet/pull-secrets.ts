import type { Client } from '../../api/client'
import type { Pod, Secret } from '../../api/types/core-v1.gen'
import { secret as secretKind } from '../../kinds/core/secret'
import { textFromBase64 } from './base64'

/** A name and password for one registry. */
export interface Login {
  readonly registry: string
  readonly username: string
  readonly password: string
}

/** What a Pod's `imagePullSecrets` hold, and which of them are not there. Entries that cannot be read count for nothing, as with a real kubelet. */
export function pullLogins(
  client: Client,
  { metadata, spec }: Pod,
): { readonly logins: readonly Login[]; readonly missing: readonly string[] } {
  const logins: Login[] = []
  const missing: string[] = []
  for (const { name = '' } of spec.imagePullSecrets ?? []) {
    const found = name === '' ? undefined : client.get<Secret>(secretKind, metadata.namespace, name)
    if (found) logins.push(...loginsOf(found))
    else missing.push(name)
  }
  return { logins, missing }
}

function loginsOf({ type, data = {} }: Secret): readonly Login[] {
  if (type === 'kubernetes.io/dockerconfigjson') return entries((json(data['.dockerconfigjson']) as { auths?: unknown } | undefined)?.auths)
  return type === 'kubernetes.io/dockercfg' ? entries(json(data['.dockercfg'])) : []
}

function json(base64: string | undefined): unknown {
  try {
    return JSON.parse(textFromBase64(base64 ?? ''))
  } catch {
    return undefined // what is no JSON holds no logins
  }
}

function entries(auths: unknown): readonly Login[] {
  if (typeof auths !== 'object' || auths === null) return []
  return Object.entries(auths).flatMap(([server, entry]) => {
    const { username, password, auth } = (entry ?? {}) as { username?: string; password?: string; auth?: string } // checked below
    const [name = '', ...rest] =
      typeof auth === 'string' && auth !== '' ? textFromBase64(auth).split(':') : [username ?? '', password ?? '']
    return name === '' ? [] : [{ registry: registryOf(server), username: name, password: rest.join(':') }]
  })
}

/** `https://index.docker.io/v1/` is what people write for `docker.io`. */
function registryOf(server: string): string {
  const host = server.replace(/^https?:\/\//, '').replace(/\/.*$/, '')
  return host === 'index.docker.io' || host === 'registry-1.docker.io' ? 'docker.io' : host
}
