import { nowMs, onSignal, processes, random, readFile, readLine, realPath } from '../node/os/calls'
import { SyscallError, type Proc, type Program, type Self } from '../node/os/syscalls'
import { applyOptions } from './builtins/settings'
import { fork, guarded, inheritedFunctions, printError, runToExit } from './evaluate/fork'
import { runStatements } from './evaluate/run'
import { runSource } from './evaluate/source'
import { runInteractive } from './interactive/interactive'
import { BASHRC_NAME } from './interactive/first-prompt'
import { needsMore, parse } from './parse'
import { DEFAULT_PATH, type Flavour, type Shell } from './state'
import { createVariables, declare, setText } from './variables'

/** The shells as programs; `bash` of a login at a terminal is met first by login.ts. */
export const bash: Program = (self) => main(self, 'bash')
export const dash: Program = (self) => main(self, 'dash')
export const busyboxShell: Program = (self) => main(self, 'busybox')

interface Invocation {
  command?: string
  commandName?: string
  script?: string
  args: readonly string[]
  interactive: boolean
  login: boolean
  noProfile: boolean
  noRc: boolean
  shellOptions: string[]
  mistake?: string
}

function readArguments(args: readonly string[]): Invocation {
  const out: Invocation = { args: [], interactive: false, login: false, noProfile: false, noRc: false, shellOptions: [] }
  let wantsCommand = false
  let fromStandardInput = false
  let i = 0
  for (; i < args.length && /^[-+]./.test(args[i]!); i++) {
    const argument = args[i]!
    if (argument === '--') {
      i++
      break
    }
    if (argument === '--login') out.login = true
    else if (argument === '--norc') out.noRc = true
    else if (argument === '--noprofile') out.noProfile = true
    else if (argument === '--posix' || argument === '--noediting') continue
    else if (argument === '--rcfile' || argument === '--init-file') i++
    else if (argument.startsWith('--')) return { ...out, mistake: `${argument}: invalid option` }
    else {
      for (const letter of argument.slice(1)) {
        if (letter === 'c' && argument[0] === '-') wantsCommand = true
        else if (letter === 'i') out.interactive = true
        else if (letter === 'l') out.login = true
        else if (letter === 's') fromStandardInput = true
        else if (letter === 'o' || letter === 'O') {
          out.shellOptions.push(`${argument[0]}${letter}`, args[++i] ?? '')
        } else out.shellOptions.push(`${argument[0]}${letter}`)
      }
    }
  }
  const rest = args.slice(i)
  if (wantsCommand) {
    if (rest.length === 0) return { ...out, mistake: '-c: option requires an argument' }
    return { ...out, command: rest[0], commandName: rest[1], args: rest.slice(2) }
  }
  if (rest.length > 0 && !fromStandardInput) return { ...out, script: rest[0], args: rest.slice(1) }
  return { ...out, args: rest }
}

