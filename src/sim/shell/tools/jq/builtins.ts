import { characterClasses } from '../../character-classes'
import { calendar, epochDays } from '../../../engine/time'
import { byteLength } from '../../../node/os/text'
import { formatTime } from '../format'
import {
  JqError,
  arithmetic,
  compare,
  compareText,
  described,
  deletePaths,
  indices,
  isArray,
  isObject,
  setPath,
  splitText,
  toJson,
  truthy,
  typeOf,
  type Path,
} from './values'

/** jq's library: what is written in jq itself, and what is not. */
export const prelude = `
def map(f): [.[] | f];
def map_values(f): .[] |= f;
def values: select(. != null);
def nulls: select(. == null);
def booleans: select(type == "boolean");
def numbers: select(type == "number");
def strings: select(type == "string");
def arrays: select(type == "array");
def objects: select(type == "object");
def iterables: select(type | . == "array" or . == "object");
def scalars: select(type | . != "array" and . != "object");
def recurse(f; cond): def r: ., (f | select(cond) | r); r;
def to_entries: [keys_unsorted[] as $k | {key: $k, value: .[$k]}];
def from_entries: reduce .[] as $x ({}; . + {($x | if type == "object" then (if has("key") then .key elif has("k") then .k elif has("name") then .name elif has("Name") then .Name elif has("Key") then .Key elif has("K") then .K else null end) else . end | if type == "string" then . elif . == null then "null" else tojson end): ($x | if type == "object" then (if has("value") then .value elif has("v") then .v elif has("Value") then .Value elif has("V") then .V else null end) else null end)});
def with_entries(f): to_entries | map(f) | from_entries;
def any: any(.[]; .);
def all: all(.[]; .);
def any(f): any(.[]; f);
def all(f): all(.[]; f);
def add: reduce .[] as $x (null; . + $x);
def last(f): reduce f as $x (null; $x);
def first: .[0];
def last: .[-1];
def nth($n): .[$n];
def nth($n; f): if $n < 0 then error("Out of bounds negative array index") else last(limit($n + 1; f)) end;
def in(xs): . as $x | xs | has($x);
def inside(xs): . as $x | xs | contains($x);
def paths(node_filter): . as $dollar | paths | select(. as $p | $dollar | getpath($p) | node_filter);
def leaf_paths: paths(scalars);
def walk(f): def w: if type == "object" then map_values(w) elif type == "array" then map(w) else . end | f; w;
def todate: strftime("%Y-%m-%dT%H:%M:%SZ");
def fromdateiso8601: strptime("%Y-%m-%dT%H:%M:%SZ") | mktime;
def todateiso8601: strftime("%Y-%m-%dT%H:%M:%SZ");
def fromdate: fromdateiso8601;
def date: todate;
def match(re): match(re; null);
def test(re): test(re; null);
def capture(re): capture(re; null);
def capture(re; flags): match(re; flags) | [.captures | .[] | select(.name != null) | {key: .name, value: .string}] | from_entries;
def scan(re): scan(re; null);
def scan(re; flags): match(re; "g" + flags) | if (.captures | length) > 0 then [.captures | .[] | .string] else .string end;
def split(re; flags): . as $s | [foreach ((match(re; flags + "g") | [.offset, .length]), null) as $m ({at: 0, out: null}; if $m == null then .out = $s[.at:] else .out = $s[.at:$m[0]] | .at = $m[0] + $m[1] end; .out)];
def splits(re): splits(re; null);
def splits(re; flags): split(re; flags) | .[];
def sub(re; str; $flags): . as $in | (reduce (match(re; $flags) | . as $edit | ($edit.captures | map(select(.name != null) | {key: .name, value: .string}) | from_entries) as $c | [$edit, ($c | str)]) as [$edit, $new] ([0, ""]; [$edit.offset + $edit.length, .[1] + $in[.[0]:$edit.offset] + $new])) as [$at, $out] | $out + $in[$at:];
def sub(re; str): sub(re; str; "");
def gsub(re; str; $flags): sub(re; str; $flags + "g");
def gsub(re; str): sub(re; str; "g");
def ascii: [.] | implode;
def combinations: if length == 0 then [] else .[0][] as $x | (.[1:] | combinations) as $w | [$x] + $w end;
def combinations(n): . as $dot | [range(n)] | map($dot) | combinations;
def finites: select(isinfinite or isnan | not);
def normals: select(isnormal);
def tostream: path(def r: (.[]?|r), .; r) as $p | getpath($p) | reduce path(.[]?) as $q ([$p, .]; [$p + $q]);
def fromstream(f): {x: null, e: false} as $init | foreach f as $i ($init; if .e then $init else . end | if $i | length == 2 then setpath(["e"]; $i[0] | length == 0) | setpath(["x"] + $i[0]; $i[1]) else setpath(["e"]; $i[0] | length == 1) end; if .e then .x else empty end);
def truncate_stream(stream): . as $n | null | stream | . as $input | if (.[0] | length) > $n then setpath([0]; .[0][$n:]) else empty end;
def dateadd(u; n): . + n;
def datesub(u; n): . - n;
def abs: if type == "number" and . < 0 then -. else . end;
def toarray: if type == "array" then . else [.] end;
def have_literal_numbers: true;
def have_decnum: false;
def index($i): indices($i) | .[0];
def rindex($i): indices($i) | .[-1];
def INDEX(stream; f): reduce stream as $row ({}; .[$row | f | tostring] |= $row);
def INDEX(f): INDEX(.[]; f);
def IN(s): any(s == .; .);
def IN(src; s): any(src == s; .);
`

