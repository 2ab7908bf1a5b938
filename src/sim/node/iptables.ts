import type { Service, ServicePort } from '../api/types/core-v1.gen'
import type { Backend } from '../network/service-index'
import { sha256 } from '../formats/sha256'
import type { Host } from './host'
import { write } from './os/calls'
import type { Proc } from './os/syscalls'

/** One table of a node's packet filter: its built-in chains, those of Kubernetes, and the rules in order. */
interface Table {
  readonly name: string
  readonly builtIn: readonly string[]
  readonly rules: readonly string[]
}

/** `iptables-save [-t TABLE]`: what kube-proxy has written for the Services of this moment. */
export function* iptablesSave(host: Host, args: readonly string[]): Proc<number> {
  const wanted = optionOf(args, '-t', '--table')
  for (const table of tablesOf(host)) if (wanted === undefined || table.name === wanted) yield* write(1, textOf(table))
  return 0
}

/** `iptables [-t TABLE] -S [CHAIN]`, and `-L [CHAIN]` as far as chains and comments go. Rules are kube-proxy's alone: nobody else's are kept. */
export function* iptables(host: Host, args: readonly string[]): Proc<number> {
  const table = tablesOf(host).find(({ name }) => name === (optionOf(args, '-t', '--table') ?? 'filter'))
  const verb = args.findIndex((word) => /^(-[A-Za-z]*[SL]|--list|--list-rules)$/.test(word))
  if (!table || verb < 0) {
    yield* write(2, 'iptables: only -S and -L of the tables filter and nat are part of the simulation\n')
    return 2
  }
  const chain = args[verb + 1]?.startsWith('-') ? undefined : args[verb + 1]
  const chains = chainsOf(table).filter((name) => chain === undefined || name === chain)
  if (chains.length === 0) {
    yield* write(2, 'iptables: No chain/target/match by that name.\n')
    return 1
  }
  const rulesOf = (name: string) => table.rules.filter((rule) => rule.startsWith(`-A ${name} `))
  const isListing = /L|--list$/.test(args[verb]!)
  for (const name of chains)
    yield* write(
      1,
      isListing ? listed(table, name, rulesOf(name)) : `${table.builtIn.includes(name) ? `-P ${name} ACCEPT` : `-N ${name}`}\n`,
    )
  if (!isListing) for (const name of chains) for (const rule of rulesOf(name)) yield* write(1, `${rule}\n`)
  return 0
}

function optionOf(args: readonly string[], ...names: readonly string[]): string | undefined {
  const at = args.findIndex((word) => names.includes(word))
  return at < 0 ? undefined : args[at + 1]
}

const chainOf = (rule: string) => rule.split(' ')[1]!
const targetOf = (rule: string) => / -j (\S+)/.exec(rule)?.[1] ?? ''
const chainsOf = ({ builtIn, rules }: Table) => [
  ...new Set([...builtIn, ...[...rules.map(chainOf), ...rules.map(targetOf).filter((target) => target.startsWith('KUBE-'))].sort()]),
]

function textOf(table: Table): string {
  const chains = chainsOf(table).map((name) => `:${name} ${table.builtIn.includes(name) ? 'ACCEPT' : '-'} [0:0]`)
  return [`*${table.name}`, ...chains, ...table.rules, 'COMMIT', ''].join('\n')
}

/** A chain as `-L` shows it. */
function listed(table: Table, chain: string, rules: readonly string[]): string {
  const references = table.rules.filter((rule) => targetOf(rule) === chain).length
  const head = `Chain ${chain} (${table.builtIn.includes(chain) ? 'policy ACCEPT' : `${references} references`})\ntarget     prot opt source               destination         \n`
  const lines = rules.map((rule) => {
    const field = (pattern: RegExp) => pattern.exec(rule)?.[1]
    const address = (text: string | undefined) => (text ?? 'anywhere').replace(/\/32$/, '').padEnd(20)
    const comment = field(/--comment "([^"]*)"/)
    const to = field(/--to-destination (\S+)/)
    const port = field(/--dport (\d+)/)
    const negated = / ! -s /.test(rule) ? '!' : ''
    const more = [comment && `/* ${comment} */`, port && `${field(/ -p (\w+)/)} dpt:${port}`, to && `to:${to}`].filter(Boolean).join(' ')
    return `${targetOf(rule).padEnd(10)} ${(field(/ -p (\w+)/) ?? 'all').padEnd(4)} --  ${address(negated + (field(/ -s (\S+)/) ?? 'anywhere'))} ${address(field(/ -d (\S+)/))} ${more}`
  })
  return `${head}${lines.map((line) => `${line.trimEnd()}\n`).join('')}\n`
}

// ---- what kube-proxy writes ----

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** A chain's name, as kube-proxy makes it: the first sixteen letters of a hash in base 32. */
function hashed(prefix: string, text: string): string {
  const bits = [...sha256(text).slice(0, 20)].map((digit) => parseInt(digit, 16).toString(2).padStart(4, '0')).join('')
  return prefix + Array.from({ length: 16 }, (_, i) => BASE32[parseInt(bits.slice(i * 5, i * 5 + 5), 2)]).join('')
}

