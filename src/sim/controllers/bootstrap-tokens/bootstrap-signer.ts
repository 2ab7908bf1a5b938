import type { ConfigMap, Secret } from '../../api/types/core-v1.gen'
import { hmacSha256 } from '../../formats/hmac'
import { configMap } from '../../kinds/core/config-map'
import { secret as secretKind } from '../../kinds/core/secret'
import { same } from '../../formats/same'
import { anyKind, defineController, type Watch } from '../controller'
import { update } from '../steps'
import { bootstrapTokenOf, TOKEN_NAMESPACE, TOKEN_TYPE, type BootstrapToken } from '../../formats/bootstrap-token'

const NAMESPACE = 'kube-public'
const NAME = 'cluster-info'
const SIGNATURE = 'jws-kubeconfig-'

/** Bootstrap tokens; each concerns the one ConfigMap that is signed with them. */
const tokens: Watch<ConfigMap, readonly BootstrapToken[]> = {
  kind: anyKind(secretKind),
  concerns: (object) => {
    const secret = object as Secret // this watch sees Secrets only
    return secret.type === TOKEN_TYPE && secret.metadata.namespace === TOKEN_NAMESPACE ? [`${NAMESPACE}/${NAME}`] : []
  },
  read: ({ metadata }, find) =>
    metadata.namespace === NAMESPACE && metadata.name === NAME
      ? find.list(secretKind, TOKEN_NAMESPACE).flatMap((secret) => bootstrapTokenOf(secret) ?? [])
      : [],
}

/** Signs the kubeconfig in ConfigMap cluster-info with every bootstrap token that is for signing: who has the token sees that nobody changed it. */
export const bootstrapSigner = defineController({
  name: 'bootstrap-signer-controller',
  account: 'bootstrap-signer',
  reconciles: configMap,
  watches: { tokens },
  reconcile(info: ConfigMap, { tokens: known, nowMs }) {
    const { namespace, name } = info.metadata
    const kubeconfig = info.data?.['kubeconfig']
    if (namespace !== NAMESPACE || name !== NAME || kubeconfig === undefined) return []
    const inForce = known.filter(({ signs, expiresMs }) => signs && (expiresMs === undefined || expiresMs > nowMs))
    const others = Object.entries(info.data ?? {}).filter(([key]) => !key.startsWith(SIGNATURE))
    const signatures = inForce.map((token) => [`${SIGNATURE}${token.id}`, detachedSignature(kubeconfig, token)] as const)
    const data = Object.fromEntries([...others, ...signatures])
    return same(data, info.data) ? [] : [update(configMap, { ...info, data })]
  },
})

/** A JSON Web Signature without the text that it signs: header, nothing, HMAC. */
function detachedSignature(text: string, { id, secret }: BootstrapToken): string {
  const header = base64Url(JSON.stringify({ alg: 'HS256', kid: id }))
  return `${header}..${base64Url(bytesAsText(hmacSha256(secret, `${header}.${base64Url(bytesAsText(new TextEncoder().encode(text)))}`)))}`
}

const bytesAsText = (bytes: Uint8Array) => Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')
const base64Url = (text: string) => btoa(text).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
