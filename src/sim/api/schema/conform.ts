import { canonicalQuantity, parseQuantity } from '../../formats/quantity'
import type { Field, List, MapType, Scalar, Struct, Type } from './schema'
import { alwaysPresent, keepsZero, ZEROS } from './zero-values'

/** What reading a value as a type found, besides the value itself. */
export interface Findings {
  /** Paths of fields the type does not have. */
  readonly unknown: string[]
}

export interface ConformOptions {
  /** Fill in the schema's constant defaults. */
  readonly defaults?: boolean
  readonly findings?: Findings
  /** Keep zero values: an applied configuration owns what it names, zero or not. */
  readonly keepZeros?: boolean
  /** A stored object that has been read before: fields of the value that are its very own are taken as they are. */
  readonly known?: object
}

/** A value that does not fit its type: what Go's JSON decoder says of it. */
export class TypeMismatch extends Error {
  constructor(
    message: string,
    /** The same in the words of the converter that reads strategically merged patches. */
    readonly converted = message,
  ) {
    super(message)
  }
}

type Step = string | number

interface Walk {
  readonly defaults: boolean
  readonly keepZeros: boolean
  readonly unknown: string[] | undefined
  readonly path: Step[]
}

/**
 * Reads a JSON value as an API type, as decoding into a Go struct and encoding it again would: unknown fields, nulls and zero values of
 * optional fields go, quantities become canonical. Returns the same value when there is nothing to change. Throws `TypeMismatch`.
 */
export function conform(value: unknown, type: Type, options: ConformOptions = {}): unknown {
  return walk(value, type, undefined, options.known, {
    defaults: options.defaults === true,
    keepZeros: options.keepZeros === true,
    unknown: options.findings?.unknown,
    path: [],
  })
}

/** `known`: what stood in this place before; when it is this very value, it has been read. */
function walk(value: unknown, type: Type, owner: Struct | undefined, known: unknown, at: Walk): unknown {
  switch (type.is) {
    case 'scalar':
      // What a custom resource's values must be is for its schema to say, in words of its own.
      return owner?.custom ? value : walkScalar(value, type, owner, at)
    case 'struct':
      return walkStruct(value, type, owner, known, at)
    case 'list':
      return walkList(value, type, owner, known, at)
    case 'map':
      return walkMap(value, type, owner, known, at)
  }
}

/** Fields with something that must be there even if nobody said it. */
interface Filled {
  readonly name: string
  readonly value: unknown
}
/** What has to be known of a struct before a value of it can be read. */
interface Plan {
  readonly defaults: readonly Filled[]
  readonly present: readonly (readonly [name: string, value: unknown])[]
  readonly presentOnTop: readonly (readonly [name: string, value: unknown])[]
  /** Fields that show null when they are not set. */
  readonly nulls: ReadonlySet<string>
  readonly keeps: ReadonlySet<string>
}

const plans = new WeakMap<Struct, Plan>()

function planOf(struct: Struct): Plan {
  let plan = plans.get(struct)
  if (plan) return plan
  const fields = [...struct.fields.values()]
  plan = {
    defaults: fields
      .filter((field) => field.default !== undefined && !isZero(field.default))
      .map(({ name, default: value }) => ({ name, value })),
    present: alwaysPresent(struct, false),
    presentOnTop: alwaysPresent(struct, true),
    nulls: new Set(
      alwaysPresent(struct, false)
        .filter(([, value]) => value === null)
        .map(([name]) => name),
    ),
    keeps: new Set([
      ...fields.filter((field) => field.required || struct.custom || keepsZero(struct.name, field)).map(({ name }) => name),
      ...alwaysPresent(struct, false).map(([name]) => name),
    ]),
  }
  plans.set(struct, plan)
  return plan
}

type Json = Record<string, unknown>

function walkStruct(value: unknown, struct: Struct, owner: Struct | undefined, known: unknown, at: Walk): unknown {
  if (!isObject(value)) {
    if (struct.custom) return value
    throw mismatch(value, goName(struct.name), 'struct', owner, at)
  }
  const plan = planOf(struct)
  const top = at.path.length === 0
  const before = isObject(known) ? known : undefined
  // Copied by assigning: a field added to a spread copy would give the object a shape of its own (see withFields).
  let copy: Json | undefined
  let drops = false
  for (const name in value) {
    const given = value[name]
    if (before !== undefined && given === before[name] && typeof given === 'object') continue
    const field = struct.fields.get(name)
    if (!field) {
      if (struct.open || ((top || struct.embedded) && HEAD.has(name))) continue
      at.unknown?.push(pathText([...at.path, name]))
      ;(copy ??= Object.assign({}, value))[name] = undefined
      drops = true
      continue
    }
    if (given === null && plan.nulls.has(name)) continue
    const after =
      given === undefined || (given === null && !field.nullable)
        ? undefined
        : given === null
          ? null
          : top && Object.isFrozen(given)
            ? stepAgain(given, field, struct, at)
            : step(given, field, struct, before?.[name], at)
    if (after === undefined || (!at.keepZeros && isZero(after) && !plan.keeps.has(name))) {
      ;(copy ??= Object.assign({}, value))[name] = undefined
      drops = true
    } else if (after !== given) (copy ??= Object.assign({}, value))[name] = after
  }
  if (at.defaults)
    for (const { name, value: fill } of plan.defaults)
      if ((copy ?? value)[name] === undefined) (copy ??= Object.assign({}, value))[name] = fill
  if (at.keepZeros) return drops ? withoutDropped(copy!) : (copy ?? value)
  for (const [name, fill] of top ? plan.presentOnTop : plan.present) {
    if ((copy ?? value)[name] !== undefined) continue
    const field = struct.fields.get(name)!
    ;(copy ??= Object.assign({}, value))[name] = isObject(fill) ? step(fill, field, struct, undefined, at) : fill
  }
  return drops ? withoutDropped(copy!) : (copy ?? value)
}

