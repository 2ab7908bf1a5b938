import type { Host } from './host'
import { apparmorParser } from './apparmor-parser'
import { crictl } from './crictl/crictl'
import { gracefulShutdown } from './graceful-shutdown'
import { iptables, iptablesSave } from './iptables'
import { sleep } from './os/calls'
import type { Proc, Program } from './os/syscalls'
import { dmesg } from './services/dmesg'
import { journalctl } from './services/journalctl'
import { systemctl } from './services/systemctl'

/** The administrator's commands of one host: what looks after its services and looks into its runtime. */
export const hostTools = (host: () => Host): Readonly<Record<string, Program>> => ({
  systemctl: (self) => systemctl(host(), self.argv.slice(1)),
  service: (self) => systemctl(host(), [self.argv[2] ?? '', self.argv[1] ?? '']),
  journalctl: journalctl(host),
  dmesg: dmesg(host),
  crictl: (self) => crictl(host(), self),
  iptables: (self) => iptables(host(), self.argv.slice(1)),
  'iptables-save': (self) => iptablesSave(host(), self.argv.slice(1)),
  apparmor_parser: (self) => apparmorParser(host().files, self.argv.slice(1)),
  poweroff: () => shutDown(host()),
  shutdown: ({ argv }) => shutDown(host(), argv.includes('-r')),
  reboot: () => shutDown(host(), true),
})

const BOOT_MS = 20_000

function* shutDown(host: Host, boots = false): Proc<number> {
  yield* gracefulShutdown(host)
  yield* sleep(200)
  host.logOut()
  host.powerOff()
  if (boots) host.context.engine.after(BOOT_MS, host.powerOn)
  return 0
}
