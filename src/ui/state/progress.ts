import { create } from 'zustand'
import { persist } from 'zustand/middleware'

/** What a reader has done, by `lesson#block`; kept in this browser and not lost with the cluster. */
export interface Progress {
  readonly lesson: string | undefined
  readonly tasksDone: Readonly<Record<string, boolean>>
  /** Which hints have been opened, and whether the solution was. */
  readonly hintsShown: Readonly<Record<string, number>>
  readonly solutionsShown: Readonly<Record<string, boolean>>
  readonly quizAnswers: Readonly<Record<string, readonly number[]>>
  readonly runsDone: Readonly<Record<string, boolean>>
}

export const useProgress = create<Progress>()(
  persist(() => ({ lesson: undefined, tasksDone: {}, hintsShown: {}, solutionsShown: {}, quizAnswers: {}, runsDone: {} }) as Progress, {
    name: 'tabernetes-progress',
  }),
)

type Marks = Exclude<keyof Progress, 'lesson'>

/** Notes one thing in the reader's progress. */
export function mark<K extends Marks>(what: K, key: string, value: Progress[K][string]) {
  useProgress.setState((progress) => ({ [what]: { ...progress[what], [key]: value } }) as Partial<Progress>)
}
