import type { FlagSpec } from '../../flags'

const rows: readonly (readonly [name: string, shorthand: string | null, type: FlagSpec['type'], value: string])[] = [
  ['description', null, 'string', ''],
  ['discovery-token-ca-cert-hash', null, 'stringSlice', '[]'],
  ['groups', null, 'stringSlice', '[system:bootstrappers:kubeadm:default-node-token]'],
  ['help', 'h', 'bool', 'false'],
  ['ignore-preflight-errors', null, 'stringSlice', '[]'],
  ['kubeconfig', null, 'string', '/etc/kubernetes/admin.conf'],
  ['output', 'o', 'string', ''],
  ['print-join-command', null, 'bool', 'false'],
  ['token', null, 'string', ''],
  ['ttl', null, 'duration', '24h0m0s'],
  ['usages', null, 'stringSlice', '[signing,authentication]'],
  ['v', 'v', 'int', '0'],
]

/** kubeadm's flags, of all that it is able to do here. */
export const kubeadmFlags: readonly FlagSpec[] = rows.map(([name, shorthand, type, value]) => ({ name, shorthand, type, default: value }))