/** One port of a Service with all that its rules need. */
interface Portal {
  readonly service: Service
  readonly port: ServicePort
  readonly protocol: string
  /** `default/web:http` */
  readonly name: string
  readonly backends: readonly Backend[]
}

function portalsOf({ services }: Host): readonly Portal[] {
  return services
    .all()
    .filter(({ spec }) => spec.clusterIP && spec.clusterIP !== 'None')
    .flatMap((service) =>
      (service.spec.ports ?? []).map((port) => ({
        service,
        port,
        protocol: (port.protocol ?? 'TCP').toLowerCase(),
        name: `${service.metadata.namespace}/${service.metadata.name}${port.name ? `:${port.name}` : ''}`,
        backends: services.backends(service, port).filter(({ ready }) => ready),
      })),
    )
}

const POD_RANGE = '192.168.0.0/16'
const comment = (text: string) => `-m comment --comment "${text}"`
/** The packet filter keeps a probability in 31 bits. */
const probability = (of: number) => (Math.round(2 ** 31 / of) / 2 ** 31).toFixed(11)

function tablesOf(host: Host): readonly Table[] {
  const portals = portalsOf(host)
  return [
    { name: 'filter', builtIn: ['INPUT', 'FORWARD', 'OUTPUT'], rules: filterRules(portals) },
    { name: 'nat', builtIn: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'], rules: natRules(portals) },
  ]
}

function filterRules(portals: readonly Portal[]): readonly string[] {
  const ways = ['INPUT', 'FORWARD', 'OUTPUT']
  return [
    ...ways.map((way) => `-A ${way} -m conntrack --ctstate NEW ${comment('kubernetes service portals')} -j KUBE-SERVICES`),
    ...portals
      .filter(({ backends }) => backends.length === 0)
      .map(
        ({ service, port, protocol, name }) =>
          `-A KUBE-SERVICES -d ${service.spec.clusterIP}/32 -p ${protocol} ${comment(`${name} has no endpoints`)} -m ${protocol} --dport ${port.port} -j REJECT --reject-with icmp-port-unreachable`,
      ),
  ]
}

function natRules(portals: readonly Portal[]): readonly string[] {
  const portal = comment('kubernetes service portals')
  const used = portals.filter(({ backends }) => backends.length > 0)
  return [
    `-A PREROUTING ${portal} -j KUBE-SERVICES`,
    `-A OUTPUT ${portal} -j KUBE-SERVICES`,
    `-A POSTROUTING ${comment('kubernetes postrouting rules')} -j KUBE-POSTROUTING`,
    '-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000',
    '-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN',
    '-A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0',
    `-A KUBE-POSTROUTING ${comment('kubernetes service traffic requiring SNAT')} -j MASQUERADE --random-fully`,
    ...used.flatMap(portalRules).sort(byChain),
    `-A KUBE-SERVICES ${comment('kubernetes service nodeports; NOTE: this must be the last rule in this chain')} -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS`,
  ]
}

const byChain = (a: string, b: string) => (chainOf(a) < chainOf(b) ? -1 : chainOf(a) > chainOf(b) ? 1 : 0)

function portalRules({ service, port, protocol, name, backends }: Portal): readonly string[] {
  const chain = hashed('KUBE-SVC-', name + protocol)
  const outside = hashed('KUBE-EXT-', name + protocol)
  const cluster = `-d ${service.spec.clusterIP}/32 -p ${protocol} ${comment(`${name} cluster IP`)} -m ${protocol} --dport ${port.port}`
  const endpoints = backends.map(({ address, port }) => {
    const to = `${address}:${port}`
    return { address, to, chain: hashed('KUBE-SEP-', name + protocol + to) }
  })
  return [
    `-A KUBE-SERVICES ${cluster} -j ${chain}`,
    `-A ${chain} ! -s ${POD_RANGE} ${cluster} -j KUBE-MARK-MASQ`,
    ...endpoints.map(({ to, chain: endpoint }, index) => {
      const left = endpoints.length - index
      const chance = left > 1 ? ` -m statistic --mode random --probability ${probability(left)}` : ''
      return `-A ${chain} ${comment(`${name} -> ${to}`)}${chance} -j ${endpoint}`
    }),
    ...endpoints.flatMap(({ address, to, chain: endpoint }) => [
      `-A ${endpoint} -s ${address}/32 ${comment(name)} -j KUBE-MARK-MASQ`,
      `-A ${endpoint} -p ${protocol} ${comment(name)} -m ${protocol} -j DNAT --to-destination ${to}`,
    ]),
    ...(port.nodePort
      ? [
          `-A KUBE-NODEPORTS -p ${protocol} ${comment(name)} -m ${protocol} --dport ${port.nodePort} -j ${outside}`,
          `-A ${outside} ${comment(`masquerade traffic for ${name} external destinations`)} -j KUBE-MARK-MASQ`,
          `-A ${outside} -j ${chain}`,
        ]
      : []),
  ]
}
