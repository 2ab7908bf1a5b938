import type { Recording } from '../../sim/engine/recording'
import type { KeptObjects } from './kept-objects'
import type { Input } from './protocol'

/** What is kept of a session: how its cluster was made, and what was done to it from outside. With that it can be lived through again. */
export interface Journal {
  readonly options: { readonly seed: number; readonly workers: number; readonly version: string; readonly startMs: number }
  readonly recording?: Recording<Input>
  readonly speed: number
  /** For a build that cannot live through the recording. */
  readonly objects?: KeptObjects
}

/** Characters typed at one moment are one input. */
export function mergeTyping(before: Input, now: Input): Input | undefined {
  if (before.do !== 'type' || now.do !== 'type' || before.terminal !== now.terminal) return undefined
  return { ...now, text: before.text + now.text }
}
