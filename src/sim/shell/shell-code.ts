import { runToExit } from './evaluate/fork'
import { completeLine } from './interactive/completion'
import { runInteractive } from './interactive/interactive'
import type { ShellCode } from './login'
import { sessionShell } from './session'
import { bash, loginShell } from './shell'

/** The shell proper, for login.ts: loaded by the page after the first prompt, there from the start elsewhere. */
export const shellCode: ShellCode = {
  bash,
  session: sessionShell,
  loginShell,
  completeLine,
  run: (shell, entered) => runToExit(shell, () => runInteractive(shell, entered)),
}
