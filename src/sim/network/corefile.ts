import type { DnsAnswer } from '../node/os/calls'
import { isAddress } from './address'
import type { DnsRecord } from './cluster-dns'

/** A line of a Corefile with the lines of its block: `forward . 8.8.8.8 { … }`. */
export interface Directive {
  readonly name: string
  readonly args: readonly string[]
  readonly block: readonly (readonly string[])[]
}

/** What CoreDNS does for names of some zones. */
export interface ServerBlock {
  /** Without the last dot; '' is the root. */
  readonly zones: readonly string[]
  readonly port: number
  readonly plugins: readonly Directive[]
}

/** Plugins that are compiled into the CoreDNS of Kubernetes. */
const KNOWN = new Set(
  'root metadata geoip cancel tls quic timeouts multisocket reload nsid bufsize bind debug trace ready health pprof prometheus errors log dnstap local dns64 acl any chaos loadbalance tsig cache rewrite header dnssec autopath minimal template transfer hosts route53 azure clouddns k8s_external kubernetes file auto secondary etcd loop forward grpc erratic whoami on sign view nomad import'.split(
    ' ',
  ),
)

const parsed = new Map<string, readonly ServerBlock[] | string>()
const MAX_PARSED = 50

/** The server blocks of a Corefile, or CoreDNS' complaint about it (`3 - Error during parsing: …`, after the file's name and a colon). */
export function parseCorefile(text: string): readonly ServerBlock[] | string {
  let blocks = parsed.get(text)
  if (blocks === undefined) {
    if (parsed.size >= MAX_PARSED) parsed.clear()
    parsed.set(text, (blocks = parse(text)))
  }
  return blocks
}

