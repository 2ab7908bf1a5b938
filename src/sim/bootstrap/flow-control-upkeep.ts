import type { Client } from '../api/client'
import type { FlowSchema } from '../api/types/flowcontrol-v1.gen'
import { flowSchema, danglingCondition } from '../kinds/flowcontrol/flow-schema'
import { priorityLevelConfiguration } from '../kinds/flowcontrol/priority-level-configuration'
import { attempt } from '../controllers/component'
import { flowControl } from './flow-control'

/** Without these a server has no place for requests: it makes them anew when they are gone. */
const MANDATORY = ['exempt', 'catch-all']

/** Tells each flow schema whether its level is there, and makes anew what must not be missing: what kube-apiserver does when either kind changes. */
export function tendFlowControl(client: Client, nowMs: number): void {
  const levels = new Set(client.list(priorityLevelConfiguration).map(({ metadata }) => metadata.name))
  const schemas = client.list(flowSchema)
  for (const object of flowControl) {
    const { name = '' } = object.metadata
    if (!MANDATORY.includes(name)) continue
    const isLevel = object.kind === 'PriorityLevelConfiguration'
    if (isLevel ? levels.has(name) : schemas.some(({ metadata }) => metadata.name === name)) continue
    attempt(() => client.create((isLevel ? priorityLevelConfiguration : flowSchema) as never, object as never)) // each of its kind
    if (isLevel) levels.add(name)
  }
  for (const schema of schemas) tell(client, schema, levels, nowMs)
}

function tell(client: Client, schema: FlowSchema, levels: ReadonlySet<string>, nowMs: number) {
  const next = danglingCondition(schema, levels.has(schema.spec?.priorityLevelConfiguration.name ?? ''), nowMs)
  const known = schema.status?.conditions?.find(({ type }) => type === 'Dangling')
  if (known?.status === next.status && known?.message === next.message) return
  const { lastTransitionTime } = known?.status === next.status ? known! : next
  const others = schema.status?.conditions?.filter(({ type }) => type !== 'Dangling') ?? []
  attempt(() => client.updateStatus(flowSchema, { ...schema, status: { conditions: [...others, { ...next, lastTransitionTime }] } }))
}
