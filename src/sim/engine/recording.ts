import type { Engine } from './engine'

/** One thing that came from outside, and exactly when: after `step` events had run, at virtual time `atMs`. `I` is plain JSON. */
export interface RecordedInput<I> {
  readonly atMs: number
  readonly step: number
  readonly input: I
}

/** All that came from outside up to a moment. With the options a cluster was made with, it is the cluster. */
export interface Recording<I> {
  readonly inputs: readonly RecordedInput<I>[]
  /** The moment up to which it reaches. */
  readonly endMs: number
  readonly endStep: number
}

/** Writes down inputs as they come. */
export interface Recorder<I> {
  note(input: I): void
  recording(): Recording<I>
}

/** `merge` may join an input to the one before when both came at the same moment (characters typed together); undefined keeps them apart. */
export function createRecorder<I>(
  engine: Engine,
  past: Recording<I> | undefined,
  merge: (before: I, now: I) => I | undefined,
): Recorder<I> {
  const inputs: RecordedInput<I>[] = [...(past?.inputs ?? [])]
  return {
    note(input) {
      const last = inputs.at(-1)
      const sameMoment = last && last.step === engine.processed && last.atMs === engine.nowMs
      const merged = sameMoment ? merge(last.input, input) : undefined
      if (merged !== undefined) inputs[inputs.length - 1] = { ...last!, input: merged }
      else inputs.push({ atMs: engine.nowMs, step: engine.processed, input })
    },
    recording: () => ({ inputs: [...inputs], endMs: engine.nowMs, endStep: engine.processed }),
  }
}

/**
 * Lives through a recording again: runs the same number of events between inputs, gives each input at its moment, and stops at the end (or at
 * `untilMs`). False when the past did not unfold as recorded, which happens only when the code has changed since.
 */
export function replay<I>(engine: Engine, { inputs, endMs, endStep }: Recording<I>, apply: (input: I) => void, untilMs = endMs): boolean {
  for (const { atMs, step, input } of inputs) {
    if (atMs > untilMs) break
    if (!runTo(engine, atMs, step)) return false
    apply(input)
  }
  return untilMs < endMs ? (engine.advanceTo(untilMs), true) : runTo(engine, endMs, endStep)
}

/** Runs events until `step` have run, then lets the clock reach `atMs`. False when that moment cannot be reached exactly. */
function runTo(engine: Engine, atMs: number, step: number): boolean {
  while (engine.processed < step) if (!engine.step()) return false
  if (engine.nowMs > atMs) return false
  const due = engine.nextDueMs()
  if (due !== undefined && due < atMs) return false
  engine.moveTo(atMs)
  return true
}
