import { PAUSE_IMAGE } from '../formats/system-images'
import { AUTHORITY, AUTHORITY_KEY, FRONT_PROXY_AUTHORITY, frontProxyCertificate } from '../api/auth/certificate'
import type { Name } from '../formats/x509-forms'
import { writeCertificate, writeKey, writePublicKey } from '../formats/x509-writing'
import type { Host } from './host'
import type { ConfigurationPath } from './late-host-view'

/** What package managers, kubeadm and the network's installer leave on a machine, as far as nothing of it need be there at boot. */
export const hostConfiguration: Readonly<Record<ConfigurationPath, (host: Host) => string>> = {
  '/etc/cni/net.d/10-containerd-net.conflist': ({ facts }) =>
    `${JSON.stringify(
      {
        cniVersion: '1.0.0',
        name: 'containerd-net',
        plugins: [
          {
            type: 'bridge',
            bridge: 'cni0',
            isGateway: true,
            ipMasq: true,
            promiscMode: true,
            ipam: { type: 'host-local', ranges: [[{ subnet: facts.podCidr }]], routes: [{ dst: '0.0.0.0/0' }] },
          },
          { type: 'portmap', capabilities: { portMappings: true } },
        ],
      },
      null,
      1,
    )}\n`,
  '/etc/containerd/config.toml': () => `version = 3

[plugins."io.containerd.cri.v1.images"]
  snapshotter = "overlayfs"
  [plugins."io.containerd.cri.v1.images".pinned_images]
    sandbox = "${PAUSE_IMAGE}"

[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"
  [plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc.options]
    SystemdCgroup = true
`,
  '/etc/crictl.yaml': () =>
    'runtime-endpoint: unix:///run/containerd/containerd.sock\nimage-endpoint: unix:///run/containerd/containerd.sock\n',
  '/etc/kubernetes/kubelet.conf': ({ facts }) => `apiVersion: v1
clusters:
- cluster:
    certificate-authority: /etc/kubernetes/pki/ca.crt
    server: https://172.30.1.2:6443
  name: kubernetes
contexts:
- context:
    cluster: kubernetes
    user: system:node:${facts.name}
  name: system:node:${facts.name}@kubernetes
current-context: system:node:${facts.name}@kubernetes
kind: Config
preferences: {}
users:
- name: system:node:${facts.name}
  user:
    client-certificate: /var/lib/kubelet/pki/kubelet-client-current.pem
    client-key: /var/lib/kubelet/pki/kubelet-client-current.pem
`,
  '/var/lib/kubelet/kubeadm-flags.env': () =>
    `KUBELET_KUBEADM_ARGS="--container-runtime-endpoint=unix:///run/containerd/containerd.sock --pod-infra-container-image=${PAUSE_IMAGE}"\n`,
  '/var/lib/kubelet/pki/kubelet-client-current.pem': (host) =>
    issued(host, { subject: [['O', 'system:nodes'], ['CN', `system:node:${host.facts.name}`]], usages: ['clientAuth'] }) + privateKey('ab'), // prettier-ignore
  '/var/lib/kubelet/pki/kubelet.crt': (host) =>
    issued(host, {
      subject: [['CN', `${host.facts.name}@1767225480`]],
      usages: ['serverAuth'],
      names: [`DNS:${host.facts.name}`, `IP Address:${host.facts.address}`],
    }),
  '/var/lib/kubelet/pki/kubelet.key': () => privateKey('cd'),
  '/usr/lib/systemd/system/kubelet.service': () => `[Unit]
Description=kubelet: The Kubernetes Node Agent
Documentation=https://kubernetes.io/docs/
Wants=network-online.target
After=network-online.target

[Service]
ExecStart=/usr/bin/kubelet
Restart=always
StartLimitInterval=0
RestartSec=10

[Install]
WantedBy=multi-user.target
`,
  '/usr/lib/systemd/system/kubelet.service.d/10-kubeadm.conf': () => `[Service]
Environment="KUBELET_KUBECONFIG_ARGS=--bootstrap-kubeconfig=/etc/kubernetes/bootstrap-kubelet.conf --kubeconfig=/etc/kubernetes/kubelet.conf"
Environment="KUBELET_CONFIG_ARGS=--config=/var/lib/kubelet/config.yaml"
EnvironmentFile=-/var/lib/kubelet/kubeadm-flags.env
EnvironmentFile=-/etc/default/kubelet
ExecStart=
ExecStart=/usr/bin/kubelet $KUBELET_KUBECONFIG_ARGS $KUBELET_CONFIG_ARGS $KUBELET_KUBEADM_ARGS $KUBELET_EXTRA_ARGS
`,
  '/etc/kubernetes/pki/apiserver-etcd-client.crt': (host) => issued(host, { by: etcdAuthority, subject: [['CN', 'kube-apiserver-etcd-client']], usages: ['clientAuth'] }), // prettier-ignore
  '/etc/kubernetes/pki/apiserver-etcd-client.key': () => privateKey('a1'),
  '/etc/kubernetes/pki/apiserver-kubelet-client.crt': (host) => issued(host, { subject: [['O', 'kubeadm:cluster-admins'], ['CN', 'kube-apiserver-kubelet-client']], usages: ['clientAuth'] }), // prettier-ignore
  '/etc/kubernetes/pki/apiserver-kubelet-client.key': () => privateKey('a2'),
  '/etc/kubernetes/pki/front-proxy-ca.crt': ({ bootedMs }) => frontProxyCertificate(bootedMs),
  '/etc/kubernetes/pki/front-proxy-ca.key': () => writeKey(FRONT_PROXY_AUTHORITY.key),
  '/etc/kubernetes/pki/front-proxy-client.crt': (host) => issued(host, { by: FRONT_PROXY_AUTHORITY, subject: [['CN', 'front-proxy-client']], usages: ['clientAuth'] }), // prettier-ignore
  '/etc/kubernetes/pki/front-proxy-client.key': () => privateKey('a3'),
  '/etc/kubernetes/pki/sa.key': () => privateKey('5a'),
  '/etc/kubernetes/pki/sa.pub': () => writePublicKey('5a'.repeat(256)),
  '/etc/kubernetes/pki/etcd/ca.crt': (host) => authority(host, etcdAuthority),
  '/etc/kubernetes/pki/etcd/ca.key': () => writeKey(etcdAuthority.key),
  '/etc/kubernetes/pki/etcd/healthcheck-client.crt': (host) => issued(host, { by: etcdAuthority, subject: [['CN', 'kube-etcd-healthcheck-client']], usages: ['clientAuth'] }), // prettier-ignore
  '/etc/kubernetes/pki/etcd/healthcheck-client.key': () => privateKey('e1'),
  '/etc/kubernetes/pki/etcd/peer.crt': (host) => etcdServer(host),
  '/etc/kubernetes/pki/etcd/peer.key': () => privateKey('e2'),
  '/etc/kubernetes/pki/etcd/server.crt': (host) => etcdServer(host),
  '/etc/kubernetes/pki/etcd/server.key': () => privateKey('e3'),
}