type Native = (input: unknown, args: readonly unknown[]) => unknown

const many = (stream: Iterable<unknown>) => Object.assign(Object.create(null) as object, { stream })

function text(value: unknown, message: (value: unknown) => string): string {
  if (typeof value !== 'string') throw new JqError(message(value))
  return value
}

function number(value: unknown): number {
  if (typeof value !== 'number') throw new JqError(`${described(value)} number required`)
  return value
}

function array(value: unknown, message: string): readonly unknown[] {
  if (!isArray(value)) throw new JqError(message)
  return value
}

const sorted = (value: unknown) => [...array(value, `${described(value)} cannot be sorted, as it is not an array`)].sort(compare)

function keys(value: unknown): unknown[] {
  if (isObject(value)) return Object.keys(value)
  if (isArray(value)) return [...value.keys()]
  throw new JqError(`${described(value)} has no keys`)
}

function length(value: unknown): unknown {
  if (value === null) return 0
  if (typeof value === 'string') return [...value].length
  if (typeof value === 'number') return Math.abs(value)
  if (isArray(value)) return value.length
  if (isObject(value)) return Object.keys(value).length
  throw new JqError(`${described(value)} has no length`)
}

function contains(a: unknown, b: unknown): boolean {
  if (isObject(a) && isObject(b)) return Object.entries(b).every(([key, value]) => Object.hasOwn(a, key) && contains(a[key], value))
  if (isArray(a) && isArray(b)) return b.every((item) => a.some((other) => typeOf(other) === typeOf(item) && contains(other, item)))
  if (typeof a === 'string' && typeof b === 'string') return a.includes(b)
  if (typeOf(a) === typeOf(b)) return compare(a, b) === 0
  throw new JqError(`${described(a)} and ${described(b)} cannot have their containment checked`)
}

function flatten(value: readonly unknown[], depth: number): unknown[] {
  return value.flatMap((item) => (isArray(item) && depth > 0 ? flatten(item, depth - 1) : [item]))
}

function codePoint(code: unknown): string {
  if (typeof code !== 'number' || !(code >= 0 && code <= 0x10ffff)) throw new JqError('Unicode codepoint must be numeric')
  return String.fromCodePoint(code)
}

const math =
  (f: (value: number) => number): Native =>
  (value) =>
    f(number(value))

function regexOf(pattern: unknown, flags: unknown): { regex: RegExp; global: boolean; skipEmpty: boolean } {
  if (isArray(pattern)) return regexOf(pattern[0], pattern[1] ?? flags)
  if (typeof pattern !== 'string') throw new JqError(`${described(pattern)} cannot be matched, as it is not a string`)
  if (flags !== null && flags !== undefined && typeof flags !== 'string') throw new JqError(`${described(flags)} is not a string`)
  const given = typeof flags === 'string' ? flags : ''
  const unknown = [...given].find((c) => !'gimnplsx'.includes(c))
  if (unknown) throw new JqError(`${given} is not a valid modifier string`)
  let source = pattern
  if (given.includes('x')) source = source.replace(/\\.|\[(?:\\.|[^\]])*\]|\s+|#.*$/gm, (piece) => (/^\s|^#/.test(piece) ? '' : piece))
  source = source
    .replace(/\(\?i\)/g, '')
    .replace(/\\h/g, '[0-9a-fA-F]')
    .replace(/\\A/g, '^')
    .replace(/\\[zZ]/g, '$')
    .replace(/\[\[:(\w+):\]\]/g, (_, name: string) => (characterClasses[name] === undefined ? '.' : `[${characterClasses[name]}]`))
  try {
    const options = `g${given.includes('i') || pattern.startsWith('(?i)') ? 'i' : ''}${/[ps]/.test(given) ? 's' : ''}`
    return { regex: new RegExp(source, options), global: given.includes('g'), skipEmpty: given.includes('n') }
  } catch (error) {
    throw new JqError(`${pattern} (at offset 0) is not a valid regex: ${error instanceof Error ? error.message.replace(/^.*: /, '') : ''}`)
  }
}