/** A shell as it is before it has read anything. */
export function* createShell(self: Self, flavour: Flavour): Proc<Shell> {
  const startedMs = yield* nowMs()
  const own = self.argv[0] ?? flavour
  const shell: Shell = {
    self,
    flavour,
    name: own.replace(/^-/, ''),
    script: false,
    interactive: false,
    monitor: false,
    pid: self.pid,
    ownPid: self.pid,
    substitutionDepth: 0,
    variables: createVariables(),
    args: [],
    functions: flavour === 'bash' ? inheritedFunctions(self.env) : new Map(),
    aliases: new Map(),
    options: new Set(['hashall', 'interactive-comments', ...(flavour === 'bash' ? ['braceexpand'] : [])]),
    shopts: new Set(['sourcepath', 'checkwinsize', 'cmdhist', 'interactive_comments', 'promptvars', 'progcomp', 'patsub_replacement']),
    io: new Map([0, 1, 2].map((fd) => [fd, fd])),
    cwd: self.cwd,
    status: 0,
    substitutionStatus: 0,
    pipeStatus: [0],
    lastBackground: undefined,
    jobs: [],
    traps: new Map(),
    inTrap: false,
    jump: undefined,
    loops: 0,
    functionDepth: 0,
    functionNames: [],
    sourceDepth: 0,
    tested: 0,
    unit: parse(''),
    line: 1,
    directories: [],
    history: [],
    hashed: new Map(),
    completions: new Map(),
    getoptsAt: { index: 1, offset: 1 },
    startedMs,
    nowMs: startedMs,
    randomSeed: Math.floor((yield* random()) * 0x1_0000_0000),
    umask: 0o022,
    terminal: undefined,
    substitutions: [],
    givesWay: false,
    run: runStatements,
    fork,
  }
  for (const [name, value] of Object.entries(self.env)) {
    if (/^[A-Za-z_]\w*$/.test(name)) declare(shell.variables, name, { value, exported: true })
  }
  const preset = (name: string, value: string, exported = false) => {
    if (self.env[name] === undefined) declare(shell.variables, name, { value, exported })
  }
  preset('PATH', DEFAULT_PATH)
  preset('IFS', ' \t\n')
  setText(shell.variables, 'IFS', ' \t\n')
  preset('PS4', '+ ')
  preset('PS2', '> ')
  setText(shell.variables, 'OPTIND', '1')
  setText(shell.variables, 'PPID', String((yield* processes()).find((one) => one.pid === self.pid)?.parent ?? 0))
  declare(shell.variables, 'PWD', { value: self.cwd, exported: true })
  if (flavour === 'bash') {
    preset('BASH', '/bin/bash')
    preset('BASH_VERSION', '5.2.37(1)-release')
    declare(shell.variables, 'BASH_VERSINFO', {
      kind: 'list',
      value: new Map(['5', '2', '37', '1', 'release', 'x86_64-pc-linux-gnu'].map((part, i) => [i, part])),
    })
    preset('HOSTNAME', self.hostname)
    preset('HOSTTYPE', 'x86_64')
    preset('OSTYPE', 'linux-gnu')
    preset('MACHTYPE', 'x86_64-pc-linux-gnu')
    declare(shell.variables, 'SHLVL', { value: String(Number(self.env.SHLVL ?? 0) + 1), exported: true })
  }
  return shell
}

function* main(self: Self, flavour: Flavour): Proc<number> {
  const shell = yield* createShell(self, flavour)
  const called = readArguments(self.argv.slice(1))
  const refuse = function* (mistake: string): Proc<number> {
    yield* printError(shell, `${shell.name}: ${mistake}\n`)
    return 2
  }
  if (called.mistake) return yield* refuse(called.mistake)
  for (let i = 0; i < called.shellOptions.length; i++) {
    const option = called.shellOptions[i]!
    if (option[1] === 'O') {
      shell.shopts.add(called.shellOptions[++i]!)
      continue
    }
    const applied = applyOptions(shell, option[1] === 'o' ? [option, called.shellOptions[++i]!] : [option])
    if ('mistake' in applied) return yield* refuse(applied.mistake)
  }
  shell.args = called.args
  const login = called.login || (self.argv[0] ?? '').startsWith('-')
  if (called.command !== undefined) {
    if (called.commandName !== undefined) shell.name = called.commandName
    shell.options.add('command')
    shell.interactive = false
    return yield* runToExit(shell, function* () {
      if (login) yield* profile(shell)
      yield* runSource(shell, called.command!, { firstLine: 1, givesWay: true })
    })
  }
  if (called.script !== undefined) return yield* runScript(shell, called.script)
  shell.options.add('stdin')
  if (called.interactive || (self.isTty(0) && self.isTty(2))) {
    yield* becomeInteractive(shell)
    return yield* runToExit(shell, function* () {
      const profiled = login && !called.noProfile && (yield* profile(shell))
      // A login shell leaves .bashrc to the profile, where there is one.
      if (!profiled && !called.noRc)
        yield* sourceIfThere(shell, flavour === 'bash' ? `${self.env.HOME ?? '/root'}/${BASHRC_NAME}` : (self.env.ENV ?? ''))
      yield* runInteractive(shell)
    })
  }
  return yield* runToExit(shell, () => runStandardInput(shell))
}

