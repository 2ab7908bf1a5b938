import { PAUSE_IMAGE } from '../formats/system-images'
import type { Host, ServiceName } from './host'
import { KUBELET_PID } from './journal'
import { baseOf } from './pids'
import { containersOf, type PodState } from './kubelet/pod-state'
import type { Surroundings, Viewer } from './os/process-space'
import type { ProcessInfo, Signal } from './os/syscalls'
import type { Container } from './runtime/container'

/** Services that systemd has started, with the numbers they have had since the machine came up. */
const KUBELET = `/usr/bin/kubelet --bootstrap-kubeconfig=/etc/kubernetes/bootstrap-kubelet.conf --kubeconfig=/etc/kubernetes/kubelet.conf --config=/var/lib/kubelet/config.yaml --pod-infra-container-image=${PAUSE_IMAGE}`
const services = [
  { pid: 1, argv: '/sbin/init' },
  { pid: 289, argv: '/usr/lib/systemd/systemd-journald' },
  { pid: 611, argv: 'sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups' },
  { pid: 640, argv: '/usr/bin/containerd', service: 'containerd' },
  { pid: KUBELET_PID, argv: KUBELET, service: 'kubelet' },
] as const

/** What systemd has started for a service: its number, and the line it was started with. */
export function commandOfService(name: ServiceName): { readonly pid: number; readonly argv: string } {
  return services.find((row) => 'service' in row && row.service === name)!
}

/** What `ps` on a host shows besides what people have started there, and what `kill` reaches. */
export const hostProcesses = (host: Host): Surroundings => ({
  processes: (viewer) => [...serviceProcesses(host, viewer), ...podsOf(host).flatMap((state) => podProcesses(state, viewer))],
  signal: (pid, signal) => signalFromHost(host, pid, signal),
})

function serviceProcesses(host: Host, viewer: Viewer): readonly ProcessInfo[] {
  return services
    .filter((row) => !('service' in row) || host.isActive(row.service))
    .map(({ pid, argv }) => resting(pid, pid === 1 ? 0 : 1, argv.split(' '), host.bootedMs, viewer.userName(0)))
}

const resting = (pid: number, parent: number, argv: readonly string[], startedMs: number, user: string): ProcessInfo => ({
  pid,
  parent,
  group: pid,
  argv,
  state: 'sleeping',
  startedMs,
  cpuMs: 0,
  user,
  tty: false,
})

/** Containers whose processes are still to be shown: those of hostPID Pods are among the host's own already. */
function containersShown(state: PodState): readonly Container[] {
  if (state.pod.spec.hostPID) return []
  const running = containersOf(state, 'init', 'sidecar', 'app', 'ephemeral').flatMap(({ running }) => running ?? [])
  return state.sandbox?.space ? running.slice(0, 1) : running // one space has one list: any of its machines tells all
}

/** A shim, what holds the Pod's namespaces, and what runs in its containers. */
function podProcesses(state: PodState, viewer: Viewer): readonly ProcessInfo[] {
  const { sandbox, startedMs } = state
  if (!sandbox) return []
  const shim = baseOf(sandbox.id)
  const argv = [
    '/usr/bin/containerd-shim-runc-v2',
    '-namespace',
    'k8s.io',
    '-id',
    sandbox.id,
    '-address',
    '/run/containerd/containerd.sock',
  ]
  return [
    resting(shim, 1, argv, startedMs, viewer.userName(0)),
    resting(shim + 1, shim, ['/pause'], startedMs, viewer.userName(65_535)),
    ...containersShown(state).flatMap(({ id, machine }) => withoutThreads(machine.processes()).map((one) => onHost(one, shim, baseOf(id)))),
  ]
}

/** What a server here does in processes of its own name beside its first, a real one does in threads, which `ps` does not show. */
function withoutThreads(all: readonly ProcessInfo[]): readonly ProcessInfo[] {
  const calls = new Map(all.map(({ pid, argv }) => [pid, argv.join(' ')]))
  return all.filter(({ parent, argv }) => argv[0] !== '/pause' && calls.get(parent) !== argv.join(' '))
}

function onHost(one: ProcessInfo, shim: number, base: number): ProcessInfo {
  const { pid, parent, group, argv, state, startedMs, cpuMs, user, tty } = one
  return { pid: base + pid, parent: parent === 0 ? shim : base + parent, group: base + group, argv, state, startedMs, cpuMs, user, tty }
}

function signalFromHost(host: Host, pid: number, signal: Signal): boolean {
  const service = services.find((row) => row.pid === pid)
  if (service) {
    if (!('service' in service) || !host.isActive(service.service)) return service.pid === 1
    // systemd starts it again, as its unit says.
    if (signal === 'SIGKILL' || signal === 'SIGTERM') {
      host.stopService(service.service)
      host.startService(service.service)
    }
    return true
  }
  for (const { id, machine } of podsOf(host).flatMap(containersShown)) {
    const inside = pid - baseOf(id)
    if (!machine.processes().some((one) => one.pid === inside)) continue
    machine.signal(inside, signal)
    return true
  }
  return false
}

const podsOf = (host: Host) => [...host.kubelet.pods.values()]
