import type { Secret } from '../../api/types/core-v1.gen'
import { secret as secretKind } from '../../kinds/core/secret'
import { defineController } from '../controller'
import { again, remove } from '../steps'
import { bootstrapTokenOf, TOKEN_NAMESPACE, TOKEN_TYPE } from '../../formats/bootstrap-token'

/** Deletes bootstrap tokens whose time is over. */
export const tokenCleaner = defineController({
  name: 'token-cleaner-controller',
  account: 'token-cleaner',
  reconciles: secretKind,
  watches: {},
  reconcile(secret: Secret, { nowMs }) {
    if (secret.type !== TOKEN_TYPE || secret.metadata.namespace !== TOKEN_NAMESPACE) return []
    const expiresMs = bootstrapTokenOf(secret)?.expiresMs
    if (expiresMs === undefined) return []
    // What cannot be read as a moment is taken for one that is over.
    return expiresMs > nowMs ? [again(expiresMs - nowMs, { background: true })] : [remove(secretKind, secret)]
  },
})
