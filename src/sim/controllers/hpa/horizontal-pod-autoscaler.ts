import { lateCode } from '../../engine/late-code'
import { same } from '../../formats/same'
import { horizontalPodAutoscaler as kind } from '../../kinds/autoscaling/horizontal-pod-autoscaler'
import type { HorizontalPodAutoscaler } from '../../api/types/autoscaling-v2.gen'
import { attempt, type Component, type Environment } from '../component'
import { emptyMemory, type Memory } from './behavior'
import type { MetricsSource } from './metrics'

/** One look at one autoscaler (round.ts). A cluster that has just booted has none, so the code may come late. */
export const lateRound =
  lateCode<(environment: Environment, autoscaler: HorizontalPodAutoscaler, memory: Memory, source: MetricsSource | undefined) => void>(
    'the autoscaler',
  )

const ROUND_MS = 15_000

/** Looks at every autoscaler's metrics every 15 seconds and scales its target. `source` answers for the metrics APIs. */
export const horizontalPodAutoscaler = (source: MetricsSource | undefined): Component => ({
  name: 'horizontal-pod-autoscaler',
  start(environment) {
    const { engine, client } = environment
    const memories = new Map<string, Memory>()
    const look = (autoscaler: HorizontalPodAutoscaler) => {
      const { uid } = autoscaler.metadata
      const memory = memories.get(uid) ?? emptyMemory()
      memories.set(uid, memory)
      attempt(() => lateRound.code(environment, autoscaler, memory, source))
    }
    const tick = () => {
      const all = client.list(kind)
      const present = new Set(all.map(({ metadata }) => metadata.uid))
      for (const uid of memories.keys()) if (!present.has(uid)) memories.delete(uid)
      all.forEach(look)
      timer = engine.after(ROUND_MS, tick, { background: true })
    }
    let timer = engine.after(ROUND_MS, tick, { background: true })
    const stop = client.watch(kind, (events) => {
      for (const { type, object, old } of events)
        if (type === 'ADDED' || (type === 'MODIFIED' && old && !same(old.spec, object.spec))) look(object)
    })
    return () => {
      engine.cancel(timer)
      stop()
    }
  },
})
