/** What an autoscaler remembers between its looks. */
export interface Memory {
  recommendations: readonly { readonly atMs: number; readonly replicas: number }[]
  /** Changes that were made: positive for growth. */
  changes: readonly { readonly atMs: number; readonly by: number }[]
}

export const emptyMemory = (): Memory => ({ recommendations: [], changes: [] })
