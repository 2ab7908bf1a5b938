import { dnsSubdomain, portName } from '../../formats/names'
import { CommandError } from '../errors'
import type { Command, Kubectl } from '../session'
import { createGenerated, generatedNamespace } from '../writing'
import { oneName } from './create-deployment'

type Kind = 'ClusterIP' | 'NodePort' | 'LoadBalancer' | 'ExternalName'

interface Port {
  readonly name: string
  readonly port: number
  readonly targetPort: number | string
  readonly protocol: 'TCP'
  readonly nodePort?: number
}

const serviceOf = (type: Kind): Command => ({
  required: type === 'ExternalName' ? ['external-name'] : undefined,
  *run(kubectl) {
    const { flags } = kubectl
    const name = oneName(kubectl)
    const headless = flags.has('clusterip') && flags.text('clusterip') === 'None'
    if (type !== 'ExternalName' && flags.list('tcp').length === 0 && !headless)
      throw new CommandError(`at least one tcp port specifier must be provided`)
    const external = type === 'ExternalName' ? flags.text('external-name') : ''
    if (type === 'ExternalName' && dnsSubdomain(external).length) throw new CommandError(`invalid service external name ${external}`)
    const ports = portsOf(kubectl)
    const labels = { app: name }
    yield* createGenerated(kubectl, {
      failure: `failed to create ${type} service`,
      savesConfig: false,
      object: {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name, labels, ...(yield* generatedNamespace(kubectl)) },
        spec: {
          ...(ports.length ? { ports } : {}),
          selector: labels,
          type,
          ...(flags.has('clusterip') && flags.text('clusterip') ? { clusterIP: flags.text('clusterip') } : {}),
          ...(type === 'ExternalName' ? { externalName: flags.text('external-name') } : {}),
        },
      },
    })
  },
})

function portsOf({ flags }: Kubectl): Port[] {
  return flags.list('tcp').map((text) => {
    const { port, targetPort } = parsePortPair(text)
    const nodePort = flags.has('node-port') ? flags.int('node-port') : 0
    return { name: text.replaceAll(':', '-'), port, targetPort, protocol: 'TCP', ...(nodePort ? { nodePort } : {}) }
  })
}

/** `80`, `80:8080`, `443:https`. Throws CommandError. */
export function parsePortPair(text: string): { port: number; targetPort: number | string } {
  const parts = text.split(':')
  const [first = '', second] = parts
  const number = (part: string) => {
    if (!/^[-+]?\d+$/.test(part)) throw new CommandError(`strconv.Atoi: parsing ${JSON.stringify(part)}: invalid syntax`)
    const value = Number(part)
    if (value < 1 || value > 65535) throw new CommandError('must be between 1 and 65535, inclusive')
    return value
  }
  const port = parsePort(first)
  if (second === undefined || second === '') return { port, targetPort: port }
  if (/^[-+]?\d+$/.test(second)) return { port, targetPort: number(second) }
  const wrong = portName(second)
  if (wrong.length) throw new CommandError(wrong.join(','))
  return { port, targetPort: second }
}

function parsePort(text: string): number {
  const why = !/^\d+$/.test(text) ? 'invalid syntax' : Number(text) > 65535 ? 'value out of range' : undefined
  if (why) throw new CommandError(`strconv.ParseUint: parsing ${JSON.stringify(text)}: ${why}`)
  return Number(text)
}

export const createServiceClusterIp = serviceOf('ClusterIP')
export const createServiceNodePort = serviceOf('NodePort')
export const createServiceLoadBalancer = serviceOf('LoadBalancer')
export const createServiceExternalName = serviceOf('ExternalName')
