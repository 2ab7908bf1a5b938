import type { LateCode } from '../engine/late-code'
import type { Random } from '../engine/random'
import type { FieldError, FieldPath } from './field-path'
import type { ApiServer, User } from './hooks'
import type { AnyObject, KubeObject } from './object'

/**
 * A printer column of `kubectl get`: heading, what a row shows, and options. A value is text, a number, or a `Cell` helper's result
 * (`age` of columns.ts prints a duration since a timestamp at the moment of asking).
 */
export type Column<T> = readonly [heading: string, value: (object: T, context: ColumnContext) => string | number, options?: ColumnOptions]

export interface ColumnOptions {
  /** Shown only with `-o wide` (priority 1 on the wire). */
  readonly wide?: boolean
  /** OpenAPI type of the cell; `string` unless told. */
  readonly type?: 'string' | 'integer' | 'number' | 'boolean' | 'date'
  readonly format?: string
  readonly description?: string
  /** First release that shows it no more: [1, 35]. */
  readonly goneIn?: readonly [number, number]
}

export interface ColumnContext {
  readonly nowMs: number
}

/** What defaulting and validation may ask of the cluster besides the object itself. */
export interface KindContext {
  readonly nowMs: number
  /** Simulated release, for rules that changed: [1, 36]. */
  readonly release: readonly [number, number]
  /** Looks at another stored object; for allocation of addresses and ports and for cross-object rules. */
  readonly read: ObjectReader
  /** The cluster's generator, for addresses and node ports picked by chance. */
  readonly random: Random
}

export interface ObjectReader {
  get<O extends KubeObject>(kind: KindDefinition<O>, namespace: string | undefined, name: string): O | undefined
  list<O extends KubeObject>(kind: KindDefinition<O>, namespace?: string): readonly O[]
}

/** Who asks a kind that only answers, or is computed. */
export interface Asker {
  readonly user: User
  readonly namespace: string | undefined
  readonly server: ApiServer
}

/** Another served version of the same kind. Storage keeps the definition's own version; conversion must lose nothing. */
export interface OtherVersion {
  readonly version: string
  /** Group when it differs (`extensions/v1beta1` Deployment). */
  readonly group?: string
  readonly toStorage: (object: AnyObject) => KubeObject
  /** Takes the kind's own type; `never` because a list of versions belongs to kinds of all types. */
  readonly fromStorage: (object: never) => AnyObject
  readonly columns?: readonly Column<AnyObject>[]
  /** Field selectors of this version when its fields are called otherwise; they look at the object in its storage form. */
  readonly selectableFields?: Readonly<Record<string, (object: never) => string>>
  /** What a client is warned of that uses this version of a custom resource. */
  readonly deprecationWarning?: string
  /** Structural schema of this version of a custom resource. */
  readonly customSchema?: unknown
}

/**
 * All that the API server knows about one kind. Schema facts (field types, list keys, required fields, releases) are not repeated here: they
 * come from schema/*.json through `group/version/kind`.
 */
export interface KindDefinition<T extends KubeObject = AnyObject> {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly plural: string
  readonly singular: string
  readonly shortNames: readonly string[]
  readonly categories: readonly string[]
  readonly namespaced: boolean
  /** Verbs besides those of subresources; all eight unless told. */
  readonly verbs: readonly string[]
  /** `status` and `scale` are generic; any other name needs a handler in `subresourceHandlers` of the API server's options. */
  readonly subresources: readonly string[]
  readonly otherVersions: readonly OtherVersion[]
  /**
   * Fills in what the author left out. Must be idempotent. Constant defaults of single fields come from the schema's `default`. `old` is what is
   * stored, for an update: parts that are its very own have been filled in before.
   */
  readonly defaults?: (object: T, context: KindContext, old?: T) => KubeObject
  /** Server-owned adjustments when an object is created: allocation of addresses, initial status, dropped fields. Runs after defaults. */
  readonly beforeCreate?: (object: T, context: KindContext) => KubeObject
  /** The same for an update; `old` is what is stored. */
  readonly beforeUpdate?: (object: T, old: T, context: KindContext) => KubeObject
  readonly validate?: (object: T, at: FieldPath, context: KindContext) => readonly FieldError[]
  /** Of what `validate` says of a new state, what keeps an update from being stored; all of it unless told. */
  readonly untolerated?: (errors: readonly FieldError[], object: T, old: T) => readonly FieldError[]
  readonly validateUpdate?: (object: T, old: T, at: FieldPath, context: KindContext) => readonly FieldError[]
  /** What a client is told of an object that is taken all the same; asked of writes of the object itself, with what was stored before. */
  readonly warnings?: (object: T, old: T | undefined, context: KindContext) => readonly string[]
  /** Rules for writes to the status subresource. */
  /** Whether a write of the status may change annotations as well. */
  readonly annotatesWithStatus?: boolean
  readonly validateStatusUpdate?: (object: T, old: T, at: FieldPath, context: KindContext) => readonly FieldError[]
  readonly columns: readonly Column<T>[]
  /** In which order a table lists objects; by namespace and name unless told. */
  readonly rowOrder?: (a: T, b: T) => number
  /** Field selectors beyond metadata.name and metadata.namespace: path → value. */
  readonly selectableFields: Readonly<Record<string, (object: T) => string>>
  /** Where the scale subresource reads and writes: dotted paths, and the selector as text. */
  readonly scale?: { readonly specReplicas: string; readonly statusReplicas: string; readonly selector: (object: T) => string }
  /** How names are checked; a DNS subdomain unless told. */
  readonly nameRule: 'dns-subdomain' | 'dns-label' | 'dns-1035-label' | 'path-segment' | 'ip-address'
  /** Grace period in seconds that a delete without options gives; 0 or absent deletes at once. */
  readonly graceSeconds?: (object: T) => number
  /** What `kubectl delete` propagates unless told: `background` for all but a few old kinds. */
  readonly defaultPropagation: 'Background' | 'Orphan'
  /** Whether `metadata.generation` counts changes of the spec, or when it does. Unless told: in kinds outside the core group that have a spec. */
  readonly generation?: boolean | ((object: T, old: T) => boolean)
  /** What becomes of an object that starts to be deleted, besides its deletionTimestamp (a namespace's phase). */
  readonly beforeDelete?: (object: T, context: KindContext) => KubeObject
  /** Whether something other than metadata.finalizers keeps a deleted object from going (a namespace's spec.finalizers). */
  readonly holdsDeletion?: (object: T) => boolean
  /** Answers a delete with the object rather than with a Status, as pods, services and a few others do. */
  readonly returnsDeleted?: boolean
  /** False for the few kinds whose updates must name a resourceVersion; custom resources are such. */
  readonly unconditionalUpdate?: boolean
  /** A kind that is only ever asked (access reviews): what a create is answered with. Nothing is stored. */
  readonly answer?: (question: T, asker: Asker) => KubeObject
  /** A kind of which nothing is stored (metrics): what there is right now, in a namespace or everywhere. Gets and lists are answered from it. */
  readonly compute?: (asker: Asker) => readonly KubeObject[]
  /** How long an object stays after it was last written; for ever unless told. Events go after an hour. */
  readonly ttlSeconds?: number
  /** What a client is warned of that uses the kind (Endpoints, ComponentStatus). Old versions' warnings come from the schema. */
  readonly deprecationWarning?: string
  /** How an object is read that was stored under an earlier version of a custom resource's definition. */
  readonly fromStorage?: (object: AnyObject) => AnyObject
  /** Structural schema of a custom resource; built-in kinds take theirs from schema/types.json. */
  readonly customSchema?: unknown
}

