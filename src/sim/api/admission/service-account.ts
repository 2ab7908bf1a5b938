import { parseTimestamp } from '../../engine/time'
import type { AdmissionPlugin, AdmissionRequest, ApiServer } from '../hooks'
import { withFields } from '../object'
import { forbidden } from '../status'
import { freeze } from '../storage'
import type { Container, Namespace, Pod, PodSpec, ServiceAccount, Volume } from '../types/core-v1.gen'
import { asObject, find, isMirror, newPod, resource } from './lookup'

const serviceAccounts = resource<ServiceAccount>('', 'v1', 'serviceaccounts')
const namespaces = resource<Namespace>('', 'v1', 'namespaces')

const MOUNT_PATH = '/var/run/secrets/kubernetes.io/serviceaccount'

/** Gives each Pod its service account, that account's image pull secrets, and a volume with its token. */
export const serviceAccount: AdmissionPlugin = {
  name: 'ServiceAccount',
  about: ['pods'],
  mutate(request) {
    const pod = newPod(request)
    if (!pod) return request.object!
    if (isMirror(pod)) {
      if (pod.spec.serviceAccountName) throw forbidden(request.kind, pod.metadata.name, 'a mirror pod may not reference service accounts')
      return request.object!
    }
    const serviceAccountName = pod.spec.serviceAccountName || 'default'
    const account = findAccount(request, serviceAccountName)
    const imagePullSecrets = pod.spec.imagePullSecrets?.length ? pod.spec.imagePullSecrets : account?.imagePullSecrets
    const accounted = withFields(pod.spec, { serviceAccountName, serviceAccount: serviceAccountName })
    const spec: PodSpec = imagePullSecrets?.length ? withFields(accounted, { imagePullSecrets }) : accounted
    const automount = pod.spec.automountServiceAccountToken ?? account?.automountServiceAccountToken ?? true
    return asObject<Pod>({ ...pod, spec: automount ? withToken(spec, request.server) : spec })
  },
}

/** A real server waits this long for the controller that creates a new namespace's default account. */
const PATIENCE_MS = 10_000

function findAccount({ server, namespace = '', kind, object }: AdmissionRequest, name: string): ServiceAccount | undefined {
  const account = find(server, serviceAccounts, namespace, name)
  if (account || (name === 'default' && isNew(server, namespace))) return account
  const why = `error looking up service account ${namespace}/${name}: serviceaccount "${name}" not found`
  throw forbidden(kind, object?.metadata.name ?? object?.metadata.generateName ?? '', why)
}

function isNew(server: ApiServer, namespace: string): boolean {
  const created = find(server, namespaces, undefined, namespace)?.metadata.creationTimestamp
  return created !== undefined && server.engine.nowMs - parseTimestamp(created) < PATIENCE_MS
}

function withToken(spec: PodSpec, { engine }: ApiServer): PodSpec {
  const lacksMount = ({ volumeMounts = [] }: Container) => !volumeMounts.some(({ mountPath }) => mountPath === MOUNT_PATH)
  const { containers, initContainers = [] } = spec
  if (![...initContainers, ...containers].some(lacksMount)) return spec
  const known = spec.volumes?.find(({ name }) => name.startsWith('kube-api-access-'))
  const volume = known ?? tokenVolume(`kube-api-access-${engine.random.suffix(5)}`)
  const mounted = (container: Container): Container =>
    lacksMount(container)
      ? withFields(container, {
          volumeMounts: (container.volumeMounts ?? []).concat({ name: volume.name, readOnly: true, mountPath: MOUNT_PATH }),
        })
      : container
  const mounting = withFields(spec, {
    volumes: known ? spec.volumes! : (spec.volumes ?? []).concat(volume),
    containers: containers.map(mounted),
  })
  return spec.initContainers ? withFields(mounting, { initContainers: initContainers.map(mounted) }) : mounting
}

const tokenVolume = (name: string): Volume => ({ name, projected: TOKEN })

/** One for all Pods: they differ in the volume's name only. */
const TOKEN: NonNullable<Volume['projected']> = freeze({
  sources: [
    // An hour and seven seconds: kubelets recognise the extra seconds and ask for tokens that live longer.
    { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
    { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
    { downwardAPI: { items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }] } },
  ],
  defaultMode: 420,
})
