import { FORGOTTEN, BETAS_SERVED, DEPRECATIONS, INTRODUCTIONS, REMOVALS } from './removals'
import type { KindDefinition } from '../kind'
import { customType, type StructuralSchema } from './custom'
import aliases from './aliases.json' with { type: 'json' }
import resources from './resources.json' with { type: 'json' }
import types from './types.json' with { type: 'json' }
import { lateCode } from '../../engine/late-code'

export type ScalarName =
  | 'string'
  | 'boolean'
  | 'int32'
  | 'int64'
  | 'float64'
  | 'bytes'
  | 'time'
  | 'microtime'
  | 'duration'
  | 'quantity'
  | 'int-or-string'
  | 'object'

/** What a value may be. Types refer to each other through getters, because some contain themselves. */
export type Type = Scalar | Struct | List | MapType

export interface Scalar {
  readonly is: 'scalar'
  readonly scalar: ScalarName
  /** The type's name in Kubernetes' sources when it has one: `core.v1.RestartPolicy`. */
  readonly name?: string
}

export interface Struct {
  readonly is: 'struct'
  /** `apps.v1.DeploymentSpec`; for custom resources the path in the schema. */
  readonly name: string
  readonly fields: ReadonlyMap<string, Field>
  /** Server-side apply treats it as one value. */
  readonly atomic: boolean
  /** Keeps fields it does not know (custom resources). */
  readonly open?: boolean
  /** Described by a CustomResourceDefinition: no Go struct stands behind it, so empty and zero values stay. */
  readonly custom?: boolean
  /** A whole object inside another: it has apiVersion, kind and metadata even if the schema does not say so. */
  readonly embedded?: boolean
}

export interface Field {
  readonly name: string
  readonly type: Type
  readonly required: boolean
  /** In custom resources: null is a value of its own. */
  readonly nullable?: boolean
  readonly default?: unknown
  readonly patchStrategy: readonly string[]
  readonly patchMergeKey?: string
  readonly featureGate?: string
}

export interface List {
  readonly is: 'list'
  readonly of: Type
  readonly listType: 'atomic' | 'set' | 'map'
  /** For listType `map`. */
  readonly keys: readonly string[]
}

export interface MapType {
  readonly is: 'map'
  readonly of: Type
  readonly atomic: boolean
}

/** One row of resources.json: a kind and version, and the releases that served it. */
export interface ResourceRow {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly type: string
  readonly namespaced: boolean
  readonly subresources?: readonly string[]
  readonly introduced?: string
  readonly deprecated?: string
  readonly removed?: string
  readonly replacement?: string
}

type RawType = string | readonly ['list' | 'map', RawType]

interface RawField {
  readonly type: RawType
  readonly required?: boolean
  readonly listType?: List['listType']
  readonly listMapKeys?: readonly string[]
  readonly mapType?: 'atomic' | 'granular'
  readonly structType?: 'atomic' | 'granular'
  readonly patchStrategy?: string
  readonly patchMergeKey?: string
  readonly default?: string
  readonly featureGate?: string
}

interface RawStruct {
  readonly fields: Readonly<Record<string, RawField>>
  readonly inline?: readonly RawType[]
}

const rawTypes = types as unknown as Readonly<Record<string, RawStruct>> // generated data of exactly this shape; the compiler widens its literals
/** Types of the group versions that a cluster boots without, and the other names that only they use: types-late.json, aliases-late.json. */
export const lateTypes = lateCode<{ readonly types: object; readonly aliases: object }>('the types of the rarer group versions')
const rawAliases = aliases as unknown as Readonly<Record<string, RawType>>
export const resourceRows: readonly ResourceRow[] = [...(resources as readonly ResourceRow[]), ...FORGOTTEN]

