import { keyOf } from '../api/object'
import type { Pod, Secret, ServiceAccount } from '../api/types/core-v1.gen'
import { parseTimestamp, timestamp } from '../engine/time'
import { namespace } from '../kinds/core/namespace'
import { pod } from '../kinds/core/pod'
import { secret as secretKind } from '../kinds/core/secret'
import { serviceAccount } from '../kinds/core/service-account'
import { attempt, type Environment } from './component'

/** A token that nobody has used for so long is put out of force, and after as long again deleted (--legacy-service-account-token-clean-up-period). */
const CLEAN_UP_MS = 8_760 * 3_600_000

const LAST_USED = 'kubernetes.io/legacy-token-last-used'
const INVALID_SINCE = 'kubernetes.io/legacy-token-invalid-since'

/**
 * One look at the tokens that lie in Secrets: those that were made for an account (it lists them), that no Pod mounts and nobody uses. Tokens that
 * people made themselves are left alone. Use has been noted down since the cluster is there.
 */
export function cleanLegacyTokens({ client, engine }: Environment): void {
  const isLongAgo = (time: string | undefined) =>
    parseTimestamp(time?.length === 10 ? `${time}T00:00:00Z` : (time ?? '')) + CLEAN_UP_MS <= engine.nowMs
  if (!isLongAgo(client.get(namespace, undefined, 'kube-system')?.metadata.creationTimestamp)) return
  const listed = new Set(
    client
      .list<ServiceAccount>(serviceAccount)
      .flatMap(({ metadata, secrets = [] }) => secrets.map(({ name }) => `${metadata.namespace}/${name}`)),
  )
  const mounted = new Set(
    client
      .list<Pod>(pod)
      .flatMap(({ metadata, spec }) =>
        (spec.volumes ?? []).flatMap(({ secret }) => (secret?.secretName ? [`${metadata.namespace}/${secret.secretName}`] : [])),
      ),
  )
  for (const secret of client.list<Secret>(secretKind)) {
    const { namespace: where, name, labels = {}, creationTimestamp } = secret.metadata
    const key = keyOf(secret)
    if (secret.type !== 'kubernetes.io/service-account-token' || !listed.has(key) || mounted.has(key)) continue
    if (!isLongAgo(creationTimestamp) || (labels[LAST_USED] !== undefined && !isLongAgo(labels[LAST_USED]))) continue
    const since = labels[INVALID_SINCE]
    if (since === undefined) {
      const today = timestamp(engine.nowMs).slice(0, 10)
      attempt(() => client.patch(secretKind, where, name, 'merge', { metadata: { labels: { [INVALID_SINCE]: today } } }))
    } else if (isLongAgo(since)) attempt(() => client.delete(secretKind, where, name))
  }
}
