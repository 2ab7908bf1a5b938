import type { Run, RunOptions, Session, Terminal, WorkstationFiles } from './cluster'
import type { Host } from './node/host'
import { DEFAULT_PATH } from './node/os/load'
import { createPipe, nullDevice, sinkFile, textFile } from './node/os/pipe'
import { SyscallError, type Signal } from './node/os/syscalls'
import { createTty } from './node/os/tty'
import { bash, SESSION_COMMANDS, SESSION_STATUSES, sessionShell } from './shell/login'

/** The environment of somebody who logs in on a host. */
export const loginEnvironment = (host: Host): Readonly<Record<string, string>> => ({
  HOME: '/root',
  USER: 'root',
  LOGNAME: 'root',
  SHELL: '/bin/bash',
  LANG: 'C.UTF-8',
  PATH: DEFAULT_PATH,
  HOSTNAME: host.facts.name,
})

const HOME = '/root'

/** Signals a process group, which may have ended meanwhile. */
export function signalGroup(host: Host, group: number, signal: Signal) {
  try {
    host.machine.signal(-group, signal)
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
  }
}

/** A terminal with a login shell. */
export function openTerminal(host: Host, size: { columns: number; rows: number }, env: Readonly<Record<string, string>> = {}): Terminal {
  const outputs = new Set<(text: string) => void>()
  const exits: ((code: number) => void)[] = []
  let unseen = ''
  let exitCode: number | undefined
  const output = (text: string) => {
    if (outputs.size === 0) unseen += text
    for (const listener of outputs) listener(text)
  }
  const tty = createTty(size, { output, signal: (group, signal) => signalGroup(host, group, signal) })
  host.machine.start({
    argv: ['-bash'],
    run: bash,
    env: { ...loginEnvironment(host), TERM: 'xterm-256color', ...env },
    cwd: HOME,
    fds: { 0: tty.file, 1: tty.file, 2: tty.file },
    onExit({ code }) {
      exitCode = code
      for (const listener of exits) listener(code)
    },
  })
  return {
    input: tty.input,
    resize: tty.resize,
    onOutput(listener) {
      outputs.add(listener)
      if (unseen !== '') listener(unseen)
      unseen = ''
      return () => outputs.delete(listener)
    },
    onExit(listener) {
      if (exitCode === undefined) exits.push(listener)
      else listener(exitCode)
    },
    close: tty.hangUp,
  }
}

/** Starts a script in a shell of its own. With a name it is a file of the home directory, so that messages name it. */
export function startScript(host: Host, script: string, { name, args = [], onStdout, onStderr, stdin, env }: RunOptions = {}): Run {
  const said = { stdout: '', stderr: '' }
  let result: Run['result']
  const collect = (stream: 'stdout' | 'stderr', listener: ((text: string) => void) | undefined) =>
    sinkFile((text) => {
      said[stream] += text
      listener?.(text)
    })
  const path = name === undefined ? undefined : `${HOME}/${name}`
  if (path !== undefined) host.files.write(path, script, { mode: 0o755 })
  const process = host.machine.start({
    argv: path === undefined ? ['bash', '-c', script] : ['bash', path, ...args],
    run: bash,
    env: { ...loginEnvironment(host), TERM: 'dumb', ...env },
    cwd: HOME,
    fds: { 0: stdin === undefined ? nullDevice() : textFile(stdin), 1: collect('stdout', onStdout), 2: collect('stderr', onStderr) },
    onExit: ({ code }) => void (result = { ...said, code }),
  })
  return {
    interrupt: () => signalGroup(host, process.pid, 'SIGINT'),
    get result() {
      return result
    },
  }
}

/** A long-lived shell without a terminal. */
export function openSession(host: Host): Session {
  const said = { stdout: '', stderr: '' }
  let ended: Parameters<Session['run']>[1] | undefined
  const commands = createPipe()
  commands.writer.refs = 1
  const process = host.machine.start({
    argv: ['bash'],
    run: sessionShell,
    env: { ...loginEnvironment(host), TERM: 'dumb' },
    cwd: HOME,
    fds: {
      0: nullDevice(),
      1: sinkFile((text) => void (said.stdout += text)),
      2: sinkFile((text) => void (said.stderr += text)),
      [SESSION_COMMANDS]: commands.reader,
      [SESSION_STATUSES]: sinkFile((text) => answer(Number(text))),
    },
    onExit: ({ code }) => answer(code),
  })

  function answer(code: number) {
    const listener = ended
    ended = undefined
    listener?.({ ...said, code })
  }

  return {
    run(line, listener) {
      Object.assign(said, { stdout: '', stderr: '' })
      ended = listener
      try {
        commands.writer.write(`${line}\0`)
      } catch (error) {
        if (!(error instanceof SyscallError)) throw error
        said.stderr = 'the shell has ended\n'
        answer(1)
      }
    },
    interrupt: () => signalGroup(host, process.pid, 'SIGINT'),
  }
}

/** Files of a host, for the editor. */
export const filesOf = ({ files }: Host): WorkstationFiles => ({
  read: (path) => (files.stat(path)?.type === 'file' ? files.read(path) : undefined),
  write(path, text) {
    files.makeDirectory(path.slice(0, path.lastIndexOf('/')) || '/', { parents: true })
    files.write(path, text)
  },
  remove: (path) => files.remove(path, { recursive: true }),
  list: (path) => files.list(path).map((name) => ({ name, directory: files.stat(`${path}/${name}`)?.type === 'directory' })),
})