const structs = new Map<string, Struct>()
/** Types of whole objects, also where they stand inside others: a StatefulSet's volumeClaimTemplates have apiVersion and kind. */
const objectTypes = new Set(resourceRows.map(({ type }) => type))
const rows = new Map(resourceRows.map((row) => [`${row.group}/${row.version}/${row.kind}`, row]))

/** The type called `name` (`core.v1.Container`), or undefined when there is none with fields. */
export function structNamed(name: string): Struct | undefined {
  const known = structs.get(name)
  if (known) return known
  const raw = rawTypes[name] ?? (lateTypes.code.types as typeof rawTypes)[name] // data of the same shape
  if (!raw) return undefined
  const atomic = name === 'core.v1.NodeSelector' || name.endsWith('.LabelSelector') || ATOMIC_STRUCTS.has(name)
  const struct = new GoStruct(name, atomic, objectTypes.has(name), () => fieldsOf(raw))
  structs.set(name, struct)
  return struct
}

/**
 * A struct whose fields are made when they are first asked for: types refer to each other in circles. Classes here and below, because literals with
 * getters have each a shape of its own to a JavaScript engine, and nothing is read as often as types are.
 */
class GoStruct implements Struct {
  readonly is = 'struct'
  private known: ReadonlyMap<string, Field> | undefined

  constructor(
    readonly name: string,
    readonly atomic: boolean,
    readonly embedded: boolean,
    private readonly make: () => ReadonlyMap<string, Field>,
  ) {}

  get fields() {
    return (this.known ??= this.make())
  }
}

/** Structs that are atomic wherever they occur (`+structType=atomic` on the type itself). */
const ATOMIC_STRUCTS = new Set([
  'core.v1.ConfigMapKeySelector',
  'core.v1.FileKeySelector',
  'core.v1.LocalObjectReference',
  'core.v1.NodeSelectorTerm',
  'core.v1.ObjectFieldSelector',
  'core.v1.ObjectReference',
  'core.v1.PersistentVolumeClaimSource',
  'core.v1.ResourceFieldSelector',
  'core.v1.ScopeSelector',
  'core.v1.ScopedResourceSelectorRequirement',
  'core.v1.SecretKeySelector',
  'core.v1.SecretReference',
  'core.v1.TopologySelectorTerm',
  'core.v1.TypedLocalObjectReference',
  'meta.v1.OwnerReference',
  'networking.v1.ServiceBackendPort',
  'rbac.v1.RoleRef',
  'rbac.v1.Subject',
  'storage.v1.TokenRequest',
])

function fieldsOf(raw: RawStruct): ReadonlyMap<string, Field> {
  const inlined = (raw.inline ?? []).flatMap((type) => {
    const struct = typeof type === 'string' && type.startsWith('#') ? structNamed(type.slice(1)) : undefined
    return struct ? [...struct.fields] : []
  })
  const own = Object.entries(raw.fields).map(([name, field]): [string, Field] => [name, new GoField(name, field)])
  const before = own.filter(([name]) => BEFORE_EMBEDDED.has(name)).length
  return new Map(inlined.length ? [...own.slice(0, before), ...inlined, ...own.slice(before)] : own)
}

/** Go structs begin with what they embed, except for these fields: a volume has its name before its source, an Ingress rule its host before its paths. */
const BEFORE_EMBEDDED = new Set(['name', 'capacity', 'host', 'operations', 'resourceNames', 'source', 'requests'])

class GoField implements Field {
  readonly required: boolean
  readonly default: unknown
  readonly patchStrategy: readonly string[]
  declare readonly patchMergeKey?: string
  declare readonly featureGate?: string
  private known: Type | undefined

  constructor(
    readonly name: string,
    private readonly raw: RawField,
  ) {
    this.required = raw.required === true
    this.default = raw.default === undefined ? undefined : defaultOf(raw.default)
    this.patchStrategy = raw.patchStrategy?.split(',') ?? []
    if (raw.patchMergeKey !== undefined) this.patchMergeKey = raw.patchMergeKey
    if (raw.featureGate !== undefined) this.featureGate = raw.featureGate
  }