function matches(input: unknown, pattern: unknown, flags: unknown): unknown[] {
  const subject = text(input, (value) => `${described(value)} cannot be matched, as it is not a string`)
  const { regex, global, skipEmpty } = regexOf(pattern, flags)
  const names = [...regex.source.matchAll(/\((?!\?)|\(\?<([A-Za-z_]\w*)>/g)].map((match) => match[1] ?? null)
  const found: unknown[] = []
  const offset = (at: number) => [...subject.slice(0, at)].length
  for (let match = regex.exec(subject); match; match = regex.exec(subject)) {
    if (match[0] === '') regex.lastIndex++
    if (match[0] === '' && skipEmpty) continue
    let from = match.index
    const captures = match.slice(1).map((string, i) => {
      const at = string === undefined ? -1 : subject.indexOf(string, from)
      if (at >= 0) from = at
      return {
        offset: string === undefined ? -1 : offset(Math.max(at, match.index)),
        length: string === undefined ? 0 : [...string].length,
        string: string ?? null,
        name: names[i] ?? null,
      }
    })
    found.push({ offset: offset(match.index), length: [...match[0]].length, string: match[0], captures })
    if (!global) break
  }
  return found
}

const trimmed = (input: unknown, start: boolean, end: boolean) => {
  const subject = text(input, (value) => `${described(value)} cannot be trimmed`)
  return subject.replace(start ? /^\s+/ : /(?!)/, '').replace(end ? /\s+$/ : /(?!)/, '')
}

function brokenDown(seconds: number): unknown[] {
  const ms = Math.floor(seconds * 1000)
  const t = calendar(ms)
  const dayOfYear = epochDays(t.year, t.month, t.day) - epochDays(t.year, 1, 1)
  return [t.year, t.month - 1, t.day, t.hour, t.minute, t.second + (seconds - Math.floor(seconds)), t.weekday, dayOfYear]
}

const fromBrokenDown = (parts: readonly unknown[]) => {
  const [year, month, day, hour, minute, second] = parts.map(Number)
  return epochDays(year!, month! + 1, day ?? 1) * 86_400 + (hour ?? 0) * 3600 + (minute ?? 0) * 60 + Math.floor(second ?? 0)
}

const secondsOf = (value: unknown, what: string) => {
  if (isArray(value)) return fromBrokenDown(value)
  if (typeof value === 'number') return value
  throw new JqError(`${what} requires parsed datetime inputs`)
}

function parseTime(input: unknown, format: unknown): unknown[] {
  const subject = text(input, () => 'strptime/1 requires string inputs and arguments')
  const wanted = text(format, () => 'strptime/1 requires string inputs and arguments')
  const names: string[] = []
  const pieces: Readonly<Record<string, string>> = {
    Y: '(\\d{4})',
    m: '(\\d\\d?)',
    d: '(\\d\\d?)',
    e: '\\s*(\\d\\d?)',
    H: '(\\d\\d?)',
    M: '(\\d\\d?)',
    S: '(\\d\\d?)',
    y: '(\\d\\d)',
    j: '(\\d{1,3})',
    Z: '([A-Z]+)',
    z: '([-+]\\d\\d:?\\d\\d|Z)',
    b: '([A-Za-z]{3})',
    B: '([A-Za-z]+)',
    a: '([A-Za-z]{3})',
    A: '([A-Za-z]+)',
    s: '(\\d+)',
  }
  const source = wanted
    .replace('%T', '%H:%M:%S')
    .replace('%F', '%Y-%m-%d')
    .replace('%D', '%m/%d/%y')
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replace(/%(.)/g, (_, c: string) => (pieces[c] ? (names.push(c), pieces[c]) : c))
  const match = new RegExp(`^${source}$`).exec(subject)
  if (!match) throw new JqError(`date "${subject}" does not match format "${wanted}"`)
  const got = (name: string) => match[names.indexOf(name) + 1]
  const has = (name: string) => names.includes(name)
  if (has('s')) return brokenDown(Number(got('s')))
  const month = has('m')
    ? Number(got('m'))
    : has('b') || has('B')
      ? 'JanFebMarAprMayJunJulAugSepOctNovDec'.indexOf((got('b') ?? got('B'))!.slice(0, 3)) / 3 + 1
      : 1
  const year = has('Y') ? Number(got('Y')) : has('y') ? Number(got('y')) + (Number(got('y')) < 69 ? 2000 : 1900) : 1900
  const seconds = fromBrokenDown([
    year,
    month - 1,
    Number(got('d') ?? got('e') ?? 1),
    Number(got('H') ?? 0),
    Number(got('M') ?? 0),
    Number(got('S') ?? 0),
  ])
  return brokenDown(seconds)
}

function toNumber(value: unknown): number {
  if (typeof value === 'number') return value
  if (typeof value === 'string' && /^\s*-?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?\s*$/.test(value)) return Number(value)
  throw new JqError(`${described(value)} cannot be parsed as a number`)
}

function fromJson(value: unknown): unknown {
  const source = text(value, (one) => `${described(one)} cannot be parsed as JSON`)
  try {
    return source.trim() === 'nan' ? NaN : JSON.parse(source)
  } catch {
    throw new JqError(`${source} (while parsing '${source}')`)
  }
}

/** Functions of values, by name and number of arguments. */
export const natives: Readonly<Record<string, Native>> = {
  'not/0': (value) => !truthy(value),
  'length/0': length,
  'utf8bytelength/0': (value) => byteLength(text(value, (one) => `${described(one)} only strings have UTF-8 byte length`)),
  'keys/0': (value) => (isObject(value) ? Object.keys(value).sort(compareText) : keys(value)),
  'keys_unsorted/0': keys,
  'type/0': typeOf,
  'has/1': (value, [key]) => {
    if (isObject(value) && typeof key === 'string') return Object.hasOwn(value, key)
    if (isArray(value) && typeof key === 'number') return key >= 0 && key < value.length
    throw new JqError(`Cannot check whether ${typeOf(value)} has a ${typeof key === 'string' ? 'string' : typeOf(key)} key`)
  },
  'contains/1': (value, [other]) => contains(value, other),
  'sort/0': sorted,
  'unique/0': (value) => sorted(value).filter((item, i, all) => i === 0 || compare(item, all[i - 1]) !== 0),
  'min/0': (value) => sorted(value)[0] ?? null,
  'max/0': (value) => sorted(value).at(-1) ?? null,
  'reverse/0': (value) =>
    typeof value === 'string'
      ? [...value].reverse().join('')
      : value === null
        ? []
        : [...array(value, `Cannot reverse ${described(value)}`)].reverse(),
  'flatten/0': (value) => flatten(array(value, `Cannot iterate over ${described(value)}`), 1e9),
  'flatten/1': (value, [depth]) => {
    if (Number(depth) < 0) throw new JqError('flatten depth must not be negative')
    return flatten(array(value, `Cannot iterate over ${described(value)}`), Number(depth))
  },
  'join/1': (value, [by]) =>
    array(value, `Cannot iterate over ${described(value)}`).reduce<unknown>((out, item, i) => {
      if (isArray(item) || isObject(item)) throw new JqError(`${described(i === 0 ? '' : out)} and ${described(item)} cannot be added`)
      return arithmetic(
        '+',
        arithmetic('+', i === 0 ? '' : out, i === 0 ? '' : by),
        item === null ? '' : typeof item === 'string' ? item : toJson(item),
      )
    }, ''),
  'split/1': (value, [by]) => {
    if (typeof value !== 'string' || typeof by !== 'string') throw new JqError('split input and separator must be strings')
    return splitText(value, by)
  },
  'tostring/0': (value) => (typeof value === 'string' ? value : toJson(value)),
  'tonumber/0': toNumber,
  'tojson/0': toJson,
  'fromjson/0': fromJson,
  'ascii_downcase/0': (value) => text(value, () => 'ascii_downcase input must be a string').replace(/[A-Z]/g, (c) => c.toLowerCase()),
  'ascii_upcase/0': (value) => text(value, () => 'ascii_upcase input must be a string').replace(/[a-z]/g, (c) => c.toUpperCase()),
  'explode/0': (value) => [...text(value, (one) => `${described(one)} cannot be exploded`)].map((c) => c.codePointAt(0)),
  'implode/0': (value) =>
    array(value, `${described(value)} cannot be imploded`)
      .map((code) => codePoint(code))
      .join(''),
  'startswith/1': (value, [part]) => {
    if (typeof value !== 'string' || typeof part !== 'string') throw new JqError('startswith() requires string inputs')
    return value.startsWith(part)
  },
  'endswith/1': (value, [part]) => {
    if (typeof value !== 'string' || typeof part !== 'string') throw new JqError('endswith() requires string inputs')
    return value.endsWith(part)
  },
  'ltrimstr/1': (value, [part]) =>
    typeof value === 'string' && typeof part === 'string' && value.startsWith(part) ? value.slice(part.length) : value,
  'rtrimstr/1': (value, [part]) =>
    typeof value === 'string' && typeof part === 'string' && part !== '' && value.endsWith(part) ? value.slice(0, -part.length) : value,
  'trimstr/1': (value, [part]) =>
    typeof value === 'string' && typeof part === 'string' && part !== ''
      ? value.slice(value.startsWith(part) ? part.length : 0).replace(new RegExp(`${part.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')}$`), '')
      : value,
  'trim/0': (value) => trimmed(value, true, true),
  'ltrim/0': (value) => trimmed(value, true, false),
  'rtrim/0': (value) => trimmed(value, false, true),
  'indices/1': (value, [wanted]) => {
    if (value === null) return null
    if (typeof value === 'string' && typeof wanted === 'string') {
      const out: number[] = []
      for (let at = value.indexOf(wanted); at >= 0 && wanted !== ''; at = value.indexOf(wanted, at + 1))
        out.push([...value.slice(0, at)].length)
      return out
    }
    const list = array(value, `Cannot determine indices of ${typeOf(value)}`)
    return indices(list, isArray(wanted) ? wanted : [wanted])
  },
  'setpath/2': (value, [path, replacement]) => setPath(value, array(path, 'Path must be specified as an array'), replacement),
  'delpaths/1': (value, [paths]) => deletePaths(value, array(paths, 'Paths must be specified as an array') as readonly Path[]),
  'test/2': (value, [pattern, flags]) => matches(value, pattern, flags).length > 0,
  'match/2': (value, [pattern, flags]) => many(matches(value, pattern, flags)),
  'transpose/0': (value) => {
    const rows = array(value, `Cannot iterate over ${described(value)}`) as readonly (readonly unknown[])[]
    return Array.from({ length: Math.max(0, ...rows.map((row) => row.length)) }, (_, i) => rows.map((row) => row[i] ?? null))
  },
  'floor/0': math(Math.floor),
  'ceil/0': math(Math.ceil),
  'round/0': math((x) => Math.sign(x) * Math.round(Math.abs(x))),
  'sqrt/0': math(Math.sqrt),
  'fabs/0': math(Math.abs),
  'trunc/0': math(Math.trunc),
  'exp/0': math(Math.exp),
  'exp2/0': math((x) => 2 ** x),
  'exp10/0': math((x) => 10 ** x),
  'log/0': math(Math.log),
  'log2/0': math(Math.log2),
  'log10/0': math(Math.log10),
  'sin/0': math(Math.sin),
  'cos/0': math(Math.cos),
  'tan/0': math(Math.tan),
  'atan/0': math(Math.atan),
  'asin/0': math(Math.asin),
  'acos/0': math(Math.acos),
  'cbrt/0': math(Math.cbrt),
  'pow/2': (_, [a, b]) => number(a) ** number(b),
  'atan2/2': (_, [a, b]) => Math.atan2(number(a), number(b)),
  'fmin/2': (_, [a, b]) => Math.min(number(a), number(b)),
  'fmax/2': (_, [a, b]) => Math.max(number(a), number(b)),
  'infinite/0': () => Infinity,
  'nan/0': () => NaN,
  'isinfinite/0': (value) => Math.abs(number(value)) === Infinity,
  'isnan/0': (value) => Number.isNaN(number(value)),
  'isnormal/0': (value) => Number.isFinite(number(value)) && value !== 0,
  'gmtime/0': (value) => brokenDown(number(value)),
  'localtime/0': (value) => brokenDown(number(value)),
  'mktime/0': (value) => fromBrokenDown(array(value, 'mktime requires array of 6 numbers')),
  'strftime/1': (value, [format]) => formatTime(String(format), secondsOf(value, 'strftime/1') * 1000),
  'strflocaltime/1': (value, [format]) => formatTime(String(format), secondsOf(value, 'strflocaltime/1') * 1000),
  'strptime/1': (value, [format]) => parseTime(value, format),
  'significand/0': math((x) => (x === 0 ? 0 : x / 2 ** Math.floor(Math.log2(Math.abs(x))))),
  'bsearch/1': (value, [wanted]) => {
    const list = array(value, `${described(value)} cannot be searched from`)
    const at = list.findIndex((item) => compare(item, wanted) >= 0)
    if (at < 0) return -1 - list.length
    return compare(list[at], wanted) === 0 ? at : -1 - at
  },
}
