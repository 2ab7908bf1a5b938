import { humanDuration } from '../../formats/duration'
import type { Host, ServiceName } from '../host'
import { commandOfService } from '../host-processes'
import { nowMs, write } from '../os/calls'
import type { Proc } from '../os/syscalls'
import { journalLine, textOf } from './journal-text'
import { spoken } from './journalctl'

interface Unit {
  readonly name: ServiceName
  readonly description: string
  readonly docs: string
  readonly file: string
}

const units: readonly Unit[] = [
  { name: 'containerd', description: 'containerd container runtime', docs: 'https://containerd.io', file: '/usr/lib/systemd/system/containerd.service' },
  { name: 'kubelet', description: 'kubelet: The Kubernetes Node Agent', docs: 'https://kubernetes.io/docs/', file: '/usr/lib/systemd/system/kubelet.service' },
] // prettier-ignore

/** `systemctl [VERB] [UNIT…]`: what systemd looks after on a host. Ends with 3 for what does not run, 4 and 5 for what is not there. */
export function* systemctl(host: Host, args: readonly string[]): Proc<number> {
  const [verb = 'list-units', ...names] = args.filter((word) => !word.startsWith('-'))
  if (verb === 'daemon-reload' || verb === 'daemon-reexec' || verb === 'reset-failed') return 0
  if (verb === 'list-units' || verb === 'list-unit-files') {
    yield* write(1, verb === 'list-units' ? listUnits(host, args) : listUnitFiles())
    return 0
  }
  if (verb === 'is-system-running') {
    yield* write(1, 'running\n')
    return 0
  }
  if (names.length === 0) {
    yield* write(2, 'Too few arguments.\n')
    return 1
  }
  let code = 0
  for (const name of names.map((given) => given.replace(/\.service$/, ''))) {
    const unit = units.find((each) => each.name === name)
    const ended = unit ? yield* onUnit(host, verb, unit, args) : yield* onUnknown(verb, name)
    code ||= ended
  }
  return code
}

function* onUnknown(verb: string, name: string): Proc<number> {
  if (verb === 'is-active' || verb === 'is-failed') {
    yield* write(1, 'inactive\n')
    return verb === 'is-active' ? 4 : 1
  }
  if (verb === 'status') {
    yield* write(2, `Unit ${name}.service could not be found.\n`)
    return 4
  }
  yield* write(
    2,
    verb === 'cat' ? `No files found for ${name}.service.\n` : verb === 'is-enabled' ? `Failed to get unit file state for ${name}.service: No such file or directory\n` : `Failed to ${verb} ${name}.service: Unit ${name}.service not found.\n`,
  ) // prettier-ignore
  return verb === 'cat' || verb === 'is-enabled' ? 1 : 5
}

function* onUnit(host: Host, verb: string, { name, file }: Unit, args: readonly string[]): Proc<number> {
  const isActive = host.isActive(name)
  switch (verb) {
    case 'stop':
      host.stopService(name)
      return 0
    case 'start':
      host.startService(name)
      return 0
    case 'restart':
    case 'reload':
    case 'try-restart':
    case 'reload-or-restart':
      if (verb === 'try-restart' && !isActive) return 0
      host.stopService(name)
      host.startService(name)
      return 0
    case 'is-active':
      if (!args.includes('-q') && !args.includes('--quiet')) yield* write(1, `${stateOf(host, name)[0]}\n`)
      return isActive ? 0 : 3
    case 'is-failed':
      yield* write(1, `${stateOf(host, name)[0]}\n`)
      return 1
    case 'is-enabled':
      yield* write(1, 'enabled\n')
      return 0
    case 'status':
      yield* write(1, statusText(host, name, yield* nowMs(), args))
      return isActive ? 0 : 3
    case 'cat': {
      const there = [file, `/usr/lib/systemd/system/${name}.service.d/10-kubeadm.conf`].filter(
        (path) => host.files.stat(path)?.type === 'file',
      )
      if (there.length === 0) return yield* onUnknown(verb, name)
      for (const path of there) yield* write(1, `# ${path}\n${host.files.read(path)}\n`)
      return 0
    }
    case 'show':
      yield* write(1, shown(host, name, args))
      return 0
    case 'enable':
    case 'disable':
    case 'mask':
    case 'unmask':
    case 'kill':
      if (verb === 'kill') {
        host.stopService(name)
        host.startService(name)
      } else if (args.includes('--now')) {
        if (verb === 'enable') host.startService(name)
        else if (verb !== 'unmask') host.stopService(name)
      }
      return 0
  }
  yield* write(2, `Unknown command verb '${verb}'.\n`)
  return 1
}

