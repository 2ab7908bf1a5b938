/** How long a node takes for things, in virtual milliseconds. Realistic by default; tests and lessons may scale it. */
export interface Latency {
  /** From a Pod's binding to the kubelet's first step. */
  readonly noticeMs: number
  readonly mountMs: number
  /** Sandbox and network interface. */
  readonly sandboxMs: number
  readonly createMs: number
  readonly startMs: number
  /** Until the kubelet's next look at its runtime: changes of containers show after that (PLEG relist). */
  readonly relistMs: number
  /** After the last container has ended: unmounting, and the runtime's clearing up. */
  readonly cleanupMs: number
  /** A registry's answer: manifest and authentication. */
  readonly registryMs: number
  readonly pullBytesPerMs: number
  /** A failed resolve, and a pull of what is there already. */
  readonly refusalMs: number
  readonly presentMs: number
}

export const realisticLatency: Latency = {
  noticeMs: 50,
  mountMs: 120,
  sandboxMs: 450,
  createMs: 90,
  startMs: 60,
  relistMs: 700,
  cleanupMs: 500,
  registryMs: 900,
  pullBytesPerMs: 40_000,
  refusalMs: 1100,
  presentMs: 350,
}

/** The same for a machine that takes `times()` as long for everything. */
export function slowed(latency: Latency, times: () => number): Latency {
  const slow = {}
  for (const [name, value] of Object.entries(latency) as [keyof Latency, number][])
    Object.defineProperty(slow, name, { get: () => (name === 'pullBytesPerMs' ? value / times() : value * times()) })
  return slow as Latency // with a getter for each of its fields
}
