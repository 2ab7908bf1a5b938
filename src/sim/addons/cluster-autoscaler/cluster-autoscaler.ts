import type { Addon, AddonEnvironment } from '../addon'
import type { ConfigMap } from '../../api/types/core-v1.gen'
import { attempt } from '../../controllers/component'
import { timestamp } from '../../engine/time'
import { parseGoDuration } from '../../formats/duration'
import { configMap as configMapKind } from '../../kinds/core/config-map'
import { node as nodeKind } from '../../kinds/core/node'
import { scaleDown } from './scale-down'
import { scaleUp } from './scale-up'

const STATUS = 'cluster-autoscaler-status'

/** What its flags say, with the real one's defaults. */
export interface Options {
  readonly min: number
  readonly max: number
  readonly group: string
  readonly scanMs: number
  readonly unneededMs: number
  readonly delayAfterAddMs: number
  /** Nodes whose requests stay below this share of what they have may go. */
  readonly threshold: number
  readonly skipsLocalStorage: boolean
  readonly skipsSystemPods: boolean
}

/** What it keeps in mind from one round to the next. */
export interface Memory {
  /** Machines that are on their way. */
  ordered: number
  lastAddMs: number
  /** Since when a node has been unneeded. */
  readonly unneededSince: Map<string, number>
  /** The node that is being emptied. */
  draining: Draining | undefined
  /** By a Pod's uid: what it has last been told. */
  readonly told: Map<string, string>
}

/** A node that has to be rid of its Pods before its machine may go. */
export interface Draining {
  readonly name: string
  readonly sinceMs: number
  readonly evicted: Set<string>
}

/** `--nodes=MIN:MAX:GROUP` and the rest. */
function optionsOf(argv: readonly string[]): Options {
  const flag = (name: string) => argv.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3)
  const [min = '1', max = '10', group = 'workers'] = (flag('nodes') ?? '').split(':')
  const time = (name: string, fallback: string) => parseGoDuration(flag(name) ?? fallback) ?? parseGoDuration(fallback)!
  return {
    min: Number(min) || 1,
    max: Number(max) || 10,
    group,
    scanMs: time('scan-interval', '10s'),
    unneededMs: time('scale-down-unneeded-time', '10m'),
    delayAfterAddMs: time('scale-down-delay-after-add', '10m'),
    threshold: Number(flag('scale-down-utilization-threshold') ?? '0.5'),
    skipsLocalStorage: flag('skip-nodes-with-local-storage') !== 'false',
    skipsSystemPods: flag('skip-nodes-with-system-pods') !== 'false',
  }
}

/** Adds a node when Pods find no room and a new node would have some; empties and removes a worker whose Pods fit elsewhere. */
export const clusterAutoscaler: Addon = {
  program: 'cluster-autoscaler',
  greeting: 'Cluster Autoscaler 1.36.0',
  start(environment, argv) {
    const { engine } = environment
    const options = optionsOf(argv)
    const memory: Memory = { ordered: 0, lastAddMs: -Infinity, unneededSince: new Map(), draining: undefined, told: new Map() }
    const tick = () => {
      attempt(() => scaleUp(environment, options, memory))
      attempt(() => scaleDown(environment, options, memory))
      timer = engine.after(options.scanMs, tick, { background: true })
    }
    let timer = engine.after(options.scanMs, tick, { background: true })
    return () => engine.cancel(timer)
  },
}

/** The ConfigMap that carries its status and its events. */
export function statusObject({ client, engine }: AddonEnvironment): ConfigMap {
  const data = { status: `time: ${timestamp(engine.nowMs)}\nautoscalerStatus: Running\nclusterWide:\n  health:\n    status: Healthy\n    nodeCounts:\n      registered:\n        total: ${client.list(nodeKind).length}\n` } // prettier-ignore
  const found = client.get<ConfigMap>(configMapKind, 'kube-system', STATUS)
  return found
    ? client.update<ConfigMap>(configMapKind, { ...found, data })
    : client.create<ConfigMap>(configMapKind, { metadata: { name: STATUS, namespace: 'kube-system' }, data })
}