  get type() {
    return (this.known ??= typeOf(this.raw.type, this.raw))
  }
}

/** Defaults that the sources give as constants' names. */
const CONSTANTS: Readonly<Record<string, string>> = {
  'ref(AzureDataDiskCachingReadWrite)': 'ReadWrite',
  'ref(AzureSharedBlobDisk)': 'Shared',
}

const defaultOf = (text: string): unknown => CONSTANTS[text] ?? JSON.parse(text)

/** Scalars by name: one value each, so that types can be compared. */
const scalars = new Map<string, Scalar>()

function scalar(name: ScalarName, alias?: string): Scalar {
  const key = alias ?? name
  let known = scalars.get(key)
  if (!known) scalars.set(key, (known = { is: 'scalar', scalar: name, ...(alias && { name: alias }) }))
  return known
}

/** Types whose wire form is not what their Go fields say. */
const WIRE_FORMS: Readonly<Record<string, ScalarName>> = {
  'meta.v1.Time': 'time',
  'meta.v1.MicroTime': 'microtime',
  'meta.v1.Duration': 'duration',
  'meta.v1.FieldsV1': 'object',
  'apiextensions.v1.JSON': 'object',
  'apiextensions.v1.JSONSchemaPropsOrArray': 'object',
  'apiextensions.v1.JSONSchemaPropsOrBool': 'object',
  'apiextensions.v1.JSONSchemaPropsOrStringArray': 'object',
}

const SPELT_OTHERWISE: Readonly<Record<string, ScalarName>> = { double: 'float64', any: 'object' }

function typeOf(raw: RawType, hints: Partial<RawField>, alias?: string): Type {
  if (typeof raw !== 'string') {
    const [shape, of] = raw
    if (shape === 'map') return { is: 'map', of: typeOf(of, {}), atomic: hints.mapType === 'atomic' || hints.structType === 'atomic' }
    return { is: 'list', of: typeOf(of, {}), listType: hints.listType ?? 'atomic', keys: hints.listMapKeys ?? [] }
  }
  if (!raw.startsWith('#')) return scalar(SPELT_OTHERWISE[raw] ?? (raw as ScalarName), alias) // the generator writes no other names without a hash
  const name = raw.slice(1)
  const wire = WIRE_FORMS[name]
  if (wire) return scalar(wire, name)
  const target = rawAliases[name] ?? (lateTypes.arrived ? (lateTypes.code.aliases as typeof rawAliases)[name] : undefined) // likewise
  if (target !== undefined) return typeOf(target, hints, typeof target === 'string' && !target.startsWith('#') ? name : alias)
  const struct = structNamed(name)
  if (!struct) return scalar('object', name)
  return hints.structType === 'atomic' || hints.mapType === 'atomic' ? atomicOf(struct) : struct
}

const atomics = new Map<string, Struct>()

function atomicOf(struct: Struct): Struct {
  let atomic = atomics.get(struct.name)
  if (!atomic) {
    atomic = new GoStruct(struct.name, true, false, () => struct.fields)
    atomics.set(struct.name, atomic)
  }
  return atomic
}

/** What resources.json says of a kind and version. */
export const resourceRow = (group: string, version: string, kind: string): ResourceRow | undefined =>
  rows.get(`${group}/${version}/${kind}`)

/** The type of a built-in kind in one of its versions, stored or only ever sent (reviews, `Eviction`, `DeleteOptions`). */
export function builtInType(group: string, version: string, kind: string): Struct | undefined {
  const row = resourceRow(group, version, kind)
  const packageName = group === '' ? 'core' : group.split('.')[0]
  return structNamed(row?.type ?? `${packageName}.${version}.${kind}`) ?? structNamed(`meta.${version}.${kind}`)
}

