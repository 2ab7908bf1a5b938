import { defineKind, type KindDefinition } from '../../api/kind'
import type { KubeObject } from '../../api/object'

/** CPU and memory as quantities. */
export interface Usage {
  readonly cpu: string
  readonly memory: string
}

interface Measured extends KubeObject {
  /** When the interval ended. */
  readonly timestamp: string
  /** How long it was: `15s`. */
  readonly window: string
}

/** `metrics.k8s.io/v1beta1` PodMetrics: what a Pod's containers used lately. */
export interface PodMetrics extends Measured {
  readonly containers: readonly { readonly name: string; readonly usage: Usage }[]
}

/** `metrics.k8s.io/v1beta1` NodeMetrics. */
export interface NodeMetrics extends Measured {
  readonly usage: Usage
}

const served = { group: 'metrics.k8s.io', version: 'v1beta1', verbs: ['get', 'list'], singular: '' } as const

const quantity = { type: 'string' }
const usage = { type: 'object', properties: { cpu: quantity, memory: quantity } }
const measured = { timestamp: { type: 'string' }, window: { type: 'string' } }

/** The kind PodMetrics, answered by `compute`. */
export const podMetrics = (
  compute: NonNullable<KindDefinition<PodMetrics>['compute']>,
  summed: (metrics: PodMetrics) => Usage,
): KindDefinition<PodMetrics> =>
  defineKind<PodMetrics>({
    ...served,
    kind: 'PodMetrics',
    plural: 'pods',
    namespaced: true,
    compute,
    columns: [
      ['cpu', (metrics) => summed(metrics).cpu],
      ['memory', (metrics) => summed(metrics).memory],
      ['Window', ({ window }) => window],
    ],
    customSchema: {
      type: 'object',
      properties: {
        ...measured,
        containers: { type: 'array', items: { type: 'object', properties: { name: { type: 'string' }, usage } } },
      },
    },
  })

/** The kind NodeMetrics, answered by `compute`. */
export const nodeMetrics = (compute: NonNullable<KindDefinition<NodeMetrics>['compute']>): KindDefinition<NodeMetrics> =>
  defineKind<NodeMetrics>({
    ...served,
    kind: 'NodeMetrics',
    plural: 'nodes',
    namespaced: false,
    compute,
    columns: [
      ['cpu', ({ usage }) => usage.cpu],
      ['memory', ({ usage }) => usage.memory],
      ['Window', ({ window }) => window],
    ],
    customSchema: { type: 'object', properties: { ...measured, usage } },
  })
