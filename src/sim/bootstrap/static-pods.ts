import { ETCD_IMAGE } from '../formats/system-images'
import { API_SERVER_PORT, SERVICE_CIDR, POD_CIDR } from './addresses'

/** Where the kubelet of the control plane finds the Pods it runs on its own. */
export const MANIFESTS_FOLDER = '/etc/kubernetes/manifests'

interface Component {
  readonly name: string
  readonly image: string
  readonly cpu: string
  readonly memory?: string
  readonly command: readonly string[]
  readonly probe: {
    readonly port: number
    readonly liveness: string
    readonly readiness?: string
    readonly scheme: 'HTTP' | 'HTTPS'
    readonly host: string
  }
  readonly mounts: Readonly<Record<string, string>>
}

const PKI = '/etc/kubernetes/pki'

/** The four components of a control plane, with the flags that kubeadm gives them. */
function components(address: string, version: string): readonly Component[] {
  return [
    {
      name: 'etcd',
      image: ETCD_IMAGE,
      cpu: '100m',
      memory: '100Mi',
      command: [
        'etcd',
        `--advertise-client-urls=https://${address}:2379`,
        `--cert-file=${PKI}/etcd/server.crt`,
        '--client-cert-auth=true',
        '--data-dir=/var/lib/etcd',
        `--initial-advertise-peer-urls=https://${address}:2380`,
        `--initial-cluster=controlplane=https://${address}:2380`,
        `--key-file=${PKI}/etcd/server.key`,
        `--listen-client-urls=https://127.0.0.1:2379,https://${address}:2379`,
        '--listen-metrics-urls=http://127.0.0.1:2381',
        `--listen-peer-urls=https://${address}:2380`,
        '--name=controlplane',
        `--peer-cert-file=${PKI}/etcd/peer.crt`,
        '--peer-client-cert-auth=true',
        `--peer-key-file=${PKI}/etcd/peer.key`,
        `--peer-trusted-ca-file=${PKI}/etcd/ca.crt`,
        '--snapshot-count=10000',
        `--trusted-ca-file=${PKI}/etcd/ca.crt`,
      ],
      probe: { port: 2381, liveness: '/livez', readiness: '/readyz', scheme: 'HTTP', host: '127.0.0.1' },
      mounts: { 'etcd-data': '/var/lib/etcd', 'etcd-certs': '/etc/kubernetes/pki/etcd' },
    },
    {
      name: 'kube-apiserver',
      image: `registry.k8s.io/kube-apiserver:${version}`,
      cpu: '250m',
      command: [
        'kube-apiserver',
        `--advertise-address=${address}`,
        '--allow-privileged=true',
        '--authorization-mode=Node,RBAC',
        `--client-ca-file=${PKI}/ca.crt`,
        '--enable-admission-plugins=NodeRestriction',
        '--enable-bootstrap-token-auth=true',
        `--etcd-cafile=${PKI}/etcd/ca.crt`,
        `--etcd-certfile=${PKI}/apiserver-etcd-client.crt`,
        `--etcd-keyfile=${PKI}/apiserver-etcd-client.key`,
        '--etcd-servers=https://127.0.0.1:2379',
        `--kubelet-client-certificate=${PKI}/apiserver-kubelet-client.crt`,
        `--kubelet-client-key=${PKI}/apiserver-kubelet-client.key`,
        '--kubelet-preferred-address-types=InternalIP,ExternalIP,Hostname',
        `--proxy-client-cert-file=${PKI}/front-proxy-client.crt`,
        `--proxy-client-key-file=${PKI}/front-proxy-client.key`,
        '--requestheader-allowed-names=front-proxy-client',
        `--requestheader-client-ca-file=${PKI}/front-proxy-ca.crt`,
        '--requestheader-extra-headers-prefix=X-Remote-Extra-',
        '--requestheader-group-headers=X-Remote-Group',
        '--requestheader-username-headers=X-Remote-User',
        `--secure-port=${API_SERVER_PORT}`,
        '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
        `--service-account-key-file=${PKI}/sa.pub`,
        `--service-account-signing-key-file=${PKI}/sa.key`,
        `--service-cluster-ip-range=${SERVICE_CIDR}`,
        `--tls-cert-file=${PKI}/apiserver.crt`,
        `--tls-private-key-file=${PKI}/apiserver.key`,
      ],
      probe: { port: API_SERVER_PORT, liveness: '/livez', readiness: '/readyz', scheme: 'HTTPS', host: address },
      mounts: { 'k8s-certs': '/etc/kubernetes/pki' },
    },
    {
      name: 'kube-controller-manager',
      image: `registry.k8s.io/kube-controller-manager:${version}`,
      cpu: '200m',
      command: [
        'kube-controller-manager',
        '--allocate-node-cidrs=true',
        '--authentication-kubeconfig=/etc/kubernetes/controller-manager.conf',
        '--authorization-kubeconfig=/etc/kubernetes/controller-manager.conf',
        '--bind-address=127.0.0.1',
        `--client-ca-file=${PKI}/ca.crt`,
        `--cluster-cidr=${POD_CIDR}`,
        '--cluster-name=kubernetes',
        `--cluster-signing-cert-file=${PKI}/ca.crt`,
        `--cluster-signing-key-file=${PKI}/ca.key`,
        '--controllers=*,bootstrapsigner,tokencleaner',
        '--kubeconfig=/etc/kubernetes/controller-manager.conf',
        '--leader-elect=true',
        `--requestheader-client-ca-file=${PKI}/front-proxy-ca.crt`,
        `--root-ca-file=${PKI}/ca.crt`,
        `--service-account-private-key-file=${PKI}/sa.key`,
        `--service-cluster-ip-range=${SERVICE_CIDR}`,
        '--use-service-account-credentials=true',
      ],
      probe: { port: 10257, liveness: '/healthz', scheme: 'HTTPS', host: '127.0.0.1' },
      mounts: { 'k8s-certs': '/etc/kubernetes/pki', kubeconfig: '/etc/kubernetes/controller-manager.conf' },
    },
    {
      name: 'kube-scheduler',
      image: `registry.k8s.io/kube-scheduler:${version}`,
      cpu: '100m',
      command: [
        'kube-scheduler',
        '--authentication-kubeconfig=/etc/kubernetes/scheduler.conf',
        '--authorization-kubeconfig=/etc/kubernetes/scheduler.conf',
        '--bind-address=127.0.0.1',
        '--kubeconfig=/etc/kubernetes/scheduler.conf',
        '--leader-elect=true',
      ],
      probe: { port: 10259, liveness: '/livez', readiness: '/readyz', scheme: 'HTTPS', host: '127.0.0.1' },
      mounts: { kubeconfig: '/etc/kubernetes/scheduler.conf' },
    },
  ]
}

