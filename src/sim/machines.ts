import { hostNumbered } from './bootstrap/hosts'
import type { Host } from './node/host'
import type { HostFacts } from './node/node-object'
import type { Nodes } from './node/nodes'

/** What somebody can do to the machines of a cluster who stands in front of them. Names that no machine has are refused by an error. */
export interface Machines {
  /** Sets a further worker up and lets it join (`kubeadm join`); answers its name. It is a node as soon as it was let in, and `joined` is told. */
  add(joined?: () => void): string
  /** Takes a machine away for good; its Node stays until somebody deletes it. */
  remove(name: string): void
  powerOff(name: string): void
  powerOn(name: string): void
  /** Pulls the network cable. */
  disconnect(name: string): void
  reconnect(name: string): void
  /** Makes kubelet, runtime and image pulls so many times slower; 1 is the usual pace. */
  slow(name: string, times: number): void
  /** Takes disk or memory (in GiB) by something outside of Pods, or gives it back with 0. */
  fill(name: string, what: 'disk' | 'memory', gibibytes: number): void
}

/** The machines behind some nodes. */
export function machinesOf(nodes: Nodes): Machines {
  function host(name: string): Host {
    const found = nodes.hosts.get(name)
    if (!found) throw new Error(`no machine ${JSON.stringify(name)}`)
    return found
  }
  return {
    add(joined) {
      const facts = nextHost(nodes)
      nodes.join(facts, joined)
      return facts.name
    },
    remove: (name) => nodes.remove(host(name).facts.name),
    powerOff: (name) => host(name).powerOff(),
    powerOn: (name) => host(name).powerOn(),
    disconnect: (name) => host(name).disconnect(),
    reconnect: (name) => host(name).reconnect(),
    slow: (name, times) => host(name).slow(times),
    fill(name, what, gibibytes) {
      const { ballast } = host(name)
      ballast[what === 'disk' ? 'diskBytes' : 'memoryBytes'] = gibibytes * 1024 ** 3
    },
  }
}

/** What the next machine will be. */
export function nextHost({ hosts, joining }: Nodes): HostFacts {
  for (let number = 1; ; number++) {
    const facts = hostNumbered(number)
    if (!hosts.has(facts.name) && !joining.has(facts.name)) return facts
  }
}
