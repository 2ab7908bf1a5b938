import type { Environment } from '@marcbachmann/cel-js'
import { isCIDR, isIP, isIPv4 } from '../../formats/ip'
import { dns1035Label, dnsLabel, dnsSubdomain, labelValue, qualifiedName, type NameCheck } from '../../formats/names'
import { celLibrary } from './library'

/*
 * What Kubernetes adds to CEL besides lists, texts and quantities: sets, addresses, URLs, versions, formats of names. See "Kubernetes CEL
 * libraries" in the documentation. Values of types of their own are instances of classes, because CEL's methods hang on classes.
 */

type Run = (...values: never[]) => unknown
type Row = readonly [signature: string, run: Run]

class Sets {}
class Ip {
  constructor(readonly text: string) {
    if (!isIP(text)) throw new Error(`IP Address ${JSON.stringify(text)} parse error during conversion from string`)
  }
}
class Cidr {
  readonly base: string
  readonly length: number
  constructor(readonly text: string) {
    if (!isCIDR(text))
      throw new Error(`network address parse error during conversion from string: netip.ParsePrefix(${JSON.stringify(text)})`)
    this.base = text.split('/')[0]!
    this.length = Number(text.split('/')[1])
  }
}
class Url {
  readonly url: URL
  constructor(readonly text: string) {
    if (!isUrl(text))
      throw new Error(`URL parse error during conversion from string: parse ${JSON.stringify(text)}: invalid URI for request`)
    this.url = new URL(text, 'http://placeholder')
  }
}
class Semver {
  readonly parts: readonly [number, number, number]
  readonly pre: string
  constructor(readonly text: string) {
    const match = SEMVER.exec(text)
    if (!match) throw new Error('No Major.Minor.Patch elements found')
    this.parts = [Number(match[1]), Number(match[2]), Number(match[3])]
    this.pre = match[4] ?? ''
  }
}
/** A semantic version as expressions take it. */
export const celVersion = (text: string): unknown => new Semver(text)

class Formats {}
class Format {
  constructor(readonly check: NameCheck) {}
}

const SEMVER = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?$/

/** An absolute URL, or an absolute path. */
const isUrl = (text: string) => (text.startsWith('/') ? !/\s/.test(text) : /^[a-z][a-z0-9+.-]*:\/\//i.test(text) && URL.canParse(text))

const same = (x: unknown, y: unknown): boolean =>
  x === y ||
  (typeof x === 'object' && JSON.stringify(x, plain) === JSON.stringify(y, plain)) ||
  (isNumber(x) && isNumber(y) && Number(x) === Number(y))
const isNumber = (value: unknown) => typeof value === 'bigint' || typeof value === 'number'
const plain = (_key: string, value: unknown) => (typeof value === 'bigint' ? Number(value) : value)
const contains = (all: readonly unknown[], some: readonly unknown[]) => some.every((each) => all.some((other) => same(each, other)))

const number = (ip: string) => ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)

/** Whether a network holds an address; IPv6 only by its text. */
function holds({ base, length }: Cidr, ip: string): boolean {
  if (!isIPv4(base) || !isIPv4(ip)) return base === ip
  const size = 2 ** (32 - length)
  return Math.floor(number(base) / size) === Math.floor(number(ip) / size)
}

function compareVersions(x: Semver, y: Semver): number {
  for (let at = 0; at < 3; at++) if (x.parts[at] !== y.parts[at]) return x.parts[at]! < y.parts[at]! ? -1 : 1
  if (x.pre === y.pre) return 0
  return x.pre === '' || (y.pre !== '' && x.pre > y.pre) ? 1 : -1
}

const pattern =
  (what: RegExp, why: string): NameCheck =>
  (text) =>
    what.test(text) ? [] : [why]

const prefix =
  (check: NameCheck): NameCheck =>
  (text) =>
    check(text.endsWith('-') ? `${text.slice(0, -1)}a` : text)

const FORMATS: Readonly<Record<string, NameCheck>> = {
  dns1123Label: dnsLabel,
  dns1123Subdomain: dnsSubdomain,
  dns1035Label,
  qualifiedName,
  dns1123LabelPrefix: prefix(dnsLabel),
  dns1123SubdomainPrefix: prefix(dnsSubdomain),
  dns1035LabelPrefix: prefix(dns1035Label),
  labelValue,
  uri: (text) => (isUrl(text) ? [] : ['invalid URI']),
  uuid: pattern(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, 'does not match the UUID format'),
  byte: pattern(/^[A-Za-z0-9+/]*={0,2}$/, 'invalid base64'),
  date: pattern(/^\d{4}-(0[1-9]|1[0-2])-([0-2]\d|3[01])$/, 'invalid date'),
  datetime: pattern(/^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/, 'invalid datetime'),
}

const some = (value: unknown) => celLibrary.code.Optional.of(value)
const none = () => celLibrary.code.Optional.none()

