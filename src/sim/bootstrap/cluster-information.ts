import { authorityCertificate, frontProxyCertificate } from '../api/auth/certificate'
import { timestamp } from '../engine/time'
import { KUBELET_CONFIGURATION } from '../node/kubelet-configuration'
import { bytesFromText } from '../node/os/text'
import { API_SERVER_PORT, POD_CIDR, SERVICE_CIDR } from './addresses'

interface Facts {
  /** Address of the API server. */
  readonly address: string
  /** `v1.36.0` */
  readonly version: string
  readonly nowMs: number
}

const configMap = (namespace: string, name: string, data: Readonly<Record<string, string>>) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace },
  data,
})

/** ConfigMaps in which kubeadm keeps what it was told, and those by which kube-apiserver tells others whom to trust and since when tokens are tracked. */
export const clusterInformation = ({ address, version, nowMs }: Facts) => [
  configMap('kube-system', 'kubeadm-config', { ClusterConfiguration: clusterConfiguration(address, version) }),
  configMap('kube-system', 'kubelet-config', { kubelet: KUBELET_CONFIGURATION }),
  configMap('kube-system', 'extension-apiserver-authentication', {
    'client-ca-file': authorityCertificate(nowMs),
    'requestheader-allowed-names': '["front-proxy-client"]',
    'requestheader-client-ca-file': frontProxyCertificate(nowMs),
    'requestheader-extra-headers-prefix': '["X-Remote-Extra-"]',
    'requestheader-group-headers': '["X-Remote-Group"]',
    'requestheader-uid-headers': '["X-Remote-Uid"]',
    'requestheader-username-headers': '["X-Remote-User"]',
  }),
  configMap('kube-system', 'kube-apiserver-legacy-service-account-token-tracking', { since: timestamp(nowMs).slice(0, 10) }),
  configMap('kube-public', 'cluster-info', {
    kubeconfig: `apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: ${base64(authorityCertificate(nowMs))}
    server: https://${address}:${API_SERVER_PORT}
  name: ""
contexts: null
current-context: ""
kind: Config
preferences: {}
users: null
`,
  }),
]

const base64 = (text: string) => btoa(String.fromCharCode(...bytesFromText(text)))

const clusterConfiguration = (address: string, version: string) => `apiServer: {}
apiVersion: kubeadm.k8s.io/v1beta4
caCertificateValidityPeriod: 87600h0m0s
certificateValidityPeriod: 8760h0m0s
certificatesDir: /etc/kubernetes/pki
clusterName: kubernetes
controlPlaneEndpoint: ${address}:${API_SERVER_PORT}
controllerManager: {}
dns: {}
encryptionAlgorithm: RSA-2048
etcd:
  local:
    dataDir: /var/lib/etcd
imageRepository: registry.k8s.io
kind: ClusterConfiguration
kubernetesVersion: ${version}
networking:
  dnsDomain: cluster.local
  podSubnet: ${POD_CIDR}
  serviceSubnet: ${SERVICE_CIDR}
proxy: {}
scheduler: {}
`
