import { lateCode } from '../engine/late-code'
import { hostWork, onSignal } from '../node/os/calls'
import type { Proc, Program, Self } from '../node/os/syscalls'
import { BASHRC_NAME, contextAndNamespace, loadHistory, SHIPPED_BASHRC, textOf } from './interactive/first-prompt'
import { editLine, type Completion, type Entered } from './interactive/line-editor'
import type { Shell } from './state'

/** The shell proper: parser, expansion, builtins. The page loads it while the first command is being typed. */
export interface ShellCode {
  readonly bash: Program
  readonly session: Program
  /** The shell of a login at a terminal, its .bashrc read. */
  readonly loginShell: (self: Self) => Proc<Shell>
  readonly completeLine: (shell: Shell, line: string, cursor: number) => Proc<Completion>
  /** Goes on from what was entered at the first prompt until the shell ends. */
  readonly run: (shell: Shell, entered: Entered) => Proc<number>
}

export const lateShell = lateCode<ShellCode>('the shell')

/**
 * bash. At the terminal of a fresh login it shows the prompt and lets a person type before the shell proper is needed: that is for Enter and Tab.
 * Whatever could make the prompt look otherwise (a .bashrc of one's own, a profile) waits for the shell.
 */
export const bash: Program = function* (self) {
  if (!(yield* isPlainLogin(self))) {
    yield* hostWork(lateShell.coming)
    return yield* lateShell.code.bash(self)
  }
  // As an interactive shell does: it outlives them.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGQUIT', 'SIGTSTP'] as const) yield* onSignal(signal, 'catch')
  let made: Shell | undefined
  const shell = function* (): Proc<Shell> {
    yield* hostWork(lateShell.coming)
    return (made ??= yield* lateShell.code.loginShell(self))
  }
  const home = self.env.HOME!
  const entered = yield* editLine({
    fd: 0,
    out: 2,
    prompt: `${self.user}@${self.hostname.split('.')[0]}:~${yield* contextAndNamespace(self.env)}${self.uid === 0 ? '#' : '$'} `,
    history: yield* loadHistory(`${home}/.bash_history`),
    killed: { text: '' },
    complete: function* (line, cursor) {
      return yield* lateShell.code.completeLine(yield* shell(), line, cursor)
    },
  })
  return yield* lateShell.code.run(yield* shell(), entered)
}

/** Descriptor from which a session's commands come, each ended by a NUL, and the one to which its exit statuses go, a line each. */
export const SESSION_COMMANDS = 3
export const SESSION_STATUSES = 4

/** The shell of a session (session.ts). */
export const sessionShell: Program = function* (self) {
  yield* hostWork(lateShell.coming)
  return yield* lateShell.code.session(self)
}

/** Whether the first prompt is sure to be the one of the .bashrc that hosts come with. */
function* isPlainLogin(self: Self): Proc<boolean> {
  const home = self.env.HOME
  const terminal = self.argv.length === 1 && self.argv[0] === '-bash' && self.isTty(0) && self.isTty(2)
  if (!terminal || !home || self.cwd !== home || (yield* textOf(`${home}/${BASHRC_NAME}`)) !== SHIPPED_BASHRC) return false
  for (const profile of ['/etc/profile', `${home}/.bash_profile`, `${home}/.bash_login`, `${home}/.profile`])
    if ((yield* textOf(profile)) !== undefined) return false
  return true
}
