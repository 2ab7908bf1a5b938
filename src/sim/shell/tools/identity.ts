import { addresses, nowMs, processes, readFile, resolve, stat, write } from '../../node/os/calls'
import type { Proc, Self } from '../../node/os/syscalls'
import { formatTime } from './format'
import { tool } from './tool'

/** Tools that say who and where one is: whoami, id, hostname, uname, uptime, nproc. */

export const whoami = tool(function* ({ self }) {
  yield* write(1, `${self.user}\n`)
  return 0
})

export const id = tool(function* ({ self }, args) {
  const groupNames = yield* namesIn('/etc/group')
  const groups = yield* groupsOf(self)
  const named = (id: number, names: ReadonlyMap<string, string>) => {
    const name = names.get(String(id))
    return name === undefined ? `${id}` : `${id}(${name})`
  }
  const letters = args.filter((argument) => /^-[a-zA-Z]/.test(argument)).join('')
  const one = (id: number) => (letters.includes('n') ? (groupNames.get(String(id)) ?? id) : id)
  const user = /^\d+$/.test(self.user) ? `${self.uid}` : `${self.uid}(${self.user})`
  const text = letters.includes('u')
    ? letters.includes('n')
      ? self.user
      : self.uid
    : letters.includes('g')
      ? one(self.gid)
      : letters.includes('G')
        ? groups.map(one).join(' ')
        : `uid=${user} gid=${named(self.gid, groupNames)} groups=${groups.map((group) => named(group, groupNames)).join(',')}`
  yield* write(1, `${text}\n`)
  return 0
})

/** The names of this process' groups; a number where there is no name. */
export const groups = tool(function* ({ self }) {
  const names = yield* namesIn('/etc/group')
  yield* write(1, `${(yield* groupsOf(self)).map((group) => names.get(String(group)) ?? group).join(' ')}\n`)
  return 0
})

/** Names of /etc/passwd or /etc/group by their numbers. */
function* namesIn(path: string): Proc<ReadonlyMap<string, string>> {
  if ((yield* stat(path))?.type !== 'file') return new Map()
  const lines = (yield* readFile(path)).split('\n').map((line) => line.split(':'))
  return new Map(lines.flatMap(([name = '', , number]) => (number === undefined ? [] : [[number, name] as const])))
}

/** All groups of this process in ascending order, as the kernel tells in /proc; its own one where there is no /proc. */
function* groupsOf(self: Self): Proc<readonly number[]> {
  if ((yield* stat('/proc/self/status'))?.type !== 'file') return [self.gid]
  const groups = /^Groups:\s*(.*?)\s*$/m.exec(yield* readFile('/proc/self/status'))?.[1] ?? ''
  const numbers = [self.gid, ...groups.split(/\s+/).filter(Boolean).map(Number)]
  return [...new Set(numbers)].sort((a, b) => a - b)
}

export const hostname = tool(function* (context, args) {
  if (args.includes('-i') || args.includes('-I')) {
    const found = (yield* addresses()).filter((one) => one.interface !== 'lo')
    yield* write(1, `${found.map((one) => one.address).join(' ')}${args.includes('-I') ? ' ' : ''}\n`)
  } else if (args.includes('-f') || args.includes('--fqdn')) {
    const hosts = (yield* stat('/etc/hosts'))?.type === 'file' ? yield* readFile('/etc/hosts') : ''
    const line = hosts.split('\n').map((text) => text.trim().split(/\s+/)).find((names) => names.includes(context.self.hostname)) // prettier-ignore
    yield* write(1, `${line?.[1] ?? context.self.hostname}\n`)
  } else yield* write(1, `${args.includes('-s') ? context.self.hostname.split('.')[0] : context.self.hostname}\n`)
  return 0
})

export const uname = tool(function* (context, args) {
  const parts: readonly (readonly [string, string])[] = [
    ['s', 'Linux'],
    ['n', context.self.hostname],
    ['r', '6.8.0-51-generic'],
    ['v', '#52-Ubuntu SMP PREEMPT_DYNAMIC'],
    ['m', 'x86_64'],
    ...(context.busybox ? [] : ([['o', 'GNU/Linux']] as const)),
  ]
  const letters = args.flatMap((argument) => (argument === '--all' ? ['a'] : [...argument.replace(/^-+/, '')]))
  const wanted =
    letters.length === 0
      ? ['s']
      : letters.includes('a')
        ? parts.map(([letter]) => letter)
        : letters.map((letter) => (letter === 'p' || letter === 'i' ? 'm' : letter))
  yield* write(
    1,
    `${parts
      .filter(([letter]) => wanted.includes(letter))
      .map(([, text]) => text)
      .join(' ')}\n`,
  )
  return 0
})

export const uptime = tool(function* () {
  const now = yield* nowMs()
  const started = Math.min(now, ...(yield* processes()).map((one) => one.startedMs))
  const minutes = Math.floor((now - started) / 60_000)
  const days = Math.floor(minutes / 1440)
  const up = `${days > 0 ? `${days} day${days === 1 ? '' : 's'}, ` : ''}${minutes % 1440 >= 60 ? `${String(Math.floor((minutes % 1440) / 60)).padStart(2)}:${String(minutes % 60).padStart(2, '0')}` : `${minutes % 60} min`}`
  yield* write(1, ` ${formatTime('%H:%M:%S', now)} up ${up},  1 user,  load average: 0.12, 0.10, 0.09\n`)
  return 0
})

export const nproc = tool(function* () {
  yield* write(1, '2\n')
  return 0
})

export const which = tool(function* (context, args) {
  let status = 0
  for (const name of args.filter((argument) => !argument.startsWith('-'))) {
    const candidates = name.includes('/') ? [name] : (context.env.PATH ?? '').split(':').map((directory) => `${directory || '.'}/${name}`)
    let found = false
    for (const path of candidates) {
      const info = yield* stat(path)
      if (info?.type !== 'file' || (info.mode & 0o111) === 0) continue
      found = true
      yield* write(1, `${path}\n`)
      if (!args.includes('-a')) break
    }
    if (!found) status = 1
  }
  return status
})

export const getent = tool(function* (_context, args) {
  const [database, key] = args
  if (database === 'hosts' && key) {
    const found = yield* resolve(key)
    for (const one of found) yield* write(1, `${one.value.padEnd(15)} ${one.name}\n`)
    return found.length > 0 ? 0 : 2
  }
  const lines = (yield* readFile(`/etc/${database ?? 'passwd'}`))
    .split('\n')
    .filter((line) => line && (!key || line.split(':')[0] === key || line.split(':')[2] === key))
  for (const line of lines) yield* write(1, `${line}\n`)
  return lines.length > 0 ? 0 : 2
})
