import { timestamp } from '../engine/time'
import { humanDuration } from '../formats/duration'
import { crictl } from './crictl/crictl'
import type { Host, ServiceName } from './host'
import { gracefulShutdown } from './graceful-shutdown'
import { journalLine } from './journal'
import { iptables, iptablesSave } from './iptables'
import { apparmorParser } from './apparmor-parser'
import { nowMs, sleep, write } from './os/calls'
import type { Proc, Program } from './os/syscalls'

const services: Readonly<Record<ServiceName, string>> = {
  kubelet: 'kubelet: The Kubernetes Node Agent',
  containerd: 'containerd container runtime',
}
const isService = (name: string): name is ServiceName => name in services

/** The administrator's commands of one host: what looks after its services and looks into its runtime. */
export const hostTools = (host: () => Host): Readonly<Record<string, Program>> => ({
  systemctl: (self) => systemctl(host(), self.argv.slice(1)),
  service: (self) => systemctl(host(), [self.argv[2] ?? '', self.argv[1] ?? '']),
  journalctl: (self) => journalctl(host(), self.argv.slice(1)),
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

function* systemctl(host: Host, args: readonly string[]): Proc<number> {
  const [verb = 'list-units', ...names] = args.filter((word) => !word.startsWith('-'))
  if (verb === 'daemon-reload') return 0
  if (verb === 'list-units') {
    for (const name of ['containerd', 'kubelet'] as const) {
      const [active, sub] = host.isActive(name) ? ['active', 'running'] : ['inactive', 'dead']
      yield* write(1, `  ${name}.service loaded ${active} ${sub} ${services[name]}\n`)
    }
    return 0
  }
  for (const given of names) {
    const name = given.replace(/\.service$/, '')
    if (!isService(name)) {
      const text =
        verb === 'is-active'
          ? 'inactive\n'
          : verb === 'status'
            ? `Unit ${name}.service could not be found.\n`
            : `Failed to ${verb} ${name}.service: Unit ${name}.service not found.\n`
      yield* write(verb === 'is-active' ? 1 : 2, text)
      return verb === 'is-active' ? 3 : verb === 'status' ? 4 : 5
    }
    if (verb === 'stop') host.stopService(name)
    else if (verb === 'start') host.startService(name)
    else if (verb === 'restart' || verb === 'reload') {
      host.stopService(name)
      host.startService(name)
    } else if (verb === 'is-active') {
      yield* write(1, host.isActive(name) ? 'active\n' : 'inactive\n')
      if (!host.isActive(name)) return 3
    } else if (verb === 'is-enabled') yield* write(1, 'enabled\n')
    else if (verb === 'status') {
      yield* write(1, statusText(host, name, yield* nowMs()))
      if (!host.isActive(name)) return 3
    } else if (verb !== 'enable' && verb !== 'disable') {
      yield* write(2, `Unknown command verb '${verb}'.\n`)
      return 1
    }
  }
  return 0
}

function statusText(host: Host, name: ServiceName, now: number): string {
  const entries = host.journal.entries.filter(({ unit }) => unit === name)
  const changed = [...entries].reverse().find(({ text }) => /^systemd\[1\]: (Started|Stopped) /.test(text))?.timeMs ?? now
  const since = `since ${timestamp(changed).replace('T', ' ').replace('Z', ' UTC')}; ${humanDuration(now - changed)} ago`
  const active = host.isActive(name)
  const log = entries.slice(-10).map((entry) => `${journalLine(host.facts.name, entry)}\n`)
  return `${active ? '●' : '○'} ${name}.service - ${services[name]}\n     Loaded: loaded (/usr/lib/systemd/system/${name}.service; enabled; preset: enabled)\n     Active: ${active ? 'active (running)' : 'inactive (dead)'} ${since}\n${log.length > 0 ? `\n${log.join('')}` : ''}`
}

/** `journalctl [-u UNIT] [-n LINES] [-f] [--no-pager]`. */
function* journalctl(host: Host, args: readonly string[]): Proc<number> {
  const value = (...flags: string[]) => {
    for (const flag of flags) {
      const at = args.indexOf(flag)
      if (at >= 0) return args[at + 1]
      const joined = args.find((word) => word.startsWith(flag) && word !== flag && (!flag.startsWith('--') || word[flag.length] === '='))
      if (joined !== undefined) return joined.slice(flag.length).replace(/^=/, '')
    }
    return undefined
  }
  const unit = value('-u', '--unit')?.replace(/\.service$/, '')
  const follow = args.some((word) => /^-[a-z]*f/.test(word) || word === '--follow')
  const limit = Number(value('-n', '--lines') ?? (follow ? 10 : Infinity))
  const mine = () => host.journal.entries.filter((entry) => unit === undefined || entry.unit === unit)
  const first = mine()
  if (first.length === 0) yield* write(1, '-- No entries --\n')
  for (const entry of first.slice(-limit)) yield* write(1, `${journalLine(host.facts.name, entry)}\n`)
  for (let last = first.at(-1); follow;) {
    yield* sleep(500)
    const now = mine()
    for (const entry of now.slice(last === undefined ? 0 : now.indexOf(last) + 1)) {
      yield* write(1, `${journalLine(host.facts.name, entry)}\n`)
      last = entry
    }
  }
  return 0
}
