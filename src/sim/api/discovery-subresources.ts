import type { KindDefinition } from './kind'

/** A subresource as discovery announces it: which kind it speaks, and its verbs. */
export interface Subresource {
  readonly name: string
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly verbs: readonly string[]
}

interface GroupVersion {
  readonly group: string
  readonly version: string
}

const READ_WRITE = ['get', 'patch', 'update']
const CONNECT = ['create', 'get']
const PROXY = ['create', 'delete', 'get', 'patch', 'update']

type Row = Partial<Omit<Subresource, 'name'>>

/** By name, and by plural and name where kinds differ; what a row leaves out is the kind's own. */
const ROWS: Readonly<Record<string, Row>> = {
  status: { verbs: READ_WRITE },
  scale: { group: 'autoscaling', version: 'v1', kind: 'Scale', verbs: READ_WRITE },
  approval: { verbs: READ_WRITE },
  ephemeralcontainers: { verbs: READ_WRITE },
  resize: { verbs: READ_WRITE },
  finalize: { verbs: ['update'] },
  log: { verbs: ['get'] },
  attach: { kind: 'PodAttachOptions', verbs: CONNECT },
  exec: { kind: 'PodExecOptions', verbs: CONNECT },
  portforward: { kind: 'PodPortForwardOptions', verbs: CONNECT },
  'pods/proxy': { kind: 'PodProxyOptions', verbs: PROXY },
  'nodes/proxy': { kind: 'NodeProxyOptions', verbs: PROXY },
  'services/proxy': { kind: 'ServiceProxyOptions', verbs: PROXY },
  binding: { kind: 'Binding', verbs: ['create'] },
  eviction: { group: 'policy', version: 'v1', kind: 'Eviction', verbs: ['create'] },
  token: { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest', verbs: ['create'] },
}

/** The subresources of a kind under one of its group versions, by name. */
export function subresourcesOf(definition: KindDefinition, { group, version }: GroupVersion): readonly Subresource[] {
  const { kind, plural } = definition
  const own = { group, version, kind, verbs: READ_WRITE }
  return [...definition.subresources].sort().map((name) => ({ ...own, ...(ROWS[`${plural}/${name}`] ?? ROWS[name]), name }))
}
