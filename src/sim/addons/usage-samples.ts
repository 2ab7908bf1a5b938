import type { Pod } from '../api/types/core-v1.gen'
import type { Engine } from '../engine/engine'
import type { Host } from '../node/host'
import type { Kubelet } from '../node/kubelet/kubelet'
import type { Container } from '../node/runtime/container'
import { memoryBytesOf, milliCoresAtRest } from '../node/runtime/memory'

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

/** What was last read of a container. Written in place: every container of the cluster is read four times a minute. */
interface Reading {
  cpuMs: number
  /** Since the reading before; unknown after the first. */
  rate: Rate | undefined
}

/**
 * Reads every kubelet's resource use each fifteen seconds and keeps the difference of the last two readings, as metrics-server does: a
 * container has no figures before its second reading, and a kubelet that does not answer leaves none.
 */
export function createUsageSamples(engine: Engine, hosts: () => Iterable<readonly [string, Host]>): UsageSamples {
  let samples = new Map<string, NodeSample>()
  let readings = new WeakMap<Container, Reading>()
  let running = 0

  /** Each host in an event of its own: thousands of containers read at once would keep the page from a key press. */
  function read(run: number) {
    const all = new Map(hosts())
    for (const name of samples.keys()) if (!all.has(name)) samples.delete(name)
    for (const [name, host] of all) {
      const readNow = () => {
        if (run !== running) return
        if (host.kubelet.running && host.connected && host.poweredOn) samples.set(name, readHost(host))
        else samples.delete(name)
      }
      engine.after(0, readNow, { background: true })
    }
  }

  function readHost({ kubelet }: Host): NodeSample {
    let { milliCores, memoryBytes } = HOST_ITSELF
    for (const { containers } of kubelet.pods.values()) {
      for (const { running } of containers.values()) {
        if (!running) continue
        const rate = readContainer(running)
        memoryBytes += rate?.memoryBytes ?? memoryBytesOf(running)
        milliCores += rate?.milliCores ?? 0
      }
    }
    let pods: ReadonlyMap<string, PodSample> | undefined
    return {
      milliCores,
      memoryBytes,
      atMs: engine.nowMs,
      // Few ever ask.
      get pods() {
        return (pods ??= podsOf(kubelet))
      },
    }
  }

  function readContainer(container: Container): Rate | undefined {
    const { cpuMs } = container.machine
    const known = readings.get(container)
    if (!known) {
      readings.set(container, { cpuMs, rate: undefined })
      return undefined
    }
    const milliCores = ((cpuMs - known.cpuMs) * 1000) / RESOLUTION_MS + milliCoresAtRest(container)
    const memoryBytes = memoryBytesOf(container)
    if (known.rate?.milliCores !== milliCores || known.rate.memoryBytes !== memoryBytes) known.rate = { milliCores, memoryBytes }
    known.cpuMs = cpuMs
    return known.rate
  }

  function podsOf(kubelet: Kubelet): ReadonlyMap<string, PodSample> {
    const pods = new Map<string, PodSample>()
    for (const { pod, containers } of kubelet.pods.values()) {
      const active = [...containers.values()].filter(({ running }) => running !== undefined)
      const rates = new Map<string, Rate>()
      for (const { spec, running } of active) {
        const rate = readings.get(running!)?.rate
        if (rate) rates.set(spec.name, rate)
      }
      // A Pod of which one container is missing is left out, so that nobody takes a part for the whole.
      if (rates.size > 0 && rates.size === active.length)
        pods.set(`${pod.metadata.namespace}/${pod.metadata.name}`, { pod, containers: rates })
    }
    return pods
  }

  function tick(run: number) {
    if (run !== running) return
    read(run)
    engine.after(RESOLUTION_MS, () => tick(run), { background: true })
  }

  return {
    node: (name) => samples.get(name),
    nodes: () => samples,
    start: () => tick(++running),
    stop() {
      running++
      samples = new Map()
      readings = new WeakMap()
    },
  }
}
