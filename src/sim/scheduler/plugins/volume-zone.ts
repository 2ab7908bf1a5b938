import { definePlugin, fits, on, unresolvable } from '../framework'
import { claimsOf } from '../volumes'

const PLACES = [
  'topology.kubernetes.io/zone',
  'topology.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region',
]

/** A volume labelled with a zone or region can only be used there. */
export const volumeZone = definePlugin({
  name: 'VolumeZone',
  preFilter: (pod, view) => {
    if (pod.claims.length === 0) return { skip: true }
    const labels = claimsOf(view.client, pod).bound.flatMap(({ volume }) =>
      Object.entries(volume?.metadata.labels ?? {}).filter(([key]) => PLACES.includes(key)),
    )
    // Several places joined by two underscores: any of them.
    return labels.length === 0 ? { skip: true } : { state: labels.map(([key, value]) => [key, value.split('__')] as const) }
  },
  filter: (_pod, { node }, state) => {
    const wanted = state as readonly (readonly [string, readonly string[]])[] // from preFilter
    const labels = node.metadata.labels ?? {}
    return wanted.every(([key, values]) => values.includes(labels[key] ?? '')) ? fits : unresolvable('node(s) had no available volume zone')
  },
  retryOn: [
    on('Node', 'added'),
    on('Node', 'updated'),
    on('PersistentVolumeClaim', 'added'),
    on('PersistentVolumeClaim', 'updated'),
    on('PersistentVolume', 'added'),
  ],
})
