import { JqError, described, isArray, isObject, shown, type Path } from './values'

/** What evaluating gives: values, with the path each came by while paths are being followed. */

/** A value, and where in the input it came from while paths are being followed. */
export interface Result {
  readonly value: unknown
  readonly path: Path | undefined
}

export type Results = Generator<Result, void, undefined>

/** What a program reads besides its input. */
export interface Machine {
  readonly env: Readonly<Record<string, string>>
  readonly nowMs: number
  readonly nextInput: () => unknown
  readonly debug: (text: string) => void
  readonly named: Readonly<Record<string, unknown>>
  steps: number
}

/** Programs that take longer than this have lost their way; the page must not. */
export const MAX_STEPS = 30_000_000
export const MAX_DEPTH = 1500

/** Raised by `empty`-like ends: see halt. */
export class Halt {
  constructor(
    readonly code: number,
    readonly message: unknown,
  ) {}
}

/** A value without a path, or with one. */
export const result = (value: unknown, path?: Path): Result => ({ value, path })
/** The path one step further down, while paths are being followed. */
export const child = (path: Path | undefined, key: unknown): Path | undefined => path && [...path, key]

/** The same value, its path forgotten. */
export const plain = (input: Result): Result => (input.path ? result(input.value) : input)

/** The parts of an array or object; refuses other values. */
export function* iterate({ value, path }: Result): Results {
  if (isArray(value)) for (let i = 0; i < value.length; i++) yield result(value[i], child(path, i))
  else if (isObject(value)) for (const key of Object.keys(value)) yield result(value[key], child(path, key))
  else throw new JqError(`Cannot iterate over ${described(value)}`)
}

/** The value and all its parts, outermost first. */
export function* recurse(input: Result): Results {
  yield input
  if (isArray(input.value) || isObject(input.value)) for (const one of iterate(input)) yield* recurse(one)
}

/** The path a result came by; refuses results that were computed. */
export function pathOf({ path, value }: Result): Path {
  if (!path) throw new JqError(`Invalid path expression with result ${shown(value)}`)
  return path
}

/** A number of a range; refuses ranges that never end. */
export function counted(value: number, machine: Machine): Result {
  if (++machine.steps > MAX_STEPS) throw new JqError('the program took too long and was stopped')
  return result(value)
}