/** The manifests of the control plane by file name, to be written to MANIFESTS_FOLDER of the host with this address. */
export function staticPodManifests(address: string, version: string): Readonly<Record<string, object>> {
  return Object.fromEntries(components(address, version).map((component) => [`${component.name}.yaml`, manifest(component)]))
}

function manifest({ name, image, cpu, memory, command, probe, mounts }: Component): object {
  const get = (path: string) => ({ httpGet: { host: probe.host, path, port: probe.port, scheme: probe.scheme } })
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'kube-system', labels: { component: name, tier: 'control-plane' } },
    spec: {
      hostNetwork: true,
      priority: 2_000_001_000,
      priorityClassName: 'system-node-critical',
      securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name,
          image,
          imagePullPolicy: 'IfNotPresent',
          command,
          resources: { requests: { cpu, ...(memory && { memory }) } },
          livenessProbe: { ...get(probe.liveness), initialDelaySeconds: 10, periodSeconds: 10, timeoutSeconds: 15, failureThreshold: 8 },
          ...(probe.readiness && {
            readinessProbe: { ...get(probe.readiness), periodSeconds: 1, timeoutSeconds: 15, failureThreshold: 3 },
          }),
          startupProbe: { ...get(probe.liveness), initialDelaySeconds: 10, periodSeconds: 10, timeoutSeconds: 15, failureThreshold: 24 },
          volumeMounts: Object.entries(mounts).map(([volume, mountPath]) => ({
            name: volume,
            mountPath,
            ...(volume !== 'etcd-data' && { readOnly: true }),
          })),
        },
      ],
      volumes: Object.entries(mounts).map(([volume, path]) => ({
        name: volume,
        hostPath: { path, type: path.endsWith('.conf') ? 'FileOrCreate' : 'DirectoryOrCreate' },
      })),
    },
  }
}
