/** Where a kubelet that kubeadm has set up reads its configuration. */
export const KUBELET_CONFIGURATION_PATH = '/var/lib/kubelet/config.yaml'

/** The KubeletConfiguration as kubeadm writes it, to ConfigMap kubelet-config and to each machine: durations of zero stand for the kubelet's own defaults. */
export const KUBELET_CONFIGURATION = `apiVersion: kubelet.config.k8s.io/v1beta1
authentication:
  anonymous:
    enabled: false
  webhook:
    cacheTTL: 0s
    enabled: true
  x509:
    clientCAFile: /etc/kubernetes/pki/ca.crt
authorization:
  mode: Webhook
  webhook:
    cacheAuthorizedTTL: 0s
    cacheUnauthorizedTTL: 0s
cgroupDriver: systemd
clusterDNS:
- 10.96.0.10
clusterDomain: cluster.local
containerRuntimeEndpoint: unix:///run/containerd/containerd.sock
cpuManagerReconcilePeriod: 0s
crashLoopBackOff: {}
evictionPressureTransitionPeriod: 0s
fileCheckFrequency: 0s
healthzBindAddress: 127.0.0.1
healthzPort: 10248
httpCheckFrequency: 0s
imageMaximumGCAge: 0s
imageMinimumGCAge: 0s
kind: KubeletConfiguration
logging:
  flushFrequency: 0
  options:
    json:
      infoBufferSize: "0"
    text:
      infoBufferSize: "0"
  verbosity: 0
memorySwap: {}
nodeStatusReportFrequency: 0s
nodeStatusUpdateFrequency: 0s
rotateCertificates: true
runtimeRequestTimeout: 0s
shutdownGracePeriod: 0s
shutdownGracePeriodCriticalPods: 0s
staticPodPath: /etc/kubernetes/manifests
streamingConnectionIdleTimeout: 0s
syncFrequency: 0s
volumeStatsAggPeriod: 0s
`

/** What a kubelet takes from its configuration here. */
export interface KubeletSettings {
  readonly maxPods: number
  /** Kept from Pods for the system and for the kubelet itself. */
  readonly reserved: { readonly milliCores: number; readonly memoryBytes: number; readonly storageBytes: number }
  /** Less than this of each and Pods are evicted; storage as a share of the disk or in bytes. */
  readonly evictionHard: { readonly memoryBytes: number; readonly storageBytes?: number; readonly storageShare?: number }
}

const MIB = 1024 * 1024

/** A kubelet's own defaults, which the configuration of kubeadm leaves as they are. */
export const DEFAULT_SETTINGS: KubeletSettings = {
  maxPods: 110,
  reserved: { milliCores: 0, memoryBytes: 0, storageBytes: 0 },
  evictionHard: { memoryBytes: 100 * MIB, storageShare: 0.1 },
}

/** The least that must stay free of a disk of so many bytes. */
export const storageKept = ({ evictionHard: { storageBytes, storageShare = 0 } }: KubeletSettings, diskBytes: number): number =>
  storageBytes ?? Math.floor(diskBytes * storageShare)
