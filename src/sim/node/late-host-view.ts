import { lateCode } from '../engine/late-code'
import type { Host } from './host'
import type { FileNode } from './os/file-nodes'
import type { Surroundings } from './os/process-space'

/** What a host shows of what runs on it, loaded by the page after the first prompt: before there is a shell nobody looks. */
export interface HostView {
  /** Processes of services and containers, as `ps` on the host has them. */
  readonly processes: (host: Host) => Surroundings
  /** Files and folders by the path where they are: logs. */
  readonly logs: Readonly<Record<LogFolder, (host: Host) => Readonly<Record<string, FileNode>>>>
  readonly syslog: (host: Host) => string
  /** Files that a machine is set up with and that nobody reads at boot. */
  readonly configuration: Readonly<Record<ConfigurationPath, (host: Host) => string>>
}

/** Below `etc/kubernetes/pki`, on machines of the control plane. */
const pki = '/etc/kubernetes/pki'
export const controlPlanePaths = [
  `${pki}/apiserver-etcd-client.crt`,
  `${pki}/apiserver-etcd-client.key`,
  `${pki}/apiserver-kubelet-client.crt`,
  `${pki}/apiserver-kubelet-client.key`,
  `${pki}/front-proxy-ca.crt`,
  `${pki}/front-proxy-ca.key`,
  `${pki}/front-proxy-client.crt`,
  `${pki}/front-proxy-client.key`,
  `${pki}/sa.key`,
  `${pki}/sa.pub`,
  `${pki}/etcd/ca.crt`,
  `${pki}/etcd/ca.key`,
  `${pki}/etcd/healthcheck-client.crt`,
  `${pki}/etcd/healthcheck-client.key`,
  `${pki}/etcd/peer.crt`,
  `${pki}/etcd/peer.key`,
  `${pki}/etcd/server.crt`,
  `${pki}/etcd/server.key`,
] as const

/** On every machine. */
export const hostPaths = [
  '/etc/cni/net.d/10-containerd-net.conflist',
  '/etc/containerd/config.toml',
  '/etc/crictl.yaml',
  '/etc/kubernetes/kubelet.conf',
  '/var/lib/kubelet/kubeadm-flags.env',
  '/var/lib/kubelet/pki/kubelet-client-current.pem',
  '/var/lib/kubelet/pki/kubelet.crt',
  '/var/lib/kubelet/pki/kubelet.key',
  '/usr/lib/systemd/system/kubelet.service',
  '/usr/lib/systemd/system/kubelet.service.d/10-kubeadm.conf',
] as const

export type ConfigurationPath = (typeof controlPlanePaths)[number] | (typeof hostPaths)[number]

export type LogFolder = '/var/log/pods' | '/var/log/containers'

export const lateHostView = lateCode<HostView>('what a host shows of its Pods')