/** `1.36` as [1, 36]. */
export function parseRelease(text: string): readonly [number, number] {
  const [major = 1, minor = 0] = text.split('.').map(Number)
  return [major, minor]
}

export const atLeast = (release: readonly [number, number], text: string) => {
  const [major, minor] = parseRelease(text)
  return release[0] > major || (release[0] === major && release[1] >= minor)
}

/** The release that no longer serves a row's version. */
const removedIn = ({ group, version, kind, removed }: ResourceRow): string | undefined => removed ?? REMOVALS[`${group}/${version}/${kind}`]

/** Kinds whose only version is deprecated, and will never be removed. */
const DEPRECATED_KINDS: Readonly<Record<string, { readonly since: string; readonly use: string }>> = {
  '/v1/ComponentStatus': { since: '1.19', use: '' },
  '/v1/Endpoints': { since: '1.33', use: '; use discovery.k8s.io/v1 EndpointSlice' },
}

/** What a client that uses a deprecated version is warned of; undefined when there is nothing to warn of. */
export function deprecationWarning(release: readonly [number, number], group: string, version: string, kind: string): string | undefined {
  const own = DEPRECATED_KINDS[`${group}/${version}/${kind}`]
  if (own) return atLeast(release, own.since) ? `${version} ${kind} is deprecated in v${own.since}+${own.use}` : undefined
  const row = resourceRow(group, version, kind)
  const known = DEPRECATIONS[`${group}/${version}`]
  if (known && row) {
    const [since, replacement] = known
    const text = `${group}/${version} ${kind} is deprecated in v${since}+, unavailable in v${removedIn(row)}+; use ${replacement} ${kind}`
    return atLeast(release, since) ? text : undefined
  }
  if (!row?.deprecated || !atLeast(release, row.deprecated)) return undefined
  const removed = removedIn(row)
  const [newGroup, newVersion, newKind] = row.replacement?.split(',') ?? []
  const use = newVersion === undefined ? '' : `; use ${newGroup ? `${newGroup}/` : ''}${newVersion} ${newKind}`
  return `${group ? `${group}/` : ''}${version} ${kind} is deprecated in v${row.deprecated}+${removed ? `, unavailable in v${removed}+` : ''}${use}`
}

/** Whether a release has a version of a built-in kind, served or not. */
export function isThere(release: readonly [number, number], group: string, version: string, kind: string): boolean {
  const row = resourceRow(group, version, kind)
  const removed = row && removedIn(row)
  if (removed && atLeast(release, removed)) return false
  const introduced = INTRODUCTIONS[`${group}/${version}/${kind}`] ?? row?.introduced
  return !introduced || atLeast(release, introduced)
}

/** Whether a release serves a version of a built-in kind. Alpha versions are off unless asked for, as in a real server; so are betas introduced since 1.24. */
export function isServed(release: readonly [number, number], group: string, version: string, kind: string): boolean {
  const row = resourceRow(group, version, kind)
  if (!row) return true
  if (!isThere(release, group, version, kind)) return false
  if (version.includes('alpha')) return false
  if (BETAS_SERVED.includes(`${group}/${version}`)) return true
  return !(version.includes('beta') && row.introduced && atLeast(parseRelease(row.introduced), '1.24'))
}

/** The type of a kind's objects in the version in which they are stored. */
export const typeOfKind = (kind: KindDefinition<never>): Struct | undefined => typeOfServed(kind, kind.version, kind.group)

/** The type of a kind's objects in one of its served versions. */
export function typeOfServed(kind: KindDefinition<never>, version: string, group: string): Struct | undefined {
  const other = kind.otherVersions.find((each) => each.version === version && (each.group ?? kind.group) === group)
  const schema = other?.customSchema ?? kind.customSchema
  if (schema === undefined) return builtInType(group, version, kind.kind)
  return customType(schema as StructuralSchema, kind.kind, structNamed('meta.v1.ObjectMeta')!) // a definition was validated before it was served
}
