import type { Client } from '../api/client'
import { componentStatus } from '../kinds/core/component-status'

/** What the API server finds when it asks a component how it is, by name; with the port it asks on. */
const COMPONENTS: Readonly<Record<string, number>> = { scheduler: 10_259, 'controller-manager': 10_257, 'etcd-0': 2379 }

/**
 * Notes how the components of the control plane are. A real server asks them whenever somebody wants to know; here each is noted when it
 * starts and stops.
 */
export function componentStatuses(client: Client) {
  const note = (name: string, healthy: boolean) => {
    const port = COMPONENTS[name]!
    const error = `Get "https://127.0.0.1:${port}/healthz": dial tcp 127.0.0.1:${port}: connect: connection refused`
    const conditions = [{ type: 'Healthy', status: healthy ? 'True' : 'False', ...(healthy ? { message: 'ok' } : { message: error }) }]
    const object = { apiVersion: 'v1', kind: 'ComponentStatus', metadata: { name }, conditions }
    const known = client.get(componentStatus, undefined, name)
    if (known) client.update(componentStatus, { ...known, conditions })
    else client.create(componentStatus, object)
  }
  for (const name in COMPONENTS) note(name, true)
  return note
}
