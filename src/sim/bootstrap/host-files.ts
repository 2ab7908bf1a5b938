import { ETCD_VERSION } from '../formats/system-images'
import { AUTHORITY_KEY, authorityCertificate, certificateFor, nameOf } from '../api/auth/certificate'
import { writeKnownYaml } from '../formats/late-yaml'
import { writeKey } from '../formats/x509-writing'
import { toYaml } from '../formats/yaml-emit'
import { directory, file, link, programFile, type FileNode } from '../node/os/file-nodes'
import { bytesFromText } from '../node/os/text'
import type { HostFacts } from '../node/node-object'
import { SHIPPED_BASHRC } from '../shell/interactive/first-prompt'
import { API_SERVER_PORT } from './addresses'
import { MANIFESTS_FOLDER, staticPodManifests } from './static-pods'

const YEAR_MS = 365 * 86_400_000
const PKI_FOLDER = '/etc/kubernetes/pki'

/** The cluster's certificate authority: what Pods and kubeconfigs are told to trust. */
export const rootCertificate = authorityCertificate

/** What kubeadm and an administrator leave on a host: tools, kubeconfigs, static Pods, a home directory. */
export function hostFiles({ name, address, controlPlane }: HostFacts, version: string, nowMs: number): Readonly<Record<string, FileNode>> {
  return {
    '/root': directory({}, 0o700, nowMs),
    '/tmp': directory({}, 0o1777, nowMs),
    '/var/log': directory({}, 0o755, nowMs),
    '/usr/local/bin/kubectl': programFile('kubectl', nowMs),
    '/usr/local/bin/kubectx': programFile('kubectx', nowMs),
    '/usr/local/bin/kubens': programFile('kubens', nowMs),
    '/usr/local/bin/kustomize': programFile('kustomize', nowMs),
    '/usr/local/bin/stern': programFile('stern', nowMs),
    '/usr/local/bin/k9s': programFile('k9s', nowMs),
    '/usr/bin/kubeadm': programFile(`kubeadm/${version.replace('v', '')}`, nowMs),
    '/usr/bin/kubelet': programFile(`kubelet/${version.replace('v', '')}`, nowMs),
    '/usr/local/bin/k': link('kubectl', nowMs),
    '/root/.bashrc': file(SHIPPED_BASHRC, 0o644, nowMs),
    '/etc/machine-id': file(`${name}\n`, 0o444, nowMs),
    [`${PKI_FOLDER}/ca.crt`]: file(rootCertificate(nowMs), 0o644, nowMs),
    ...(controlPlane && controlPlaneFiles(address, version, nowMs)),
  }
}

function controlPlaneFiles(address: string, version: string, nowMs: number): Record<string, FileNode> {
  const yaml = (value: unknown) => file(toYaml(value), 0o600, nowMs)
  const manifests = Object.entries(staticPodManifests(address, version)).map(([path, manifest]) => [
    `${MANIFESTS_FOLDER}/${path}`,
    file(writeKnownYaml(manifest), 0o600, nowMs),
  ])
  const admin = yaml(kubeconfig(address, 'kubernetes-admin', ['kubeadm:cluster-admins'], nowMs))
  return {
    ...Object.fromEntries(manifests),
    '/usr/local/bin/etcdctl': programFile(`etcdctl/${ETCD_VERSION}`, nowMs),
    '/usr/local/bin/etcdutl': programFile(`etcdutl/${ETCD_VERSION}`, nowMs),
    ...pki(address, nowMs),
    '/root/.kube/config': admin,
    '/etc/kubernetes/admin.conf': admin,
    '/etc/kubernetes/super-admin.conf': yaml(kubeconfig(address, 'kubernetes-super-admin', ['system:masters'], nowMs)),
    '/etc/kubernetes/controller-manager.conf': yaml(kubeconfig(address, 'system:kube-controller-manager', [], nowMs)),
    '/etc/kubernetes/scheduler.conf': yaml(kubeconfig(address, 'system:kube-scheduler', [], nowMs)),
  }
}

/** What kubeadm keeps in /etc/kubernetes/pki of the control plane, as far as people use it: the authority's key, and the API server's own certificate. */
function pki(address: string, nowMs: number): Record<string, FileNode> {
  const dns = ['controlplane', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc', 'kubernetes.default.svc.cluster.local']
  const server = certificateFor([['CN', 'kube-apiserver']], {
    serial: '02',
    notBeforeMs: nowMs,
    notAfterMs: nowMs + YEAR_MS,
    usages: ['serverAuth'],
    alternativeNames: [...dns.map((name) => `DNS:${name}`), 'IP Address:10.96.0.1', `IP Address:${address}`],
  })
  return {
    [`${PKI_FOLDER}/ca.key`]: file(writeKey(AUTHORITY_KEY), 0o600, nowMs),
    [`${PKI_FOLDER}/apiserver.crt`]: file(server, 0o644, nowMs),
    [`${PKI_FOLDER}/apiserver.key`]: file(writeKey('ab'.repeat(256)), 0o600, nowMs),
  }
}

/** A kubeconfig for one user, as kubeadm writes it. */
function kubeconfig(address: string, user: string, groups: readonly string[], nowMs: number): object {
  const certificate = certificateFor(nameOf({ commonName: user, organizations: groups }), {
    serial: '01',
    notBeforeMs: nowMs,
    notAfterMs: nowMs + YEAR_MS,
  })
  return {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': `${user}@kubernetes`,
    clusters: [
      {
        name: 'kubernetes',
        cluster: { server: `https://${address}:${API_SERVER_PORT}`, 'certificate-authority-data': base64(rootCertificate(nowMs)) },
      },
    ],
    contexts: [{ name: `${user}@kubernetes`, context: { cluster: 'kubernetes', user } }],
    users: [{ name: user, user: { 'client-certificate-data': base64(certificate), 'client-key-data': base64(KEY_NOTE) } }],
    preferences: {},
  }
}

/** There is no TLS in the simulation: what would be secret says so. */
const KEY_NOTE = '-----BEGIN RSA PRIVATE KEY-----\nc2ltdWxhdGVkIGtleQ==\n-----END RSA PRIVATE KEY-----\n'
const base64 = (text: string) => btoa(String.fromCharCode(...bytesFromText(text)))
