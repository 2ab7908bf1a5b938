import type { Pod } from '../api/types/core-v1.gen'
import type { Engine } from '../engine/engine'
import type { Host } from '../node/host'
import { usageOf } from '../node/kubelet/usage'

/** What something used on average over the last interval, and of memory at its end. */
export interface Rate {
  readonly milliCores: number
  readonly memoryBytes: number
}

export interface PodSample {
  readonly pod: Pod
  readonly containers: ReadonlyMap<string, Rate>
}

export interface NodeSample extends Rate {
  readonly pods: ReadonlyMap<string, PodSample>
  readonly atMs: number
}

export interface UsageSamples {
  /** Of a node that has been read at least twice. */
  node(name: string): NodeSample | undefined
  nodes(): ReadonlyMap<string, NodeSample>
  start(): void
  /** Stops reading, and forgets what was read. */
  stop(): void
}

/** `--metric-resolution` of the usual installation. */
export const RESOLUTION_MS = 15_000

const MIB = 1024 * 1024
/** What runs on a host besides Pods: systemd, containerd, the kubelet. */
const HOST_ITSELF = { milliCores: 18, memoryBytes: 410 * MIB }

interface Reading {
  readonly startedMs: number
  readonly cpuMs: number
}

/**
 * Reads every kubelet's resource use each fifteen seconds and keeps the difference of the last two readings, as metrics-server does: a
 * container has no figures before its second reading, and a kubelet that does not answer leaves none.
 */
export function createUsageSamples(engine: Engine, hosts: () => Iterable<readonly [string, Host]>): UsageSamples {
  let samples = new Map<string, NodeSample>()
  let readings = new Map<string, Reading>()
  let running = 0

  function read() {
    const fresh = new Map<string, Reading>()
    samples = new Map()
    for (const [name, host] of hosts())
      if (host.kubelet.running && host.connected && host.poweredOn) samples.set(name, readHost(host, fresh))
    readings = fresh
  }

  function readHost(host: Host, fresh: Map<string, Reading>): NodeSample {
    const pods = new Map<string, PodSample>()
    let { milliCores, memoryBytes } = HOST_ITSELF
    for (const { pod, containers } of usageOf(host.kubelet)) {
      const rates = new Map<string, Rate>()
      for (const { name, cpuMs, idleMilliCores, memoryBytes: memory, startedMs } of containers) {
        const key = `${pod.metadata.uid}/${name}`
        const before = readings.get(key)
        fresh.set(key, { startedMs, cpuMs })
        memoryBytes += memory
        if (before?.startedMs !== startedMs) continue
        const rate = { milliCores: ((cpuMs - before.cpuMs) * 1000) / RESOLUTION_MS + idleMilliCores, memoryBytes: memory }
        milliCores += rate.milliCores
        rates.set(name, rate)
      }
      // A Pod of which one container is missing is left out, so that nobody takes a part for the whole.
      if (rates.size > 0 && rates.size === containers.length)
        pods.set(`${pod.metadata.namespace}/${pod.metadata.name}`, { pod, containers: rates })
    }
    return { milliCores, memoryBytes, pods, atMs: engine.nowMs }
  }

  function tick(run: number) {
    if (run !== running) return
    read()
    engine.after(RESOLUTION_MS, () => tick(run), { background: true })
  }

  return {
    node: (name) => samples.get(name),
    nodes: () => samples,
    start: () => tick(++running),
    stop() {
      running++
      samples = new Map()
      readings = new Map()
    },
  }
}