const EMPTY: Json = Object.freeze({})
const NO_ITEMS: readonly unknown[] = []
/** What every object has besides the fields of its type. */
const HEAD = new Set(['apiVersion', 'kind', 'metadata'])

function step(value: unknown, field: Field, owner: Struct, known: unknown, at: Walk): unknown {
  at.path.push(field.name)
  const result = walk(value, field.type, owner, known, at)
  at.path.pop()
  return result
}

const read = new WeakMap<object, { readonly type: Type; readonly defaults: boolean; readonly result: unknown }>()

/**
 * The same for a field of a new object that stands in a stored one, too: the Pods of a workload are all made with their template's own spec, which
 * needs to be read once.
 */
function stepAgain(value: unknown, field: Field, owner: Struct, at: Walk): unknown {
  if (typeof value !== 'object' || value === null || at.unknown || at.keepZeros) return step(value, field, owner, undefined, at)
  const known = read.get(value)
  if (known?.type === field.type && known.defaults === at.defaults) return known.result
  const result = step(value, field, owner, undefined, at)
  read.set(value, { type: field.type, defaults: at.defaults, result })
  return result
}

function walkList(value: unknown, list: List, owner: Struct | undefined, known: unknown, at: Walk): unknown {
  if (!Array.isArray(value)) {
    if (owner?.custom) return value
    throw mismatch(value, `[]${goType(list.of)}`, 'slice', owner, at)
  }
  const items = Array.isArray(known) ? (known as readonly unknown[]) : NO_ITEMS
  let copy: unknown[] | undefined
  for (let i = 0; i < value.length; i++) {
    const before = value[i] as unknown
    if (typeof before === 'object' && before !== null && before === items[i]) continue
    at.path.push(i)
    const after = before === null && !owner?.custom ? zeroOf(list.of) : walk(before, list.of, owner, items[i], at)
    at.path.pop()
    if (after !== before) (copy ??= [...(value as unknown[])])[i] = after
  }
  return copy ?? value
}

/** Rebuilt rather than deleted from: an object that has lost a field is slow ever after. */
function withoutDropped(copy: Json): Json {
  const kept: Json = {}
  for (const name in copy) if (copy[name] !== undefined) kept[name] = copy[name]
  return kept
}

function walkMap(value: unknown, map: MapType, owner: Struct | undefined, known: unknown, at: Walk): unknown {
  if (!isObject(value)) {
    if (owner?.custom) return value
    throw mismatch(value, `map[string]${goType(map.of)}`, 'map', owner, at)
  }
  if (value === known) return value
  let copy: Json | undefined
  for (const name in value) {
    const before = value[name]
    at.path.push(name)
    const after = before === null && !owner?.custom ? zeroOf(map.of) : walk(before, map.of, owner, undefined, at)
    at.path.pop()
    if (after !== before) (copy ??= { ...value })[name] = after
  }
  return copy ?? value
}

function walkScalar(value: unknown, type: Scalar, owner: Struct | undefined, at: Walk): unknown {
  switch (type.scalar) {
    case 'string':
      if (typeof value !== 'string') throw mismatch(value, type.name ? goName(type.name) : 'string', 'string', owner, at)
      return value
    case 'boolean':
      if (typeof value !== 'boolean') throw mismatch(value, 'bool', 'bool', owner, at)
      return value
    case 'int32':
    case 'int64': {
      if (typeof value !== 'number') throw mismatch(value, type.scalar, type.scalar, owner, at)
      const fits = Number.isInteger(value) && (type.scalar === 'int64' || (value >= -2147483648 && value <= 2147483647))
      if (!fits) throw mismatch(value, type.scalar, type.scalar, owner, at)
      return value
    }
    case 'float64':
      if (typeof value !== 'number') throw mismatch(value, 'float64', 'float64', owner, at)
      return value
    case 'quantity':
      return walkQuantity(value)
    case 'int-or-string':
      if (typeof value === 'string' || (typeof value === 'number' && Number.isInteger(value))) return value
      throw mismatch(value, 'string', 'string', undefined, at)
    case 'time':
    case 'microtime':
      if (typeof value !== 'string') throw mismatch(value, 'string', 'string', undefined, at)
      if (!TIME.test(value))
        throw new TypeMismatch(
          `parsing time ${JSON.stringify(value)} as "2006-01-02T15:04:05Z07:00": cannot parse ${JSON.stringify(value)} as "2006"`,
        )
      return value
    case 'duration':
      if (typeof value !== 'string') throw mismatch(value, 'string', 'string', undefined, at)
      return value
    case 'bytes':
      if (typeof value !== 'string') throw mismatch(value, '[]uint8', 'slice', owner, at)
      return walkBytes(value)
    case 'object':
      return value
  }
}

