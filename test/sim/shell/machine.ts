import { createEngine } from '../../../src/sim/engine/engine'
import { directory, file, programFile, treeOf, type FileNode } from '../../../src/sim/node/os/file-nodes'
import { createFileSystem } from '../../../src/sim/node/os/file-system'
import { createVolume } from '../../../src/sim/node/os/volume'
import { createMachine, type Machine } from '../../../src/sim/node/os/machine'
import type { Network, NetworkNamespace } from '../../../src/sim/node/os/network'
import { sinkFile, textFile } from '../../../src/sim/node/os/pipe'
import { SmallMap } from '../../../src/sim/node/os/small-map'
import type { Program } from '../../../src/sim/node/os/syscalls'
import { createTty } from '../../../src/sim/node/os/tty'
import { busyboxTools, tools } from '../../../src/sim/shell/tools/all'

export interface BootOptions {
  readonly files?: Readonly<Record<string, string>>
  readonly make?: 'gnu' | 'busybox'
  readonly programs?: Readonly<Record<string, Program>>
  readonly network?: Partial<Network>
}

/** A machine with the shell and its tools on it. */
export function boot(options: BootOptions = {}) {
  const engine = createEngine({ seed: 1, startMs: Date.UTC(2026, 0, 2, 3, 4, 5) })
  const place: NetworkNamespace = {
    name: 'test',
    interfaces: [{ interface: 'eth0', address: '10.0.0.2' }],
    listeners: new SmallMap(),
    readFile: () => undefined,
  }
  const network: Network = {
    resolve: () => ({ delayMs: 1, answer: [] }),
    connect: (_from, _host, port) => {
      const listener = place.listeners.get(`tcp:${port}`)
      return { delayMs: 1, answer: listener ? { listener, peer: '10.0.0.2', local: '10.0.0.2' } : { error: 'ECONNREFUSED' } }
    },
    api: () => ({ delayMs: 1, answer: { error: 'ECONNREFUSED' } }),
    ...options.network,
  }
  const programs: Record<string, Program> = { ...(options.make === 'busybox' ? busyboxTools : tools), ...options.programs }
  const nodes: Record<string, FileNode> = {
    '/tmp': directory(),
    '/root': directory(),
    '/work': directory(),
    '/etc/passwd': file('root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534:nobody:/:/usr/sbin/nologin\n'),
  }
  for (const name of Object.keys(programs)) nodes[`/bin/${name}`] = programFile(name)
  for (const [path, text] of Object.entries(options.files ?? {})) nodes[path] = file(text, text.startsWith('#!') ? 0o755 : 0o644)
  const files = createFileSystem({ root: createVolume(treeOf(nodes)), now: () => engine.nowMs })
  const machine = createMachine({
    engine,
    network,
    place,
    hostname: 'host',
    files,
    programs: (name) => programs[name],
    init: false,
    background: false,
  })
  return { engine, machine, files }
}

export interface Outcome {
  readonly stdout: string
  readonly stderr: string
  readonly code: number
}

const env = { PATH: '/bin', HOME: '/root', LANG: 'C.UTF-8' }

/** Runs a command line in bash (or what `shell` names) to its end. */
export function run(
  script: string,
  options: BootOptions & {
    stdin?: string
    shell?: string
    argv?: readonly string[]
    limitMs?: number
    env?: Readonly<Record<string, string>>
  } = {},
): Outcome {
  const { engine, machine } = boot(options)
  return runOn(machine, engine, options.argv ?? [options.shell ?? (options.make === 'busybox' ? 'sh' : 'bash'), '-c', script], options)
}

export function runOn(
  machine: Machine,
  engine: ReturnType<typeof createEngine>,
  argv: readonly string[],
  options: { stdin?: string; limitMs?: number; env?: Readonly<Record<string, string>> } = {},
): Outcome {
  let stdout = ''
  let stderr = ''
  let code: number | undefined
  machine.start({
    argv,
    env: { ...env, ...options.env },
    cwd: '/work',
    fds: { 0: textFile(options.stdin ?? ''), 1: sinkFile((text) => (stdout += text)), 2: sinkFile((text) => (stderr += text)) },
    onExit: (result) => (code = result.code),
  })
  const until = engine.nowMs + (options.limitMs ?? 600_000)
  while (code === undefined && (engine.nextDueMs() ?? Infinity) <= until) engine.step()
  if (code === undefined)
    throw new Error(`still running after ${options.limitMs ?? 600_000} virtual ms; printed ${JSON.stringify(stdout + stderr)}`)
  return { stdout, stderr, code }
}

/** A terminal with an interactive shell on it. `type` sends keys and lets everything happen that follows at once. */
export function terminal(
  options: BootOptions & { columns?: number; argv?: readonly string[]; env?: Readonly<Record<string, string>> } = {},
) {
  const { engine, machine, files } = boot(options)
  let screen = ''
  let code: number | undefined
  const tty = createTty(
    { columns: options.columns ?? 80, rows: 24 },
    { output: (text) => (screen += text), signal: (group, signal) => machine.signal(-group, signal) },
  )
  machine.start({
    argv: options.argv ?? ['bash'],
    env: { ...env, TERM: 'xterm-256color', ...options.env },
    cwd: '/root',
    fds: { 0: tty.file, 1: tty.file, 2: tty.file },
    onExit: (result) => (code = result.code),
  })
  const advance = (ms: number) => engine.advanceTo(engine.nowMs + ms)
  advance(100)
  return {
    engine,
    machine,
    files,
    tty,
    advance,
    type(keys: string, ms = 200) {
      tty.input(keys)
      advance(ms)
    },
    get screen() {
      return screen
    },
    /** What has been printed since the last asking, without escape sequences. */
    take() {
      const text = screen
        .replace(/\x1b\[[0-9;?]*[A-Za-z]/g, '')
        .replace(/\r\n/g, '\n')
        .replace(/\r/g, '')
      screen = ''
      return text
    },
    get code() {
      return code
    },
  }
}
