/**
 * Code that the page loads after the first prompt, because nothing can call for it before a program that is loaded with it has run: the API
 * reference of `kubectl explain`, CEL, protobuf. Elsewhere (late-parts.ts) it is there from the start. What stands in for it before must never
 * behave otherwise than it would: a cluster's story does not depend on when code was loaded.
 */
export interface LateCode<T> {
  /** The code. Throws when it is called for before it came, which only a bug can do. */
  readonly code: T
  readonly arrived: boolean
  /** What a program may wait for, virtual time standing still meanwhile: it is done once the code is there. */
  readonly coming: { readonly done: boolean; onDone(listener: () => void): void }
  arrive(code: T): void
}

/** A place for code that comes late. `name` is for the message of the bug. */
export function lateCode<T>(name: string): LateCode<T> {
  let arrived: { readonly code: T } | undefined
  let waiting: (() => void)[] = []
  return {
    get code() {
      if (!arrived) throw new Error(`${name} was called for before it was loaded`)
      return arrived.code
    },
    get arrived() {
      return arrived !== undefined
    },
    coming: {
      get done() {
        return arrived !== undefined
      },
      onDone: (listener) => void waiting.push(listener),
    },
    arrive(code) {
      arrived = { code }
      const listeners = waiting
      waiting = []
      for (const listener of listeners) listener()
    },
  }
}
