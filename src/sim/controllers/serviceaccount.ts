import { configMap } from '../kinds/core/config-map'
import { namespace } from '../kinds/core/namespace'
import { serviceAccount } from '../kinds/core/service-account'
import type { KindDefinition } from '../api/kind'
import type { KubeObject } from '../api/object'
import { anyKind, defineController, type Watch } from './controller'
import { create, update } from './steps'

/** The object with a certain name in the reconciled namespace. */
function inNamespace<O extends KubeObject>(kind: KindDefinition<O>, name: string): Watch<KubeObject, O | undefined> {
  return {
    kind: anyKind(kind),
    concerns: ({ metadata }) => (metadata.name === name ? [metadata.namespace ?? ''] : []),
    read: ({ metadata }, find) => find.get(kind, metadata.name, name),
  }
}

/** Sees to it that every namespace has a ServiceAccount `default`, which Pods use that name no other. */
export const serviceAccountController = defineController({
  name: 'service-account-controller',
  reconciles: namespace,
  watches: { account: inNamespace(serviceAccount, 'default') },
  reconcile: ({ metadata, status }, { account }) =>
    account || metadata.deletionTimestamp || status?.phase === 'Terminating'
      ? []
      : [create(serviceAccount, { metadata: { name: 'default', namespace: metadata.name } })],
})

const ROOT_CA = 'kube-root-ca.crt'
const DESCRIPTION =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.'

/** Publishes the cluster's root certificate in every namespace, where Pods' service account volumes take it from. */
export const rootCaController = (certificate: string) =>
  defineController({
    name: 'root-ca-certificate-publisher',
    account: 'root-ca-cert-publisher',
    reconciles: namespace,
    watches: { map: inNamespace(configMap, ROOT_CA) },
    reconcile({ metadata, status }, { map }) {
      if (metadata.deletionTimestamp || status?.phase === 'Terminating') return []
      const data = { 'ca.crt': certificate }
      if (!map)
        return [
          create(configMap, {
            metadata: { name: ROOT_CA, namespace: metadata.name, annotations: { 'kubernetes.io/description': DESCRIPTION } },
            data,
          }),
        ]
      return map.data?.['ca.crt'] === certificate ? [] : [update(configMap, { ...map, data })]
    },
  })