const TIME = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/

const canonical = new Map<string, string>()

function walkQuantity(value: unknown): string {
  if (typeof value !== 'string' && typeof value !== 'number') throw new TypeMismatch(`${QUANTITY_RULE}`)
  const text = String(value)
  let known = canonical.get(text)
  if (known === undefined) {
    if (text.length > 64 || parseQuantity(text) === undefined) throw new TypeMismatch(QUANTITY_RULE)
    known = canonicalQuantity(text)
    if (canonical.size < 10_000) canonical.set(text, known)
  }
  return known
}

const QUANTITY_RULE = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"

function walkBytes(value: string): string {
  const clean = value.includes('\n') || value.includes('\r') ? value.replaceAll(/[\r\n]/g, '') : value
  const bad = clean.search(/[^A-Za-z0-9+/=]/)
  const illegal = bad >= 0 ? bad : clean.length % 4 === 0 && /^[^=]*={0,2}$/.test(clean) ? -1 : clean.length - (clean.length % 4)
  if (illegal >= 0) throw new TypeMismatch(`illegal base64 data at input byte ${illegal}`)
  return clean
}

function zeroOf(type: Type): unknown {
  switch (type.is) {
    case 'struct':
    case 'map':
      return EMPTY
    case 'list':
      return []
    case 'scalar':
      return ZEROS[type.scalar] ?? ''
  }
}

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

function isZero(value: unknown): boolean {
  if (value === '' || value === false || value === 0) return true
  if (typeof value !== 'object') return false
  if (Array.isArray(value)) return value.length === 0
  for (const _ in value as Json) return false
  return true
}

const goKind = (value: unknown) =>
  typeof value === 'string'
    ? 'string'
    : typeof value === 'number'
      ? 'number'
      : typeof value === 'boolean'
        ? 'bool'
        : Array.isArray(value)
          ? 'array'
          : value === null
            ? 'null'
            : 'object'

/** `core.v1.PodSpec` as Go prints it: `v1.PodSpec`. */
const goName = (name: string) => name.split('.').slice(-2).join('.')

function goType(type: Type): string {
  switch (type.is) {
    case 'struct':
      return goName(type.name)
    case 'list':
      return `[]${goType(type.of)}`
    case 'map':
      return `map[string]${goType(type.of)}`
    case 'scalar':
      return type.name ? goName(type.name) : type.scalar === 'boolean' ? 'bool' : type.scalar
  }
}

function mismatch(value: unknown, expected: string, kind: string, owner: Struct | undefined, at: Walk): TypeMismatch {
  const found = typeof value === 'number' && /^int/.test(expected) ? `number ${value}` : goKind(value)
  const fields = at.path.filter((each) => typeof each === 'string')
  // Go names fields, and no keys of maps: `ConfigMap.data of type string`.
  if (owner?.fields.get(fields.at(-2) ?? '')?.type.is === 'map') fields.pop()
  const where = owner ? `Go struct field ${owner.name.split('.').at(-1)}.${fields.join('.')}` : 'Go value'
  return new TypeMismatch(`json: cannot unmarshal ${found} into ${where} of type ${expected}`, unconvertible(value, kind))
}

const UNSTRUCTURED: Readonly<Record<string, string>> = { object: 'map', array: 'slice' }

/** What the converter from plain maps to Go structs says; `kind` is the Go kind it was to make. */
function unconvertible(value: unknown, kind: string): string {
  const found = typeof value === 'number' ? (Number.isInteger(value) ? 'int64' : 'float64') : (UNSTRUCTURED[goKind(value)] ?? goKind(value))
  if (kind === 'slice' || kind === 'map') return `cannot restore ${kind} from ${found}`
  if (kind === 'struct') return `cannot restore struct from: ${found}`
  // Go converts whole numbers to text and numbers to each other, so only there does it get as far as to say from what.
  const convertible = typeof value === 'number' && (kind !== 'string' || found === 'int64') && kind !== 'bool'
  return convertible ? `cannot convert ${found} to ${kind}` : `unrecognized type: ${kind}`
}

/** `spec.containers[0].image`. */
const pathText = (path: readonly Step[]) =>
  path.reduce<string>((text, each) => (typeof each === 'number' ? `${text}[${each}]` : text === '' ? each : `${text}.${each}`), '')
