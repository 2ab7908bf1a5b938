import type { KubeObject } from './object'
import { StatusError } from './status'
import { Waiting, type Answers, type Questions } from './waiting'

type Listener = (stored?: KubeObject) => void

/** A write that goes on by itself, or what became of one that was refused at last. */
type Unfinished = { readonly listeners: Listener[] } | { readonly refused: StatusError; readonly atMs: number }

/** Who repeats a write later than this means another one. */
const REMEMBERED_MS = 60_000

/**
 * For clients inside the process, which cannot wait: a write that has to is refused for now (`Waiting`) and goes on behind the client's back.
 * Repeating it meanwhile does not send it twice; repeating it after it was refused is answered with that refusal. `key` tells what is the
 * same write.
 */
export function createPatience(questions: Questions, nowMs: () => number): <T extends KubeObject>(key: () => string, write: () => T) => T {
  const unfinished = new Map<string, Unfinished>()

  function goOn(key: string, answers: Answers, write: () => KubeObject, listeners: Listener[]) {
    let stored: KubeObject | undefined
    try {
      stored = questions.during(answers, write)
      unfinished.delete(key)
    } catch (error) {
      if (error instanceof Waiting) return error.whenKnown(() => goOn(key, answers, write, listeners))
      unfinished.delete(key)
      if (!(error instanceof StatusError)) throw error
      unfinished.set(key, { refused: error, atMs: nowMs() })
    }
    for (const listener of listeners) listener(stored)
  }

  return (keyOf, write) => {
    const known = unfinished.size > 0 ? unfinished.get(keyOf()) : undefined
    if (known && 'listeners' in known) throw new Waiting((listener) => known.listeners.push(listener))
    if (known) {
      unfinished.delete(keyOf())
      if (nowMs() - known.atMs < REMEMBERED_MS) throw known.refused
    }
    const answers: Answers = new Map()
    try {
      return questions.during(answers, write)
    } catch (error) {
      if (!(error instanceof Waiting)) throw error
      const key = keyOf()
      const listeners: Listener[] = []
      unfinished.set(key, { listeners })
      let done: { readonly stored: KubeObject | undefined } | undefined
      listeners.push((stored) => (done = { stored }))
      error.whenKnown(() => goOn(key, answers, write, listeners))
      // Where no network is, the answer is there before anybody could wait for it.
      throw new Waiting((listener) => (done ? listener(done.stored) : listeners.push(listener)))
    }
  }
}