/** A login shell at a terminal as `main` makes it, its .bashrc read; somebody may have begun to type to it already. */
export function* loginShell(self: Self): Proc<Shell> {
  const shell = yield* createShell(self, 'bash')
  yield* becomeInteractive(shell)
  yield* sourceIfThere(shell, `${self.env.HOME ?? '/root'}/${BASHRC_NAME}`)
  return shell
}

function* runScript(shell: Shell, path: string): Proc<number> {
  shell.name = path
  shell.script = true
  let text: string
  try {
    text = yield* readFile(path)
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
    const own = shell.self.argv[0] ?? shell.flavour
    if (shell.flavour === 'bash')
      yield* printError(shell, `${own}: ${path}: ${error.code === 'EISDIR' ? 'Is a directory' : error.message}\n`)
    else
      yield* printError(
        shell,
        shell.flavour === 'busybox' ? `${own}: can't open '${path}': ${error.message}\n` : `${own}: 0: cannot open ${path}: No such file\n`,
      )
    return shell.flavour === 'bash' ? (error.code === 'ENOENT' ? 127 : 126) : shell.flavour === 'dash' ? 2 : 127
  }
  if (text.startsWith('\x7fELF')) {
    yield* printError(shell, `${path}: ${path}: cannot execute binary file\n`)
    return 126
  }
  return yield* runToExit(shell, () => runSource(shell, text, { firstLine: 1, label: path }))
}

/** Commands from a pipe: each is run as soon as it is complete, so that programs may read the lines after it. */
function* runStandardInput(shell: Shell): Proc {
  let source = ''
  let firstLine = 1
  for (;;) {
    const line = yield* readLine(0)
    source += line
    if (line !== '' && source.trim() !== '' && needsMore(source.replace(/\n$/, ''))) continue
    if (source.trim() !== '') {
      const text = source
      yield* guarded(shell, () => runSource(shell, text, { firstLine }))
      if (shell.jump?.to === 'line') shell.jump = undefined
      if (shell.jump) return
    }
    if (line === '') return
    firstLine += source.split('\n').length - 1
    source = ''
  }
}

function* becomeInteractive(shell: Shell): Proc {
  const { self } = shell
  shell.interactive = true
  shell.shopts.add('expand_aliases')
  const fd = [0, 2, 1].find((one) => self.isTty(one))
  const group = (yield* processes()).find((one) => one.pid === self.pid)?.group
  if (fd !== undefined && group !== undefined) {
    shell.terminal = { fd, group }
    shell.monitor = true
    shell.options.add('monitor')
  }
  // Caught and dropped: an interactive shell outlives them, and its children get them undimmed.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGQUIT', 'SIGTSTP'] as const) yield* onSignal(signal, 'catch')
}

/** Reads what a login shell reads; true when the person has a profile of their own. */
function* profile(shell: Shell): Proc<boolean> {
  yield* sourceIfThere(shell, '/etc/profile')
  const home = shell.self.env.HOME ?? '/root'
  for (const name of ['.bash_profile', '.bash_login', '.profile']) if (yield* sourceIfThere(shell, `${home}/${name}`)) return true
  return false
}

function* sourceIfThere(shell: Shell, path: string): Proc<boolean> {
  if (path === '') return false
  let text: string
  try {
    text = yield* readFile(yield* realPath(path))
  } catch (error) {
    if (error instanceof SyscallError) return false
    throw error
  }
  yield* guarded(shell, () => runSource(shell, text, { firstLine: 1, label: path }))
  if (shell.jump?.to === 'return' || shell.jump?.to === 'prompt') shell.jump = undefined
  return true
}
