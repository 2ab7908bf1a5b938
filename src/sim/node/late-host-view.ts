import { lateCode } from '../engine/late-code'
import type { Host } from './host'
import type { FileNode } from './os/file-system'
import type { Surroundings } from './os/process-space'

/** What a host shows of what runs on it, loaded by the page after the first prompt: before there is a shell nobody looks. */
export interface HostView {
  /** Processes of services and containers, as `ps` on the host has them. */
  readonly processes: (host: Host) => Surroundings
  /** Files and folders by the path where they are: logs. */
  readonly logs: Readonly<Record<LogFolder, (host: Host) => Readonly<Record<string, FileNode>>>>
  readonly syslog: (host: Host) => string
}

export type LogFolder = '/var/log/pods' | '/var/log/containers'

export const lateHostView = lateCode<HostView>('what a host shows of its Pods')