/** As systemd calls it; one that ends again and again is about to be started. */
const stateOf = (host: Host, name: ServiceName) =>
  host.isActive(name) ? ['active', 'running'] : host.isFailing(name) ? ['activating', 'auto-restart'] : ['inactive', 'dead']

function listUnits(host: Host, args: readonly string[]): string {
  const all = args.includes('--all') || args.includes('-a')
  const rows = units.filter(({ name }) => all || host.isActive(name) || host.isFailing(name))
  const line = (unit: string, load: string, active: string, sub: string, description: string) =>
    `  ${unit.padEnd(18)} ${load.padEnd(6)} ${active.padEnd(8)} ${sub.padEnd(7)} ${description}\n`
  const body = rows.map(({ name, description }) => {
    const [active = '', sub = ''] = stateOf(host, name)
    return line(`${name}.service`, 'loaded', active, sub, description)
  })
  if (args.includes('--no-legend')) return body.join('')
  const legend = `\nLOAD   = Reflects whether the unit definition was properly loaded.\nACTIVE = The high-level unit activation state, i.e. generalization of SUB.\nSUB    = The low-level unit activation state, values depend on unit type.\n`
  return `${line('UNIT', 'LOAD', 'ACTIVE', 'SUB', 'DESCRIPTION')}${body.join('')}${legend}${rows.length} loaded units listed.\n`
}

const listUnitFiles = () =>
  `UNIT FILE          STATE   PRESET\n${units.map(({ name }) => `${`${name}.service`.padEnd(18)} enabled enabled\n`).join('')}\n${units.length} unit files listed.\n`

function sinceOf({ journal, bootedMs }: Host, name: ServiceName): number {
  const changed = journal.entries.findLast((entry) => entry.unit === name && /^systemd\[1\]: (Started|Stopped) /.test(textOf(entry)))
  return changed?.timeMs ?? bootedMs
}

function statusText(host: Host, name: ServiceName, now: number, args: readonly string[]): string {
  const { description, docs, file } = units.find((each) => each.name === name)!
  const changed = sinceOf(host, name)
  const since = `since ${spoken(changed)}; ${humanDuration(now - changed)} ago`
  const active = host.isActive(name)
  const [state, sub] = stateOf(host, name)
  const { pid, argv } = commandOfService(name)
  const lines = Number(/^-n(\d+)$|^--lines=(\d+)$/.exec(args.find((word) => /^(-n|--lines=)\d+$/.test(word)) ?? '')?.slice(1).find(Boolean) ?? (args[args.indexOf('-n') + 1 || Infinity] ?? 10)) // prettier-ignore
  const log = host.journal.entries.filter(({ unit }) => unit === name).slice(-lines)
  return [
    `${active ? '●' : '○'} ${name}.service - ${description}`,
    `     Loaded: loaded (${file}; enabled; preset: enabled)`,
    ...(name === 'kubelet' ? ['    Drop-In: /usr/lib/systemd/system/kubelet.service.d', '             └─10-kubeadm.conf'] : []),
    `     Active: ${state} (${sub})${host.isFailing(name) ? ' (Result: exit-code)' : ''} ${since}`,
    `       Docs: ${docs}`,
    ...(active ? [`   Main PID: ${pid} (${name})`, `     CGroup: /system.slice/${name}.service`, `             └─${pid} ${argv}`] : []),
    '',
    ...log.map((entry) => journalLine(host.facts.name, entry)),
    '',
  ].join('\n')
}

function shown(host: Host, name: ServiceName, args: readonly string[]): string {
  const [active = '', sub = ''] = stateOf(host, name)
  const { pid } = commandOfService(name)
  const properties: Readonly<Record<string, string>> = {
    Id: `${name}.service`,
    LoadState: 'loaded',
    ActiveState: active,
    SubState: sub,
    UnitFileState: 'enabled',
    MainPID: host.isActive(name) ? String(pid) : '0',
    Environment: '',
    FragmentPath: units.find((each) => each.name === name)!.file,
  }
  const at = args.findIndex((word) => word === '-p' || word === '--property')
  const asked = (at >= 0 ? args[at + 1] : args.find((word) => word.startsWith('--property='))?.slice(11))?.split(',')
  const names = asked ?? Object.keys(properties)
  return names.map((each) => (args.includes('--value') ? `${properties[each] ?? ''}\n` : `${each}=${properties[each] ?? ''}\n`)).join('')
}
