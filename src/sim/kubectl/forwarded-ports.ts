import type { Pod, Service } from '../api/types/core-v1.gen'
import { CommandError } from './errors'

/** A port of this machine and the port of the pod it leads to. 0 means any free port. */
export interface ForwardedPort {
  readonly local: number
  readonly remote: number
}

/**
 * Reads `8080:80`, `80`, `:http`: names and a Service's ports become ports of the pod's containers. Throws CommandError for what is no port, or
 * is not there.
 */
export function forwardedPorts(texts: readonly string[], pod: Pod, service: Service | undefined): ForwardedPort[] {
  checkUdp(texts, pod, service)
  return texts.map((text) => {
    const parts = text.split(':')
    const [local, asked] = parts.length === 2 ? (parts as [string, string]) : [parts[0]!, parts[0]!]
    const remote = service ? portBehind(service, pod, asked) : containerPort(pod, asked)
    // A name stands for the same number on this side.
    const sameHere = local === asked && (!service || !isNumber(asked))
    const near = sameHere ? (service ? servicePort(service, asked) : remote) : local
    return { local: parsePort(near || '0', 'local'), remote: notZero(parsePort(remote, 'remote')) }
  })
}

const isNumber = (text: string) => /^[-+]?\d+$/.test(text)

function parsePort(text: string, side: 'local' | 'remote'): number {
  const why =
    !/^\d+$/.test(text) ? 'invalid syntax'
    : Number(text) > 65535 ? 'value out of range'
    : undefined // prettier-ignore
  if (why) throw new CommandError(`error parsing ${side} port '${text}': strconv.ParseUint: parsing ${JSON.stringify(text)}: ${why}`)
  return Number(text)
}

function notZero(port: number): number {
  if (port === 0) throw new CommandError('remote port must be > 0')
  return port
}

/** A container's port as text: the number itself, or what a name stands for. */
function containerPort(pod: Pod, asked: string): string {
  if (isNumber(asked)) return asked
  const ports = (pod.spec.containers ?? []).flatMap(({ ports = [] }) => ports)
  const named = ports.find(({ name }) => name === asked && asked !== '')
  if (!named) throw new CommandError(`Pod '${pod.metadata.name}' does not have a named port '${asked}'`)
  return String(named.containerPort)
}

function servicePort({ metadata, spec }: Service, asked: string): string {
  if (isNumber(asked)) return asked
  const named = (spec.ports ?? []).find(({ name }) => name === asked && asked !== '')
  if (!named) throw new CommandError(`Service '${metadata.name}' does not have a named port '${asked}'`)
  return String(named.port)
}

/** Where a Service's port leads in the pod. A headless Service leads nowhere: its port is taken for the pod's own. */
function portBehind(service: Service, pod: Pod, asked: string): string {
  const number = Number(servicePort(service, asked))
  const port = (service.spec.ports ?? []).find((each) => each.port === number)
  if (!port) throw new CommandError(`Service ${service.metadata.name} does not have a service port ${number}`)
  if (service.spec.clusterIP === 'None') return String(number)
  const target = port.targetPort ?? 0
  if (typeof target === 'string') return containerPort(pod, target)
  return String(target === 0 ? number : target)
}

/** Datagrams cannot be forwarded. */
function checkUdp(texts: readonly string[], pod: Pod, service: Service | undefined): void {
  const ports = service
    ? (service.spec.ports ?? []).map(({ port, name, protocol }) => ({ number: port, name, protocol }))
    : (pod.spec.containers ?? []).flatMap(({ ports: own = [] }) =>
        own.map(({ containerPort: number, name, protocol }) => ({ number, name, protocol })),
      )
  for (const text of texts) {
    const asked = text.includes(':') ? text.split(':')[1]! : text
    const meant = ports.filter(({ number, name }) => (isNumber(asked) ? number === Number(asked) : name !== undefined && name === asked))
    if (meant.length > 0 && meant.every(({ protocol }) => protocol === 'UDP'))
      throw new CommandError(`UDP protocol is not supported for ${asked}`)
  }
}
