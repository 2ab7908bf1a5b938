import type { Client } from '../api/client'
import type { EventRecorder } from '../api/event-recorder'
import type { Registry } from '../api/registry'
import { StatusError } from '../api/status'
import type { Engine } from '../engine/engine'

/** A control loop that is no reconciler of one kind: it looks at all kinds, or at the whole cluster from time to time. */
export interface Component {
  readonly name: string
  /** Who its events are from, where that is another name. */
  readonly source?: string
  /** Begins to work; returns how to stop. */
  readonly start: (environment: Environment) => () => void
}

export interface Environment {
  readonly engine: Engine
  readonly client: Client
  readonly recorder: EventRecorder
  readonly registry: Registry
}

/** A component that does its round every so often. Nobody who waits for the cluster to settle waits for a round. */
export function periodically(
  name: string,
  everyMs: number,
  round: (environment: Environment, memory: Map<string, number>) => void,
): Component {
  return {
    name,
    start(environment) {
      const { engine } = environment
      const memory = new Map<string, number>()
      const tick = () => {
        round(environment, memory)
        timer = engine.after(everyMs, tick, { background: true })
      }
      let timer = engine.after(everyMs, tick, { background: true })
      return () => engine.cancel(timer)
    },
  }
}

/** Runs a request whose refusal changes nothing: the next round will see what is there then. */
export function attempt(request: () => unknown): StatusError | undefined {
  try {
    request()
    return undefined
  } catch (error) {
    if (error instanceof StatusError) return error
    throw error
  }
}
