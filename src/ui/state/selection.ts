import { create } from 'zustand'
import type { Summary } from '../worker/summary'
import type { ClusterState } from './cluster-store'

/** What the reader looks at: one inspected object, and one whose Pods light up on the map. */
export interface Selection {
  readonly inspected: string | undefined
  /** Key of a Service, Deployment, ReplicaSet or Job under the pointer or the focus. */
  readonly pointed: string | undefined
  readonly namespace: string
}

export const useSelection = create<Selection>()(() => ({ inspected: undefined, pointed: undefined, namespace: '' }))

export const inspect = (key: string | undefined) => useSelection.setState({ inspected: key })
export const pointAt = (key: string | undefined) => useSelection.setState({ pointed: key })

/** The labels by which an object selects Pods; undefined when it selects none. */
export function selectorOf(summary: Summary | undefined): Readonly<Record<string, string>> | undefined {
  return summary && 'selector' in summary ? summary.selector : undefined
}

/** How a Pod stands to what is pointed at (or, failing that, inspected): lit, dimmed, or neither when nothing that selects is looked at. */
export function lightOf(cluster: ClusterState, { pointed, inspected }: Selection, podKey: string): 'lit' | 'dimmed' | 'plain' {
  const source = cluster.objects.get(pointed ?? inspected ?? '')
  const selector = selectorOf(source)
  if (!source || !selector) return 'plain'
  const pod = cluster.objects.get(podKey)
  const selected = pod?.namespace === source.namespace && Object.entries(selector).every(([name, value]) => pod?.labels[name] === value)
  return selected ? 'lit' : 'dimmed'
}

/** Endpoints of a Service, over all its slices. */
export function endpointsOf(cluster: ClusterState, serviceKey: string): { ready: number; unready: number } {
  const service = cluster.objects.get(serviceKey)
  let [ready, unready] = [0, 0]
  for (const key of cluster.byKind.EndpointSlice ?? []) {
    const slice = cluster.objects.get(key)
    if (slice?.kind !== 'EndpointSlice' || slice.service !== service?.name || slice.namespace !== service.namespace) continue
    ready += slice.ready.length
    unready += slice.unready.length
  }
  return { ready, unready }
}
