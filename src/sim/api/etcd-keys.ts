import type { AtRest } from './encryption-at-rest'
import type { KindDefinition } from './kind'
import { apiVersionOf, type KubeObject } from './object'
import { protobufOf } from './protobuf-object'
import type { Registry } from './registry'
import type { Storage, Stored } from './storage'

/** One key of etcd as a kube-apiserver writes it. */
export interface EtcdEntry {
  /** `/registry/pods/default/web` */
  readonly key: string
  readonly revision: number
  /** What is stored: protobuf after `k8s\0`, or JSON for custom resources and a few kinds; encrypted where kube-apiserver was told to. */
  readonly value: () => Uint8Array
  /** Takes it away behind the API server's back; watchers hear of it. */
  readonly remove: () => void
}

/** Folders that are not called after their kind, from the time before the kinds had their names. */
const folders: Readonly<Record<string, string>> = {
  services: 'services/specs',
  endpoints: 'services/endpoints',
  nodes: 'minions',
  replicationcontrollers: 'controllers',
  ingresses: 'ingress',
}

/** Groups whose kinds lie below the group's name; those of custom resources do as well. */
const isBelowGroup = ({ group, customSchema }: KindDefinition) =>
  customSchema !== undefined || group === 'apiextensions.k8s.io' || group === 'apiregistration.k8s.io'

/** All that a kube-apiserver has stored, in the order of the keys. */
export function etcdEntries(registry: Registry, storage: Storage, atRest?: AtRest): readonly EtcdEntry[] {
  const kinds = new Map(registry.all().map(({ kind }) => [`${kind.group}/${kind.plural}`, kind]))
  const entries = [...kinds.values()]
    .filter((kind) => !kind.compute && !kind.answer)
    .flatMap((kind) => {
      const folder = isBelowGroup(kind) ? `${kind.group}/${kind.plural}` : (folders[kind.plural] ?? kind.plural)
      return [...storage.list(kind as KindDefinition<never>)].map((stored) => entryOf(kind, folder, stored, storage, atRest))
    })
  return entries.sort((a, b) => (a.key < b.key ? -1 : 1))
}

function entryOf(kind: KindDefinition, folder: string, stored: Stored, storage: Storage, atRest: AtRest | undefined): EtcdEntry {
  const { namespace, name } = stored.object.metadata
  return {
    key: ['/registry', folder, ...(namespace ? [namespace] : []), name].join('/'),
    revision: stored.revision,
    value() {
      const { apiVersion, kind: name, ...object } = stored.object as unknown as KubeObject // an object of some kind
      const whole = { apiVersion: apiVersion || apiVersionOf(kind), kind: name || kind.kind, ...object }
      const { resourceVersion: _, ...metadata } = whole.metadata // etcd's own revision stands for it
      const kept = { ...whole, metadata } as KubeObject
      const plain = (kind.customSchema === undefined && protobufOf(kept)) || new TextEncoder().encode(`${JSON.stringify(kept)}\n`)
      return atRest?.encoded(kind, stored, plain) ?? plain
    },
    remove: () => void storage.remove(kind as KindDefinition<never>, stored, { user: 'etcd', manager: 'etcdctl' }),
  }
}