interface Authority {
  readonly name: Name
  readonly key: string
}

const clusterAuthority: Authority = { name: AUTHORITY, key: AUTHORITY_KEY }
const etcdAuthority: Authority = { name: [['CN', 'etcd-ca']], key: 'e7cd'.repeat(128) }

const YEAR_MS = 365 * 86_400_000
const privateKey = (byte: string) => writeKey(byte.repeat(256))

interface Issue {
  readonly by?: Authority
  readonly subject: Name
  readonly usages: readonly ('serverAuth' | 'clientAuth')[]
  readonly names?: readonly string[]
}

function issued({ bootedMs }: Host, { by = clusterAuthority, subject, usages, names = [] }: Issue): string {
  return writeCertificate(
    {
      subject,
      issuer: by.name,
      serial: '03',
      key: 'ab'.repeat(256),
      notBeforeMs: bootedMs,
      notAfterMs: bootedMs + YEAR_MS,
      isAuthority: false,
      usages,
      alternativeNames: names,
    },
    by.key,
  )
}

const authority = ({ bootedMs }: Host, { name, key }: Authority): string =>
  writeCertificate(
    { subject: name, issuer: name, serial: '00', key, notBeforeMs: bootedMs, notAfterMs: bootedMs + 10 * YEAR_MS, isAuthority: true, usages: [], alternativeNames: [] },
    key,
  ) // prettier-ignore

const etcdServer = (host: Host): string =>
  issued(host, {
    by: etcdAuthority,
    subject: [['CN', host.facts.name]],
    usages: ['serverAuth', 'clientAuth'],
    names: [`DNS:${host.facts.name}`, 'DNS:localhost', `IP Address:${host.facts.address}`, 'IP Address:127.0.0.1'],
  })
