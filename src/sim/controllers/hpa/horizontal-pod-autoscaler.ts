import type { Timer } from '../../engine/engine'
import { lateCode } from '../../engine/late-code'
import { horizontalPodAutoscaler as kind } from '../../kinds/autoscaling/horizontal-pod-autoscaler'
import type { HorizontalPodAutoscaler } from '../../api/types/autoscaling-v2.gen'
import { attempt, type Component, type Environment } from '../component'
import { emptyMemory, type Memory } from './memory'
import type { MetricsSource } from './metrics'

/** One look at one autoscaler (round.ts). A cluster that has just booted has none, so the code may come late. */
export const lateRound =
  lateCode<(environment: Environment, autoscaler: HorizontalPodAutoscaler, memory: Memory, source: MetricsSource | undefined) => void>(
    'the autoscaler',
  )

const ROUND_MS = 15_000

/**
 * Looks at every autoscaler 15 seconds after it was made and every 15 seconds from then on, and scales its target; a change of its spec brings no
 * look forward. `source` answers for the metrics APIs.
 */
export const horizontalPodAutoscaler = (source: MetricsSource | undefined): Component => ({
  name: 'horizontal-pod-autoscaler',
  start(environment) {
    const { engine, client } = environment
    const timers = new Map<string, Timer>()
    function follow({ metadata: { uid, namespace, name } }: HorizontalPodAutoscaler) {
      const memory = emptyMemory()
      const look = () => {
        const autoscaler = client.get(kind, namespace, name)
        if (autoscaler?.metadata.uid !== uid) {
          timers.delete(uid)
          return
        }
        timers.set(uid, engine.after(ROUND_MS, look, { background: true }))
        attempt(() => lateRound.code(environment, autoscaler, memory, source))
      }
      timers.set(uid, engine.after(ROUND_MS, look, { background: true }))
    }
    const stop = client.watch(kind, (events) => {
      for (const { type, object } of events) if (type === 'ADDED' && !timers.has(object.metadata.uid)) follow(object)
    })
    client.list(kind).forEach(follow)
    return () => {
      for (const timer of timers.values()) engine.cancel(timer)
      stop()
    }
  },
})
