/** CPU time of this process so far, in milliseconds. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

/** Live heap in bytes after a full collection (needs --expose-gc). */
export function heapBytes(): number {
  const gc = (globalThis as { gc?: () => void }).gc // present with --expose-gc
  gc?.()
  gc?.()
  return process.memoryUsage().heapUsed
}

/** The one line that the bench reads. */
export const print = (figures: Readonly<Record<string, number | string>>) => console.log(JSON.stringify(figures))
