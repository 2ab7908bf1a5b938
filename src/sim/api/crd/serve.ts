import { find, findAll, resource } from '../admission/lookup'
import type { ApiServer } from '../hooks'
import type { KindDefinition } from '../kind'
import { isStatus, StatusError } from '../status'
import type { CustomResourceDefinition } from '../types/apiextensions-v1.gen'
import { lateCustomKind } from './late-definition'

const definitions = resource<CustomResourceDefinition>('apiextensions.k8s.io', 'v1', 'customresourcedefinitions')
const CLEANUP = 'customresourcecleanup.apiextensions.k8s.io'
const CLEANUP_RETRY_MS = 1000
const REFUSED_RETRY_MS = 5000

/**
 * Keeps the served kinds in step with the stored CustomResourceDefinitions: accepts their names, establishes them, and before one goes
 * removes its objects. Returns how to stop.
 */
export function serveCustomResources(server: ApiServer): () => void {
  const found = server.registry.find(definitions.group, definitions.version, definitions.plural)
  if (!found) return () => undefined
  const kind = found.kind as unknown as KindDefinition<CustomResourceDefinition> // found under this name
  const client = server.client({ user: 'system:apiserver', groups: ['system:masters'], manager: 'kube-apiserver' })
  /** What is served of each definition, by name and as of which spec. */
  const served = new Map<string, { readonly spec: string; readonly kind: KindDefinition }>()

  function reconcile(name: string) {
    const definition = find(server, definitions, undefined, name)
    if (!definition) return forget(name)
    try {
      if (definition.metadata.deletionTimestamp !== undefined) cleanUp(definition)
      else establish(definition)
    } catch (error) {
      if (!(error instanceof StatusError)) throw error
      // Somebody else wrote it meanwhile; that write comes round as an event of its own.
      if (isStatus(error, 'Conflict') || isStatus(error, 'NotFound')) return
      // A policy or a webhook does not want it, or has not answered yet.
      server.engine.after(REFUSED_RETRY_MS, () => reconcile(name), { background: true })
    }
  }

  function forget(name: string) {
    const known = served.get(name)
    if (!known) return
    server.registry.remove(known.kind.group, known.kind.plural)
    served.delete(name)
  }

  function establish(definition: CustomResourceDefinition) {
    const { name, finalizers = [] } = definition.metadata
    if (!finalizers.includes(CLEANUP)) {
      client.update(kind, { ...definition, metadata: { ...definition.metadata, finalizers: [...finalizers, CLEANUP] } })
      return // comes round again
    }
    const { customKind, namesOf, statusOf } = lateCustomKind.code
    const names = namesOf(server, definition)
    const wasEstablished = definition.status?.conditions?.some(({ type, status }) => type === 'Established' && status === 'True')
    const spec = JSON.stringify(definition.spec)
    if ((!names.clash || wasEstablished) && served.get(name)?.spec !== spec) {
      const custom = customKind(definition, server)
      server.registry.add(custom as unknown as KindDefinition<never>) // its functions are only handed its own objects
      served.set(name, { spec, kind: custom })
    }
    const status = statusOf(definition, names, server.engine.nowMs)
    if (JSON.stringify(status) !== JSON.stringify(definition.status)) client.updateStatus(kind, { ...definition, status })
  }

  function cleanUp(definition: CustomResourceDefinition) {
    const { name, finalizers = [] } = definition.metadata
    const custom = served.get(name)?.kind
    const objects = custom ? [...server.storage.list(custom as unknown as KindDefinition<never>)].map(({ object }) => object.metadata) : []
    if (custom)
      for (const { namespace, name: each, deletionTimestamp } of objects)
        if (deletionTimestamp === undefined) client.delete(custom, namespace, each)
    const isEmpty = !custom || server.storage.count(custom as unknown as KindDefinition<never>) === 0
    if (isEmpty && finalizers.includes(CLEANUP)) {
      client.update(kind, {
        ...definition,
        metadata: { ...definition.metadata, finalizers: finalizers.filter((each) => each !== CLEANUP) },
      })
    } else if (!isEmpty) {
      const { emptyStatus, withCondition } = lateCustomKind.code
      const why = 'CustomResource deletion is in progress'
      const conditions = withCondition(
        definition.status?.conditions ?? [],
        'Terminating',
        'True',
        'InstanceDeletionInProgress',
        why,
        server.engine.nowMs,
      )
      const status = { ...emptyStatus, ...definition.status, conditions }
      if (JSON.stringify(status) !== JSON.stringify(definition.status)) client.updateStatus(kind, { ...definition, status })
      server.engine.after(CLEANUP_RETRY_MS, () => reconcile(name), { background: true })
    }
  }

  for (const { metadata } of [...findAll(server, definitions)]) reconcile(metadata.name)
  return client.watch(kind, (events) => {
    for (const { object } of events) reconcile(object.metadata.name)
  })
}
