import type { Host } from './host'
import { journalLine } from './services/journal-text'
import { containersOf, type ContainerState, type PodState } from './kubelet/pod-state'
import { directory, link, type FileNode } from './os/file-nodes'
import { fileOf } from './os/made-up-nodes'
import type { Container } from './runtime/container'
import { asKept, linesOf } from './runtime/container-log'

const everyContainer = (state: PodState) => containersOf(state, 'init', 'sidecar', 'app', 'ephemeral')

/** The runs of a container whose logs are kept, and the number of each: the newest, and the one before. */
function runsOf({ running, ended, previous, restarts }: ContainerState): readonly (readonly [number: number, run: Container])[] {
  const newest = running ?? ended?.container
  const before = previous?.container
  return [...(before && restarts > 0 ? [[restarts - 1, before] as const] : []), ...(newest ? [[restarts, newest] as const] : [])]
}

const folderOf = ({ pod: { metadata } }: PodState) => `${metadata.namespace}_${metadata.name}_${metadata.uid}`

const logFile = ({ log, startedMs }: Container): FileNode =>
  fileOf(() => linesOf(log.entries).map(asKept).join(''), 0o640, log.entries.at(-1)?.timeMs ?? startedMs)

/** `/var/log/pods/NAMESPACE_POD_UID/CONTAINER/N.log`, where the runtime writes what containers say. */
export function podLogs(host: Host): Readonly<Record<string, FileNode>> {
  const folders = [...host.kubelet.pods.values()].map((state) => {
    const containers = everyContainer(state).flatMap((container) => {
      const runs = runsOf(container)
      if (runs.length === 0) return []
      return [
        [
          container.spec.name,
          directory(Object.fromEntries(runs.map(([number, run]) => [`${number}.log`, logFile(run)])), 0o755, state.startedMs),
        ] as const,
      ]
    })
    return [folderOf(state), directory(Object.fromEntries(containers), 0o755, state.startedMs)] as const
  })
  return Object.fromEntries(folders)
}

/** `/var/log/containers/POD_NAMESPACE_CONTAINER-ID.log`: links that collectors of logs follow. */
export function containerLogs(host: Host): Readonly<Record<string, FileNode>> {
  return Object.fromEntries(
    [...host.kubelet.pods.values()].flatMap((state) =>
      everyContainer(state).flatMap((container) =>
        runsOf(container).map(([number, { id }]) => {
          const { name, namespace } = state.pod.metadata
          return [
            `${name}_${namespace}_${container.spec.name}-${id}.log`,
            link(`/var/log/pods/${folderOf(state)}/${container.spec.name}/${number}.log`, state.startedMs),
          ]
        }),
      ),
    ),
  )
}

/** What rsyslog copies from the journal. */
export const syslog = (host: Host): string => host.journal.entries.map((entry) => `${journalLine(host.facts.name, entry)}\n`).join('')
