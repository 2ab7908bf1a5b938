import type { Secret } from '../api/types/core-v1.gen'
import { parseTimestamp } from '../engine/time'

/** What a bootstrap token says, decoded: https://kubernetes.io/docs/reference/access-authn-authz/bootstrap-tokens/ */
export interface BootstrapToken {
  readonly id: string
  readonly secret: string
  /** When it ends (milliseconds since the epoch); undefined: never. NaN for what is no moment: such a token is over. */
  readonly expiresMs: number | undefined
  readonly signs: boolean
  readonly authenticates: boolean
  /** Groups that its user is in besides system:bootstrappers. */
  readonly groups: readonly string[]
}

export const TOKEN_TYPE = 'bootstrap.kubernetes.io/token'
export const TOKEN_NAMESPACE = 'kube-system'

/** Reads a Secret of that type; undefined when it is none, or lacks its id or its secret. */
export function bootstrapTokenOf({ type, metadata, data = {} }: Secret): BootstrapToken | undefined {
  const text = (key: string) => (data[key] === undefined ? '' : atob(data[key]))
  const [id, secret, expiration] = [text('token-id'), text('token-secret'), text('expiration')]
  if (type !== TOKEN_TYPE || metadata.namespace !== TOKEN_NAMESPACE || metadata.name !== `bootstrap-token-${id}` || !secret)
    return undefined
  return {
    id,
    secret,
    expiresMs: expiration === '' ? undefined : parseTimestamp(expiration),
    signs: text('usage-bootstrap-signing') === 'true',
    authenticates: text('usage-bootstrap-authentication') === 'true',
    groups: text('auth-extra-groups').split(',').filter(Boolean),
  }
}