function parse(text: string): readonly ServerBlock[] | string {
  const lines = text
    .split('\n')
    .map((line) => [...line.replace(/(^|\s)#.*$/, '').matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare!))
  const blocks: ServerBlock[] = []
  let keys: string[] | undefined
  let plugins: Directive[] = []
  let open: { name: string; args: string[]; block: string[][] } | undefined
  let depth = 0
  for (const [index, words] of lines.entries()) {
    if (words.length === 0) continue
    const wrong = (what: string) => `${index + 1} - Error during parsing: ${what}`
    const opens = words.at(-1) === '{'
    const closes = words.length === 1 && words[0] === '}'
    const bare = opens ? words.slice(0, -1) : words
    if (!keys) {
      if (!opens) return wrong(closes ? "Unexpected '}' because no matching opening brace" : 'Unexpected EOF')
      keys = bare
    } else if (open) {
      if (closes && depth === 0) {
        plugins.push(open)
        open = undefined
        continue
      }
      const pattern = open.name === 'rewrite' ? brokenPattern(bare) : undefined
      if (pattern !== undefined) return wrong(`plugin/rewrite: invalid regex pattern in a name rule: ${pattern}`)
      depth += opens ? 1 : closes ? -1 : 0
      if (!closes) open.block.push(bare)
    } else if (closes) {
      blocks.push(...serverBlocks(keys, plugins))
      keys = undefined
      plugins = []
    } else {
      const [name = '', ...args] = bare
      if (!KNOWN.has(name)) return wrong(`Unknown directive '${name}'`)
      const pattern = name === 'rewrite' ? brokenPattern(args) : undefined
      if (pattern !== undefined) return wrong(`plugin/rewrite: invalid regex pattern in a name rule: ${pattern}`)
      if (opens) open = { name, args, block: [] }
      else plugins.push({ name, args, block: [] })
    }
  }
  return keys ? `${lines.length} - Error during parsing: Unexpected EOF` : blocks
}

/** One for each port that the keys (`.:53 example.org`) name. */
function serverBlocks(keys: readonly string[], plugins: readonly Directive[]): readonly ServerBlock[] {
  const byPort = new Map<number, string[]>()
  for (const key of keys.flatMap((word) => word.split(',')).filter(Boolean)) {
    const [, zone = '', port = '53'] = /^(?:dns:\/\/)?(.*?)(?::(\d+))?$/.exec(key) ?? []
    byPort.set(Number(port), [...(byPort.get(Number(port)) ?? []), withoutDot(zone)])
  }
  return [...byPort].map(([port, zones]) => ({ zones, port, plugins }))
}

const withoutDot = (name: string) => name.replace(/\.$/, '').toLowerCase()
const within = (name: string, zone: string) => zone === '' || name === zone || name.endsWith(`.${zone}`)

/** Where plugins find what they answer. */
export interface DnsSources {
  /** The cluster's own records; undefined for a name outside its domain. */
  readonly cluster: (name: string, type: DnsAnswer['type']) => readonly DnsRecord[] | undefined
  /** What another server answers; undefined when none is there. */
  readonly upstream: (server: string, name: string, type: DnsAnswer['type']) => readonly DnsRecord[] | undefined
  /** A file of the DNS server's own container. */
  readonly file: (path: string) => string | undefined
}

/** How a question was answered, and whether the server block writes that down. */
export interface Verdict {
  readonly records: readonly DnsRecord[]
  readonly code: 'NOERROR' | 'NXDOMAIN' | 'SERVFAIL' | 'REFUSED'
  readonly logged: boolean
}

/** Answers a question as the server block with the longest matching zone says: rewrite, hosts, kubernetes and forward, in CoreDNS' own order. */
export function answerByCorefile(blocks: readonly ServerBlock[], sources: DnsSources, question: string, type: DnsAnswer['type']): Verdict {
  const asked = withoutDot(question)
  const matching = blocks
    .filter(({ port }) => port === 53)
    .flatMap((block) => block.zones.filter((zone) => within(asked, zone)).map((zone) => ({ zone, block })))
  const [best] = matching.sort((a, b) => b.zone.length - a.zone.length)
  if (!best) return { records: [], code: 'REFUSED', logged: false }
  const { plugins } = best.block
  const logged = plugins.some(({ name }) => name === 'log')
  const name = plugins.filter((plugin) => plugin.name === 'rewrite').reduce(rewritten, asked)
  const restore = (records: readonly DnsRecord[]) => records.map((record) => (record.name === name ? { ...record, name: asked } : record))
  for (const plugin of ['hosts', 'kubernetes', 'forward'] as const) {
    for (const directive of plugins.filter((each) => each.name === plugin)) {
      const found = handlers[plugin](directive, sources, name, type)
      if (found === 'next') continue
      if (found === 'failed') return { records: [], code: 'SERVFAIL', logged }
      return { records: restore(found), code: found.length > 0 ? 'NOERROR' : 'NXDOMAIN', logged }
    }
  }
  return { records: [], code: 'SERVFAIL', logged }
}

/** Records, or that somebody else is to answer, or that nobody can. */
type Handler = (
  directive: Directive,
  sources: DnsSources,
  name: string,
  type: DnsAnswer['type'],
) => readonly DnsRecord[] | 'next' | 'failed'

/** Whether a plugin that knows no answer leaves the name to the next one. */
function fallsThrough({ block }: Directive, name: string): boolean {
  const line = block.find(([word]) => word === 'fallthrough')
  return line !== undefined && (line.length === 1 || line.slice(1).some((zone) => within(name, withoutDot(zone))))
}

const handlers: Readonly<Record<'hosts' | 'kubernetes' | 'forward', Handler>> = {
  hosts(directive, sources, name, type) {
    const [path, ...zones] = directive.args
    if (zones.length > 0 && !zones.some((zone) => within(name, withoutDot(zone)))) return 'next'
    const text = path === undefined ? '' : (sources.file(path) ?? '')
    const lines = [...text.split('\n').map((line) => line.replace(/#.*/, '').split(/\s+/).filter(Boolean)), ...directive.block]
    const entries = lines
      .filter(([address = '']) => isAddress(address))
      .filter(([, ...names]) => names.some((each) => withoutDot(each) === name))
    if (entries.length > 0) return type === 'A' ? entries.map(([address]) => ({ name, type, value: address! })) : []
    return directive.block.length === 0 || fallsThrough(directive, name) ? 'next' : []
  },
  kubernetes(directive, sources, name, type) {
    const zone = directive.args.map(withoutDot).find((each) => within(name, each))
    if (zone === undefined) return 'next'
    // A domain other than the usual one has the same names under it.
    const isReverse = zone.endsWith('arpa')
    const own = isReverse ? name : `${name.slice(0, name.length - zone.length)}cluster.local`
    const records = sources.cluster(own, type)
    if (!records) return 'next'
    if (records.length === 0 && fallsThrough(directive, name)) return 'next'
    return own === name ? records : records.map((record) => (record.name === own ? { ...record, name } : record))
  },
  forward({ args: [from = '.', ...servers] }, sources, name, type) {
    if (!within(name, withoutDot(from))) return 'next'
    for (const server of servers.flatMap((each) => (each.startsWith('/') ? nameserversIn(sources.file(each) ?? '') : [each]))) {
      const records = sources.upstream(server.replace(/^(dns|tls):\/\//, '').replace(/:\d+$/, ''), name, type)
      if (records) return records
    }
    return 'failed'
  },
}

const nameserversIn = (text: string) => [...text.matchAll(/^nameserver\s+(\S+)/gm)].map(([, server]) => server!)

/** The name that a `rewrite` line, or its block, makes of one. */
function rewritten(name: string, { args, block }: Directive): string {
  const rules = args.some((word) => word === 'name') ? [args] : block
  for (const rule of rules) {
    const [field, ...rest] = rule.filter((word, i) => i > 0 || (word !== 'stop' && word !== 'continue'))
    if (field !== 'name') continue
    const how = ['exact', 'prefix', 'suffix', 'substring', 'regex'].includes(rest[0] ?? '') ? rest[0] : 'exact'
    const [from = '', to = ''] = how === rest[0] ? rest.slice(1) : rest
    const next = applied(name, how!, from, to)
    if (next !== undefined) return withoutDot(next)
  }
  return name
}

/** The pattern of a rewriting rule that is none. */
function brokenPattern(words: readonly string[]): string | undefined {
  const pattern = words.includes('regex') ? words[words.indexOf('regex') + 1] : undefined
  return pattern !== undefined && !patternOf(pattern) ? pattern : undefined
}

/** A pattern for names, which stand here without their last dot; undefined when it is none. */
function patternOf(text: string): RegExp | undefined {
  try {
    return new RegExp(text.replace(/\\\.\$$|\.\$$/, '$'))
  } catch {
    return undefined
  }
}

function applied(name: string, how: string, from: string, to: string): string | undefined {
  const [source, target] = [withoutDot(from), withoutDot(to)]
  if (how === 'exact') return name === source ? target : undefined
  if (how === 'prefix') return name.startsWith(source) ? target + name.slice(source.length) : undefined
  if (how === 'suffix') return name.endsWith(source) ? name.slice(0, -source.length) + target : undefined
  if (how === 'substring') return name.includes(source) ? name.replace(source, target) : undefined
  const match = patternOf(from)?.exec(name)
  return match ? to.replace(/\{(\d)\}/g, (_, group: string) => match[Number(group)] ?? '') : undefined
}
