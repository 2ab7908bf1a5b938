import type { Pod } from '../../api/types/core-v1.gen'
import { quantityValue } from '../../formats/quantity'
import { qosClassOf } from '../../kinds/core/pod-qos'
import { KUBELET_PID, type JournalEntry, type Killed, type Trouble } from '../journal'
import { pidOnHost } from '../pids'
import { klogHead, syslogDate } from '../programs/dates'

/** What an entry says, with the name of whoever says it before it. */
export function textOf({ said, timeMs }: JournalEntry): string {
  if (typeof said === 'string') return said
  if ('failure' in said) return failureLine(said.failure, timeMs)
  return 'reason' in said ? kubeletLine(said, timeMs) : kernelLine(said)
}

/** A line as journalctl prints it. */
export const journalLine = (host: string, entry: JournalEntry) => `${syslogDate(entry.timeMs)} ${host} ${textOf(entry)}`

const kubeletSays = (timeMs: number, severity: 'I' | 'E', text: string) =>
  `kubelet[${KUBELET_PID}]: ${klogHead(timeMs, severity, KUBELET_PID)}${text}`

const failureLine = (why: string, timeMs: number) => kubeletSays(timeMs, 'E', `run.go:72] "command failed" err=${JSON.stringify(why)}`)

const probed = /^(\w+) probe (failed|errored[^:]*): ([^]*)$/

/** What a kubelet says in its log about a Pod that something is wrong with, in the words of a real one. */
function kubeletLine({ reason, message, container, waiting, pod: { name, namespace, uid } }: Trouble, timeMs: number): string {
  const pod = `pod="${namespace}/${name}" podUID="${uid}"`
  const line = (severity: 'I' | 'E', text: string) => kubeletSays(timeMs, severity, text)
  const probe = reason === 'Unhealthy' ? probed.exec(message) : null
  if (probe)
    return line('I', `prober.go:107] "Probe failed" probeType="${probe[1]}" ${pod} containerName="${container}" probeResult="failure" output=${JSON.stringify(probe[3])}`) // prettier-ignore
  if (reason === 'Evicted') return line('I', `eviction_manager.go:627] "Eviction manager: pod is evicted successfully" pod="${namespace}/${name}"`) // prettier-ignore
  const why =
    container === undefined || !waiting
      ? message
      : `failed to "StartContainer" for "${container}" with ${waiting.reason}: ${JSON.stringify(waiting.message ?? '')}`
  return line('E', `pod_workers.go:1324] "Error syncing pod, skipping" err=${JSON.stringify(why)} ${pod}`)
}

/** The kernel's line on a process that it killed because its control group had no more memory. */
function kernelLine({ id, program, takenBytes, limitBytes, uid, pod, nodeBytes }: Killed): string {
  const kib = (bytes: number) => `${Math.floor(bytes / 1024)}kB`
  return `kernel: Memory cgroup out of memory: Killed process ${pidOnHost({ id })} (${program.replace(/^.*\//, '').slice(0, 15)}) total-vm:${kib(takenBytes)}, anon-rss:${kib(limitBytes)}, file-rss:0kB, shmem-rss:0kB, UID:${uid} pgtables:${kib(takenBytes / 512)} oom_score_adj:${oomScoreOf(pod, nodeBytes)}`
}

/** How readily the kernel kills a Pod's processes. See "Node out of memory behavior" on Node-pressure Eviction. */
function oomScoreOf(pod: Pod, nodeBytes: number): number {
  const qos = qosClassOf(pod)
  if (qos !== 'Burstable') return qos === 'Guaranteed' ? -997 : 1000
  const asked = pod.spec.containers.reduce((sum, { resources }) => sum + quantityValue(resources?.requests?.memory ?? '0'), 0)
  return Math.min(999, Math.max(3, Math.floor(1000 - (1000 * asked) / nodeBytes)))
}