type Optional =
  | 'singular'
  | 'shortNames'
  | 'categories'
  | 'verbs'
  | 'subresources'
  | 'otherVersions'
  | 'selectableFields'
  | 'nameRule'
  | 'columns'
  | 'defaultPropagation'

/** Functions that make an object of the kind: exactly typed where a kind is defined; a `KindDefinition` promises any object, so that `KindDefinition<never>` can hold every kind. */
interface Makers<T extends KubeObject> {
  readonly defaults?: (object: T, context: KindContext, old?: T) => T
  readonly beforeCreate?: (object: T, context: KindContext) => T
  readonly beforeUpdate?: (object: T, old: T, context: KindContext) => T
  readonly beforeDelete?: (object: T, context: KindContext) => T
}

type Given<T extends KubeObject> = Omit<KindDefinition<T>, Optional | keyof Makers<T>> &
  Partial<Pick<KindDefinition<T>, Optional>> &
  Makers<T>

/** What of a definition only people and their programs ask for: it may be in a file beside it (`ingress-rules.ts`). */
export type KindRules<T extends KubeObject> = Pick<
  Given<T>,
  | 'defaults'
  | 'beforeCreate'
  | 'beforeUpdate'
  | 'validate'
  | 'untolerated'
  | 'validateUpdate'
  | 'validateStatusUpdate'
  | 'warnings'
  | 'columns'
>

export type KindInput<T extends KubeObject> = Given<T> & {
  /** Those of its parts that the page loads after the first prompt. */
  readonly rules?: Pick<LateCode<KindRules<T>>, 'arrived' | 'code'>
}

const ALL_VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'] as const

/**
 * Completes a kind's definition with what most kinds have in common. Until rules come that come late there are none: what a cluster writes that boots
 * without them is sound. Kinds of which it makes objects then fill in and adjust in the definition itself.
 */
export function defineKind<T extends KubeObject>({ rules, ...input }: KindInput<T>): KindDefinition<T> {
  const definition: KindDefinition<T> = {
    singular: input.kind.toLowerCase(),
    shortNames: [],
    categories: [],
    verbs: ALL_VERBS,
    subresources: [],
    otherVersions: [],
    selectableFields: {},
    nameRule: 'dns-subdomain',
    defaultPropagation: 'Background',
    columns: [],
    ...input,
  }
  if (!rules) return definition
  const rule = <Name extends keyof KindRules<T>>(name: Name) => (rules.arrived && rules.code[name]) || definition[name]
  // Written out: `Object.defineProperties` would make objects of which every field is looked up by its name.
  return {
    ...definition,
    get defaults() {
      return rule('defaults')
    },
    get beforeCreate() {
      return rule('beforeCreate')
    },
    get beforeUpdate() {
      return rule('beforeUpdate')
    },
    get validate() {
      return rule('validate')
    },
    get untolerated() {
      return rule('untolerated')
    },
    get validateUpdate() {
      return rule('validateUpdate')
    },
    get validateStatusUpdate() {
      return rule('validateStatusUpdate')
    },
    get warnings() {
      return rule('warnings')
    },
    get columns() {
      return rule('columns')
    },
  }
}
