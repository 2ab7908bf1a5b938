import type { Addon, AddonEnvironment } from './addon'
import type { KindDefinition } from '../api/kind'
import type { KubeObject } from '../api/object'
import type { Service } from '../api/types/core-v1.gen'
import { attempt } from '../controllers/component'
import { service as serviceKind } from '../kinds/core/service'

const SCAN_MS = 2000
const NAMESPACE = 'metallb-system'

/** A pool of addresses as people declare it (`metallb.io/v1beta1`). */
interface IpAddressPool extends KubeObject {
  readonly spec?: { readonly addresses?: readonly string[]; readonly autoAssign?: boolean }
}

/** Gives Services of type LoadBalancer an address from the pools that were declared, as MetalLB does; without one they wait. */
export const loadBalancer: Addon = {
  program: 'metallb-controller',
  greeting: 'MetalLB controller starting (commit: 7a7f4ad, version: v0.15.2)',
  start(environment) {
    const { engine, client } = environment
    const told = new Map<string, string>()
    const round = () => {
      for (const service of client.list<Service>(serviceKind)) attempt(() => settle(environment, service, told))
      timer = engine.after(SCAN_MS, round, { background: true })
    }
    let timer = engine.after(SCAN_MS, round, { background: true })
    return () => engine.cancel(timer)
  },
}

function settle(environment: AddonEnvironment, service: Service, told: Map<string, string>) {
  const { client, recorder } = environment
  const { spec = {}, status, metadata } = service
  const present = status?.loadBalancer?.ingress?.[0]?.ip
  if (spec.type !== 'LoadBalancer' || spec.loadBalancerClass !== undefined || metadata.deletionTimestamp) {
    if (present !== undefined && spec.type !== 'LoadBalancer')
      client.updateStatus<Service>(serviceKind, { ...service, status: { ...status, loadBalancer: {} } })
    return
  }
  if (present !== undefined) return
  const pools = poolsOf(environment)
  if (pools.length === 0) return
  const taken = new Set(
    client.list<Service>(serviceKind).flatMap((each) => (each.status?.loadBalancer?.ingress ?? []).flatMap(({ ip }) => ip ?? [])),
  )
  const wanted =
    metadata.annotations?.['metallb.io/loadBalancerIPs'] ??
    metadata.annotations?.['metallb.universe.tf/loadBalancerIPs'] ??
    spec.loadBalancerIP
  const free = pools.filter((ip) => !taken.has(ip))
  const ip = wanted ? free.find((candidate) => candidate === wanted) : free[0]
  const name = `${metadata.namespace}/${metadata.name}`
  const tell = (type: 'Normal' | 'Warning', reason: string, message: string, component: string) => {
    if (told.get(metadata.uid + reason) === message) return
    told.set(metadata.uid + reason, message)
    recorder(component).event(service, type, reason, message)
  }
  if (ip === undefined) {
    const why = wanted ? `[${JSON.stringify(wanted)}] is not allowed in config` : 'no available IPs'
    return tell('Warning', 'AllocationFailed', `Failed to allocate IP for ${JSON.stringify(name)}: ${why}`, 'metallb-controller')
  }
  client.updateStatus<Service>(serviceKind, { ...service, status: { ...status, loadBalancer: { ingress: [{ ip, ipMode: 'VIP' }] } } })
  tell('Normal', 'IPAllocated', `Assigned IP [${JSON.stringify(ip)}]`, 'metallb-controller')
  const [announcer] = [...environment.nodes.hosts.values()].filter(({ facts, poweredOn }) => poweredOn && !facts.controlPlane)
  if (announcer)
    tell('Normal', 'nodeAssigned', `announcing from node ${JSON.stringify(announcer.facts.name)} with protocol "layer2"`, 'metallb-speaker')
}

/** All addresses of all pools, in their order. */
function poolsOf({ registry, client }: AddonEnvironment): readonly string[] {
  const served = registry.findKind('metallb.io', 'v1beta1', 'IPAddressPool')
  if (!served) return []
  const pools = client.list<IpAddressPool>(served.kind as unknown as KindDefinition<IpAddressPool>, { namespace: NAMESPACE }) // a custom kind: what it holds is checked where it is used
  return pools.filter(({ spec }) => spec?.autoAssign !== false).flatMap(({ spec }) => (spec?.addresses ?? []).flatMap(addressesOf))
}

const MOST_ADDRESSES = 1024
const toNumber = (ip: string) => ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
const toText = (value: number) => [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.')

/** `10.0.0.1-10.0.0.9` or `10.0.0.0/28`. */
function addressesOf(text: string): readonly string[] {
  const [, from = '', to] = /^\s*([\d.]+)\s*-\s*([\d.]+)\s*$/.exec(text) ?? []
  const [base = '', bits] = text.trim().split('/')
  const first = to === undefined ? toNumber(base) : toNumber(from)
  const count = to === undefined ? (bits === undefined ? 1 : 2 ** (32 - Number(bits))) : toNumber(to) - first + 1
  return Array.from({ length: Math.max(0, Math.min(MOST_ADDRESSES, count || 0)) }, (_, i) => toText(first + i))
}
