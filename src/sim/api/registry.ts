import type { KindDefinition } from './kind'
import type { AnyObject } from './object'

/** One served version of a kind: what a group, version and plural name in a path lead to. */
export interface Served {
  readonly kind: KindDefinition
  readonly group: string
  readonly version: string
  /** `apps/v1`. */
  readonly apiVersion: string
  /** Whether this is the version in which the kind is stored. */
  readonly stored: boolean
  readonly toStorage: (object: AnyObject) => AnyObject
  readonly fromStorage: (object: AnyObject) => AnyObject
  /** What clients of this version are warned of, if its kind says so. */
  readonly deprecationWarning: string | undefined
  /** The kind's field selectors as this version calls them; they look at the stored object. */
  readonly selectableFields: KindDefinition['selectableFields']
}

/** A version of a group that another API server answers, as discovery tells of it. */
export interface ForeignVersion {
  readonly group: string
  readonly version: string
  /** Its resources in the form of `apidiscovery.k8s.io`; none while nobody has told them. */
  readonly resources: readonly unknown[]
  /** Whether that server cannot be asked just now. */
  readonly isStale: boolean
  /** Where its OpenAPI document is, with its hash; undefined where it has none. */
  readonly openApi?: string | undefined
}

/** The kinds that are served right now: the built-in ones of the simulated release, and those that CustomResourceDefinitions add. */
export interface Registry {
  /** Grows with every change, so that whoever derives something from it (discovery, OpenAPI) knows when to derive it anew. */
  readonly generation: number
  find(group: string, version: string, plural: string): Served | undefined
  findKind(group: string, version: string, kind: string): Served | undefined
  /** The version in which a kind is stored, whether it is served or not: what in-process clients speak. */
  ofKind(kind: KindDefinition<never>): Served
  /** Every served version, in the order of registration. */
  all(): readonly Served[]
  add(kind: KindDefinition<never>): void
  /** Decides anew which versions of the built-in kinds are served. */
  serve(serves: (served: Served) => boolean): void
  remove(group: string, plural: string): void
  /** What other API servers answer. */
  readonly foreign: readonly ForeignVersion[]
  /** Takes down anew what other API servers answer, as somebody has found it out: what he said before is forgotten. */
  lead(by: string, foreign: readonly ForeignVersion[]): void
  /** Calls back after every change. Returns how to stop. */
  onChange(listener: () => void): () => void
}

const same = (object: AnyObject) => object

function servedVersions(kind: KindDefinition): Served[] {
  const own: Served = {
    kind,
    group: kind.group,
    version: kind.version,
    apiVersion: join(kind.group, kind.version),
    stored: true,
    toStorage: same,
    fromStorage: kind.fromStorage ?? same,
    selectableFields: kind.selectableFields,
    deprecationWarning: kind.deprecationWarning,
  }
  const others = kind.otherVersions.map(
    ({ group = kind.group, version, toStorage, fromStorage, selectableFields, deprecationWarning }): Served => {
      const apiVersion = join(group, version)
      return {
        kind,
        group,
        version,
        apiVersion,
        stored: false,
        // A kind's own conversions are given its own objects only.
        toStorage: (object) => ({ ...toStorage(object), apiVersion: own.apiVersion }) as AnyObject,
        fromStorage: (object) => ({ ...fromStorage(object as never), apiVersion }),
        selectableFields: (selectableFields as KindDefinition['selectableFields'] | undefined) ?? kind.selectableFields,
        deprecationWarning: deprecationWarning ?? kind.deprecationWarning,
      }
    },
  )
  return [own, ...others]
}

const join = (group: string, version: string) => (group === '' ? version : `${group}/${version}`)

/** A registry that holds `kinds`; `serves` tells which of their versions exist at the simulated release. */
export function createRegistry(
  kinds: readonly KindDefinition<never>[],
  serves: (group: string, version: string, kind: string) => boolean,
): Registry {
  let generation = 0
  const foreign = new Map<string, readonly ForeignVersion[]>()
  const byPlural = new Map<string, Served>()
  const byKind = new Map<string, Served>()
  const listeners = new Set<() => void>()
  const stored = new WeakMap<KindDefinition<never>, Served>()
  const key = (group: string, version: string, name: string) => `${group}/${version}/${name}`

  function put(kind: KindDefinition<never>, isServed: (served: Served) => boolean) {
    const generic = kind as unknown as KindDefinition // the pipeline hands a kind's functions nothing but its own objects
    for (const served of servedVersions(generic).filter(isServed)) {
      byPlural.set(key(served.group, served.version, kind.plural), served)
      byKind.set(key(served.group, served.version, kind.kind), served)
    }
  }

  function changed() {
    generation++
    for (const listener of listeners) listener()
  }

  for (const kind of kinds) put(kind, (served) => serves(served.group, served.version, kind.kind))

  const registry: Registry = {
    get generation() {
      return generation
    },
    find: (group, version, plural) => byPlural.get(key(group, version, plural)),
    findKind: (group, version, kind) => byKind.get(key(group, version, kind)),
    ofKind(kind) {
      let served = stored.get(kind)
      if (!served) stored.set(kind, (served = servedVersions(kind as unknown as KindDefinition)[0]!))
      return served
    },
    all: () => [...byPlural.values()],
    serve(decide) {
      for (const kind of kinds) {
        for (const [path, served] of byPlural) if (served.kind === (kind as unknown as KindDefinition)) byPlural.delete(path)
        for (const [path, served] of byKind) if (served.kind === (kind as unknown as KindDefinition)) byKind.delete(path)
        put(kind, decide)
      }
      changed()
    },
    add(kind) {
      registry.remove(kind.group, kind.plural)
      put(kind, () => true)
      changed()
    },
    remove(group, plural) {
      let removed = false
      for (const [path, served] of byPlural) {
        if (served.kind.group !== group || served.kind.plural !== plural) continue
        byPlural.delete(path)
        byKind.delete(key(served.group, served.version, served.kind.kind))
        removed = true
      }
      if (removed) changed()
    },
    get foreign() {
      return [...foreign.values()].flat()
    },
    lead(by, versions) {
      if (JSON.stringify(versions) === JSON.stringify(foreign.get(by) ?? [])) return
      foreign.set(by, versions)
      changed()
    },
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
  return registry
}
