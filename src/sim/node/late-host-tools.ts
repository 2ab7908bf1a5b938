import { lateCode } from '../engine/late-code'
import type { Host } from './host'
import { hostWork } from './os/calls'
import type { Program } from './os/syscalls'

/** The administrator's commands of one host (host-tools.ts), loaded by the page after the first prompt. */
export const lateHostTools = lateCode<(host: () => Host) => Readonly<Record<string, Program>>>('the tools of a host')

/** Their names, so that a host's files can be made before; a test keeps them equal to the tools. */
export const hostToolNames = [
  'systemctl',
  'service',
  'journalctl',
  'dmesg',
  'crictl',
  'iptables',
  'iptables-save',
  'apparmor_parser',
  'poweroff',
  'shutdown',
  'reboot',
] as const

/** Programs that wait for their code. */
export const waitingHostTools = (host: () => Host): Readonly<Record<string, Program>> =>
  Object.fromEntries(
    hostToolNames.map((name) => [
      name,
      function* (self) {
        yield* hostWork(lateHostTools.coming)
        return yield* lateHostTools.code(host)[name]!(self)
      } satisfies Program,
    ]),
  )
