import { signalNumbers, type Signal } from '../../node/os/syscalls'

/** Names of Linux' signals by number, without SIG; 0 is `EXIT`. */
export const signalNames: readonly string[] =
  'EXIT HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS'.split(
    ' ',
  )

/** The signal that `9`, `KILL`, `SIGKILL` or `kill` means, if programs here can get it. */
export function signalNamed(text: string): Signal | undefined {
  const name = /^\d+$/.test(text) ? signalNames[Number(text)] : text.toUpperCase().replace(/^SIG/, '')
  const signal = `SIG${name}`
  return signal in signalNumbers ? (signal as Signal) : undefined // it is a key of the table
}
