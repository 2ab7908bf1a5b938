import type { Pod } from '../../api/types/core-v1.gen'
import { flat } from '../../formats/flat-text'
import type { Sandbox } from '../runtime/sandbox'

const common = `127.0.0.1\tlocalhost
::1\tlocalhost ip6-localhost ip6-loopback
fe00::0\tip6-localnet
fe00::0\tip6-mcastprefix
fe00::1\tip6-allnodes
fe00::2\tip6-allrouters
`

const HEAD = `# Kubernetes-managed hosts file.\n${common}`
const HOST_HEAD = `# Kubernetes-managed hosts file (host network).\n${common}`

/** /etc/hosts as the kubelet writes it for a Pod. */
export function hostsFile(pod: Pod, sandbox: Sandbox): string {
  const { hostname, subdomain, hostAliases = [] } = pod.spec
  const full =
    hostname && subdomain && !pod.spec.setHostnameAsFQDN ? `${hostname}.${subdomain}.${pod.metadata.namespace}.svc.cluster.local\t` : ''
  const own = sandbox.hostNetwork ? '' : `${sandbox.address}\t${full}${sandbox.hostname}\n`
  const aliases = hostAliases.map(({ ip, hostnames = [] }) => `${ip}\t${hostnames.join('\t')}\n`).join('')
  // All Pods share the text before what is their own.
  return (sandbox.hostNetwork ? HOST_HEAD : HEAD) + flat(`${own}${aliases && `\n# Entries added by HostAliases.\n${aliases}`}`)
}

/** The name a Pod's containers know themselves by. */
export function hostnameOf(pod: Pod, nodeName: string): string {
  if (pod.spec.hostNetwork) return nodeName
  const { hostnameOverride, subdomain, setHostnameAsFQDN } = pod.spec
  if (setHostnameAsFQDN && subdomain)
    return `${pod.spec.hostname || pod.metadata.name}.${subdomain}.${pod.metadata.namespace}.svc.cluster.local`
  // A host name has 63 characters at most, and may not end in a separator.
  return hostnameOverride ?? (pod.spec.hostname || pod.metadata.name).slice(0, 63).replace(/[-.]+$/, '')
}

/** /etc/resolv.conf for a Pod: the cluster's DNS and its search path, the node's own, or what `dnsConfig` says. */
export function resolvConf(pod: Pod, hostResolvConf: string, clusterDns: string): string {
  const { dnsPolicy, dnsConfig, hostNetwork = false } = pod.spec
  if (dnsConfig) return resolvConfOf(pod, hostResolvConf, clusterDns)
  const key = `${pod.metadata.namespace} ${dnsPolicy} ${hostNetwork} ${clusterDns} ${hostResolvConf}`
  let text = usual.get(key)
  if (text !== undefined) return text
  text = resolvConfOf(pod, hostResolvConf, clusterDns)
  if (usual.size >= MAX_USUAL) usual.clear()
  usual.set(key, text)
  return text
}

/** Most Pods of a namespace have the same. */
const usual = new Map<string, string>()
const MAX_USUAL = 500

function resolvConfOf(pod: Pod, hostResolvConf: string, clusterDns: string): string {
  const { dnsPolicy = 'ClusterFirst', dnsConfig, hostNetwork } = pod.spec
  const inCluster = dnsPolicy === 'ClusterFirstWithHostNet' || (dnsPolicy === 'ClusterFirst' && !hostNetwork)
  const host = parse(hostResolvConf)
  const base = inCluster
    ? {
        nameservers: [clusterDns],
        searches: [`${pod.metadata.namespace}.svc.cluster.local`, 'svc.cluster.local', 'cluster.local', ...host.searches],
        options: ['ndots:5'],
      }
    : dnsPolicy === 'None'
      ? { nameservers: [], searches: [], options: [] }
      : host
  const extra = (dnsConfig?.options ?? []).map(({ name = '', value }) => (value === undefined ? name : `${name}:${value}`))
  const overridden = new Set(extra.map((option) => option.split(':')[0]))
  const nameservers = [...new Set([...base.nameservers, ...(dnsConfig?.nameservers ?? [])])]
  const searches = [...new Set([...base.searches, ...(dnsConfig?.searches ?? [])])]
  const options = [...base.options.filter((option) => !overridden.has(option.split(':')[0])), ...extra]
  return [
    ...(searches.length > 0 ? [`search ${searches.join(' ')}`] : []),
    ...nameservers.map((address) => `nameserver ${address}`),
    ...(options.length > 0 ? [`options ${options.join(' ')}`] : []),
    '',
  ].join('\n')
}

/** The settings of a resolv.conf. */
export function parse(text: string): { readonly nameservers: string[]; readonly searches: string[]; readonly options: string[] } {
  const words = (keyword: string) =>
    [...text.matchAll(new RegExp(`^${keyword}[ \\t]+(.*)$`, 'gm'))].map((match) => match[1]!.trim().split(/\s+/))
  return {
    nameservers: words('nameserver').map(([address]) => address!),
    searches: words('search').at(-1) ?? [],
    options: words('options').flat(),
  }
}
