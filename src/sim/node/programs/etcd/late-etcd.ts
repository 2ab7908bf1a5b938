import { lateCode } from '../../../engine/late-code'
import { hostWork } from '../../os/calls'
import type { Program } from '../../os/syscalls'

/** What a cluster's etcd holds besides the API server's own keys, and how those are read. */
export interface EtcdStore {
  readonly revision: () => number
  readonly entries: () => readonly StoredKey[]
  /** Keys that people have put there. */
  readonly own: Map<string, string>
}

export interface StoredKey {
  readonly key: string
  readonly revision: number
  readonly value: () => Uint8Array
  readonly remove: () => void
}

/** etcdctl and etcdutl, loaded by the page after the first prompt. */
export const lateEtcd = lateCode<Readonly<Record<string, (version: string, store: EtcdStore) => Program>>>('the tools of etcd')

/** The program of an etcd tool's file (`etcdctl/3.6.6`); undefined for any other. */
export function etcdTool(file: string, store: () => EtcdStore): Program | undefined {
  const [name = '', version = ''] = file.split('/')
  if (name !== 'etcdctl' && name !== 'etcdutl') return undefined
  return function* (self) {
    yield* hostWork(lateEtcd.coming)
    return yield* lateEtcd.code[name]!(version, store())(self)
  }
}
