import { find, findAll, resource } from '../admission/lookup'
import type { ApiServer } from '../hooks'
import type { KindDefinition } from '../kind'
import { StatusError } from '../status'
import type { ConfigMap, Secret, ServiceAccount } from '../types/core-v1.gen'
import { signSecretToken } from './token'

const secrets = resource<Secret>('', 'v1', 'secrets')
const serviceAccounts = resource<ServiceAccount>('', 'v1', 'serviceaccounts')
const configMaps = resource<ConfigMap>('', 'v1', 'configmaps')
const TYPE = 'kubernetes.io/service-account-token'
const NAME = 'kubernetes.io/service-account.name'
const UID = 'kubernetes.io/service-account.uid'
const RETRY_MS = 5000

/**
 * The controller that fills Secrets of type `kubernetes.io/service-account-token` with a lasting token of the account that their annotation
 * names, and removes them with it. Returns how to stop.
 */
export function fillTokenSecrets(server: ApiServer): () => void {
  const served = [secrets, serviceAccounts].map(({ group, version, plural }) => server.registry.find(group, version, plural)?.kind)
  if (!served[0] || !served[1]) return () => undefined
  const [secretKind, accountKind] = served as unknown as readonly [KindDefinition<Secret>, KindDefinition<ServiceAccount>] // found by name, in this order
  const client = server.client({
    user: 'system:kube-controller-manager',
    groups: ['system:masters'],
    manager: 'kube-controller-manager',
  })

  function reconcile(secret: Secret) {
    const { namespace = '', name, annotations = {} } = secret.metadata
    if (secret.type !== TYPE || !find(server, secrets, namespace, name)) return
    const account = find(server, serviceAccounts, namespace, annotations[NAME] ?? '')
    if (!account || (annotations[UID] !== undefined && annotations[UID] !== account.metadata.uid))
      return client.delete(secretKind, namespace, name)
    const certificate = find(server, configMaps, namespace, 'kube-root-ca.crt')?.data?.['ca.crt'] ?? ''
    const data = {
      'ca.crt': btoa(certificate),
      namespace: btoa(namespace),
      token: secret.data?.token ?? btoa(signSecretToken(namespace, account.metadata, name)),
      ...secret.data,
    }
    if (annotations[UID] !== undefined && secret.data?.token && secret.data.namespace) return
    client.update(secretKind, {
      ...secret,
      data,
      metadata: { ...secret.metadata, annotations: { ...annotations, [UID]: account.metadata.uid } },
    })
  }

  /** What is refused now (by a policy, say) is tried again: the controller has a queue. */
  function tryReconcile(secret: Secret) {
    try {
      reconcile(secret)
    } catch (error) {
      if (!(error instanceof StatusError)) throw error
      const { namespace, name } = secret.metadata
      const later = () => {
        const current = find(server, secrets, namespace, name)
        if (current) tryReconcile(current)
      }
      server.engine.after(RETRY_MS, later, { background: true })
    }
  }

  const stops = [
    client.watch(secretKind, (events) => {
      for (const { type, object } of events) if (type !== 'DELETED') tryReconcile(object)
    }),
    client.watch(accountKind, (events) => {
      for (const { type, object } of events) {
        if (type === 'DELETED') for (const secret of [...findAll(server, secrets, object.metadata.namespace)]) tryReconcile(secret)
      }
    }),
  ]
  return () => stops.forEach((stop) => stop())
}
