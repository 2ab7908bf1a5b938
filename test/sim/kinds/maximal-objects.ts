import type { Served } from '../../../src/sim/api/registry'
import aliases from '../../../src/sim/api/schema/aliases.json'
import lateAliases from '../../../src/sim/api/schema/aliases-late.json'
import enums from '../../../src/sim/api/schema/enums.json'
import { FORGOTTEN } from '../../../src/sim/api/schema/removals'
import resources from '../../../src/sim/api/schema/resources.json'
import types from '../../../src/sim/api/schema/types.json'
import lateTypes from '../../../src/sim/api/schema/types-late.json'

type TypeName = string | readonly ['list' | 'map', TypeName]
interface RawStruct {
  readonly fields?: Readonly<Record<string, { readonly type: TypeName }>>
  readonly inline?: readonly string[]
}

const structs = { ...types, ...lateTypes } as unknown as Readonly<Record<string, RawStruct>>
const aliasOf = { ...aliases, ...lateAliases } as unknown as Readonly<Record<string, TypeName>>
const enumOf = enums as Readonly<Record<string, readonly string[]>>

/** Fields of a struct, those of embedded structs included. */
function fieldsOf(name: string): readonly (readonly [string, TypeName])[] {
  const { fields = {}, inline = [] } = structs[name] ?? {}
  return [
    ...inline.flatMap((embedded) => fieldsOf(embedded.slice(1))),
    ...Object.entries(fields).map(([field, { type }]) => [field, type] as const),
  ]
}

/** What a field must hold lest the server write something else into it, and why. */
const RULES: Readonly<Record<string, unknown>> = {
  'core.v1.ServiceSpec.clusterIP': '10.96.7.7', // a Service's own address comes first in its list
  'core.v1.ServiceSpec.clusterIPs': ['10.96.7.7'],
  'core.v1.ServiceSpec.type': 'NodePort', // the first type in the list has no node ports
  'core.v1.ServiceSpec.healthCheckNodePort': undefined, // goes when the traffic policy is not Local
  'core.v1.ServiceSpec.sessionAffinity': 'ClientIP', // what has no affinity loses the affinity's settings
  'core.v1.NamespaceSpec.finalizers': ['kubernetes'],
  'core.v1.Secret.stringData': undefined, // for writing only
  'batch.v1.JobSpec.manualSelector': true, // else the server selects by uid
  'discovery.v1beta1.Endpoint.topology': { 'topology.kubernetes.io/region': 'a' }, // zone and host move into fields of their own
}

function valueOf(type: TypeName, inside: readonly string[]): unknown {
  if (typeof type !== 'string') {
    const [container, item] = type
    if (container === 'map') return { key: valueOf(item, inside) }
    return [valueOf(item, inside)]
  }
  if (!type.startsWith('#')) return SCALARS[type]
  const name = type.slice(1)
  if (enumOf[name]) return enumOf[name].find((value) => value !== '')
  if (aliasOf[name] !== undefined) return valueOf(aliasOf[name]!, inside)
  if (!structs[name]) return 'text'
  // A type that holds itself (schemas) is left empty the second time.
  return inside.includes(name) ? {} : structOf(name, inside)
}

function structOf(name: string, inside: readonly string[]): unknown {
  const result: Record<string, unknown> = {}
  for (const [field, type] of fieldsOf(name)) {
    const key = `${name}.${field}`
    const value = Object.hasOwn(RULES, key) ? RULES[key] : valueOf(type, [...inside, name])
    if (value !== undefined) result[field] = value
  }
  return result
}

const SCALARS: Readonly<Record<string, unknown>> = {
  string: 'text',
  boolean: true,
  int32: 7,
  int64: 7,
  float64: 7,
  bytes: 'dGV4dA==',
  time: '2026-01-02T03:04:05Z',
  microtime: '2026-01-02T03:04:05.000006Z',
  duration: '1m0s',
  quantity: '7',
  'int-or-string': 7,
  object: { any: 'thing' },
}

/** An object of a served version with every field set to something plausible. */
export function maximalObject({ group, version, apiVersion, kind }: Served, name: string): Record<string, unknown> {
  const row = [...resources, ...FORGOTTEN].find((each) => each.group === group && each.version === version && each.kind === kind.kind)
  if (!row) throw new Error(`no type for ${apiVersion} ${kind.kind}`)
  const { metadata: _metadata, ...rest } = structOf(row.type, []) as Record<string, unknown>
  return { ...rest, apiVersion, kind: kind.kind, metadata: { name, labels: { app: 'web' }, annotations: { note: 'text' } } }
}
