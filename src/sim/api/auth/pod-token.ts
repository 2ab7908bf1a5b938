import type { ApiServer } from '../hooks'
import { find, resource } from '../admission/lookup'
import type { Pod, ServiceAccount } from '../types/core-v1.gen'
import { ISSUER, signToken } from './token'

const serviceAccounts = resource<ServiceAccount>('', 'v1', 'serviceaccounts')

/** Tokens mounted by default ask for 3607 seconds, and live a year for clients that never read them again. */
const DEFAULT_MOUNT_SECONDS = 3607
const YEAR_SECONDS = 365 * 24 * 3600

/**
 * The token that a kubelet asks for and mounts into a Pod: bound to the Pod, for its service account. See "Bound service account tokens". It is
 * issued now, but signed by whoever first reads it.
 */
export function podToken(
  server: ApiServer,
  { metadata, spec }: Pod,
  audience: string | undefined,
  expirationSeconds: number,
): () => string {
  const { namespace = '', name, uid } = metadata
  const account = spec.serviceAccountName ?? 'default'
  const nowSeconds = Math.floor(server.engine.nowMs / 1000)
  const jti = server.engine.random.uuid()
  const accountUid = find(server, serviceAccounts, namespace, account)?.metadata.uid ?? ''
  return () =>
    signToken({
      aud: [audience ?? ISSUER],
      exp: nowSeconds + (expirationSeconds === DEFAULT_MOUNT_SECONDS ? YEAR_SECONDS : expirationSeconds),
      iat: nowSeconds,
      iss: ISSUER,
      jti,
      'kubernetes.io': {
        namespace,
        pod: { name, uid },
        serviceaccount: { name: account, uid: accountUid },
      },
      nbf: nowSeconds,
      sub: `system:serviceaccount:${namespace}:${account}`,
    })
}
