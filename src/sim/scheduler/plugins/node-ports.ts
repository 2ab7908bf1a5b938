import { definePlugin, fits, on, unschedulable } from '../framework'
import type { HostPort, PodInfo } from '../node-info'

const EVERYWHERE = '0.0.0.0'

/** Two host ports clash when the number and protocol are one and the addresses overlap. */
const clash = (a: HostPort, b: HostPort) =>
  a.port === b.port && a.protocol === b.protocol && (a.ip === b.ip || a.ip === EVERYWHERE || b.ip === EVERYWHERE)

const clashes = (pod: PodInfo, other: PodInfo) => pod.hostPorts.some((port) => other.hostPorts.some((taken) => clash(port, taken)))

/** A port of the host can be had only once. */
export const nodePorts = definePlugin({
  name: 'NodePorts',
  local: true,
  preFilter: (pod) => (pod.hostPorts.length === 0 ? { skip: true } : undefined),
  filter: (pod, node) => {
    for (const other of node.pods.values())
      if (clashes(pod, other)) return unschedulable("node(s) didn't have free ports for the requested pod ports")
    return fits
  },
  retryOn: [on('Pod', 'deleted', (pod, event) => event.pod !== undefined && clashes(pod, event.pod)), on('Node', 'added')],
})