const rows: readonly Row[] = [
  ['Sets.contains(list, list): bool', (_: Sets, x: readonly unknown[], y: readonly unknown[]) => contains(x, y)],
  ['Sets.equivalent(list, list): bool', (_: Sets, x: readonly unknown[], y: readonly unknown[]) => contains(x, y) && contains(y, x)],
  ['Sets.intersects(list, list): bool', (_: Sets, x: readonly unknown[], y: readonly unknown[]) => y.some((each) => contains(x, [each]))],
  ['ip(string): IP', (text: string) => new Ip(text)],
  ['IP.family(): int', ({ text }: Ip) => (isIPv4(text) ? 4n : 6n)],
  ['IP.isUnspecified(): bool', ({ text }: Ip) => text === '0.0.0.0' || text === '::'],
  ['IP.isLoopback(): bool', ({ text }: Ip) => text.startsWith('127.') || text === '::1'],
  ['IP.isLinkLocalMulticast(): bool', ({ text }: Ip) => text.startsWith('224.0.0.') || /^ff02:/i.test(text)],
  ['IP.isLinkLocalUnicast(): bool', ({ text }: Ip) => text.startsWith('169.254.') || /^fe80:/i.test(text)],
  ['IP.isGlobalUnicast(): bool', ({ text }: Ip) => !/^(127\.|169\.254\.|22[4-9]\.|23\d\.|0\.0\.0\.0|255\.255\.255\.255)/.test(text)],
  ['string(IP): string', ({ text }: Ip) => text],
  ['cidr(string): CIDR', (text: string) => new Cidr(text)],
  ['CIDR.containsIP(string): bool', (network: Cidr, ip: string) => holds(network, new Ip(ip).text)],
  ['CIDR.containsIP(IP): bool', (network: Cidr, ip: Ip) => holds(network, ip.text)],
  ['CIDR.containsCIDR(string): bool', (network: Cidr, other: string) => holdsAll(network, new Cidr(other))],
  ['CIDR.containsCIDR(CIDR): bool', (network: Cidr, other: Cidr) => holdsAll(network, other)],
  ['CIDR.ip(): IP', ({ base }: Cidr) => new Ip(base)],
  ['CIDR.prefixLength(): int', ({ length }: Cidr) => BigInt(length)],
  [
    'CIDR.masked(): CIDR',
    ({ base, length, text }: Cidr) => (isIPv4(base) ? new Cidr(`${masked(base, length)}/${length}`) : new Cidr(text)),
  ],
  ['string(CIDR): string', ({ text }: Cidr) => text],
  ['isURL(string): bool', (text: string) => isUrl(text)],
  ['url(string): URL', (text: string) => new Url(text)],
  ['URL.getScheme(): string', ({ url, text }: Url) => (text.startsWith('/') ? '' : url.protocol.replace(':', ''))],
  ['URL.getHost(): string', ({ url, text }: Url) => (text.startsWith('/') ? '' : url.host)],
  ['URL.getHostname(): string', ({ url, text }: Url) => (text.startsWith('/') ? '' : url.hostname)],
  ['URL.getPort(): string', ({ url }: Url) => url.port],
  ['URL.getEscapedPath(): string', ({ url, text }: Url) => (/^[^/]*:\/\/[^/]*$/.test(text) ? '' : url.pathname)],
  [
    'URL.getQuery(): map',
    ({ url }: Url) => Object.fromEntries([...url.searchParams.keys()].map((key) => [key, url.searchParams.getAll(key)])),
  ],
  ['isSemver(string): bool', (text: string) => SEMVER.test(text)],
  ['isSemver(string, bool): bool', (text: string, normalize: boolean) => SEMVER.test(normalize ? normalized(text) : text)],
  ['semver(string): Semver', (text: string) => new Semver(text)],
  ['semver(string, bool): Semver', (text: string, normalize: boolean) => new Semver(normalize ? normalized(text) : text)],
  ['Semver.major(): int', ({ parts }: Semver) => BigInt(parts[0])],
  ['Semver.minor(): int', ({ parts }: Semver) => BigInt(parts[1])],
  ['Semver.patch(): int', ({ parts }: Semver) => BigInt(parts[2])],
  ['Semver.isLessThan(Semver): bool', (x: Semver, y: Semver) => compareVersions(x, y) < 0],
  ['Semver.isGreaterThan(Semver): bool', (x: Semver, y: Semver) => compareVersions(x, y) > 0],
  ['Semver.compareTo(Semver): int', (x: Semver, y: Semver) => BigInt(compareVersions(x, y))],
  ['Formats.named(string): optional<Format>', (_: Formats, name: string) => (FORMATS[name] ? some(new Format(FORMATS[name])) : none())],
  ...Object.entries(FORMATS).map(([name, check]): Row => [`Formats.${name}(): Format`, () => new Format(check)]),
  [
    'Format.validate(string): optional<list<string>>',
    ({ check }: Format, text: string) => (check(text).length > 0 ? some([...check(text)]) : none()),
  ],
]

const holdsAll = (network: Cidr, other: Cidr) => network.length <= other.length && holds(network, other.base)

function masked(ip: string, length: number): string {
  const size = 2 ** (32 - length)
  const base = Math.floor(number(ip) / size) * size
  return [24, 16, 8, 0].map((shift) => Math.floor(base / 2 ** shift) % 256).join('.')
}

/** `v1.2` as `1.2.0`, leading zeros gone. */
function normalized(text: string): string {
  const [, numbers = '', rest = ''] = /^v?(\d+(?:\.\d+)*)(.*)$/.exec(text) ?? []
  return [0, 1, 2].map((at) => Number(numbers.split('.')[at] ?? 0)).join('.') + rest
}

/** Adds these libraries to an environment. */
export function addKubernetesFunctions(env: Environment) {
  const types = { Sets, IP: Ip, CIDR: Cidr, URL: Url, Semver, Formats, Format }
  for (const [name, type] of Object.entries(types)) env.registerType(name, type as never)
  env.registerConstant('sets', 'Sets', new Sets() as never)
  env.registerConstant('format', 'Formats', new Formats() as never)
  for (const [signature, run] of rows) env.registerFunction(signature, run as never)
}
