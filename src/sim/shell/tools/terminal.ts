import { mounts, readFile, setTerminalMode, stat, terminalSize, write } from '../../node/os/calls'
import { type Proc } from '../../node/os/syscalls'
import { tool, ToolError } from './tool'

/** Tools on the terminal and the machine's mounts: clear, tput, stty, tty, mount, sync. */

export const clear = tool(function* () {
  yield* write(1, '\x1b[H\x1b[2J\x1b[3J')
  return 0
})

export const tput = tool(function* (_context, args) {
  const size = yield* terminalSize(1)
  const codes: Readonly<Record<string, string>> = {
    clear: '\x1b[H\x1b[2J\x1b[3J',
    bold: '\x1b[1m',
    sgr0: '\x1b[m',
    rev: '\x1b[7m',
    smul: '\x1b[4m',
    rmul: '\x1b[24m',
    cols: `${size?.columns ?? 80}\n`,
    lines: `${size?.rows ?? 24}\n`,
    colors: '256\n',
    civis: '\x1b[?25l',
    cnorm: '\x1b[?25h',
    setaf: `\x1b[3${args[1] ?? 0}m`,
    setab: `\x1b[4${args[1] ?? 0}m`,
    el: '\x1b[K',
    home: '\x1b[H',
  }
  yield* write(1, codes[args[0] ?? ''] ?? '')
  return 0
})

export const stty = tool(function* (_context, args) {
  const size = yield* terminalSize(0)
  if (!size) throw new ToolError("'standard input': Inappropriate ioctl for device")
  if (args[0] === 'size') yield* write(1, `${size.rows} ${size.columns}\n`)
  else if (args.length === 0) yield* write(1, `speed 38400 baud; line = 0;\n-brkint -imaxbel\n`)
  else if (args[0] === '-a') yield* write(1, `speed 38400 baud; rows ${size.rows}; columns ${size.columns}; line = 0;\n`)
  else
    for (const argument of args) {
      if (argument === 'echo') yield* setTerminalMode(0, { echo: true })
      if (argument === '-echo') yield* setTerminalMode(0, { echo: false })
      if (argument === 'raw' || argument === '-icanon' || argument === 'cbreak') yield* setTerminalMode(0, { raw: true })
      if (argument === 'sane' || argument === 'icanon' || argument === '-raw' || argument === 'cooked')
        yield* setTerminalMode(0, { raw: false, echo: true })
    }
  return 0
})

export const tty = tool(function* (context) {
  const on = context.self.isTty(0)
  yield* write(1, on ? '/dev/pts/0\n' : 'not a tty\n')
  return on ? 0 : 1
})

/** Bit of the capability that mounting takes. */
const SYS_ADMIN = 21n

/** `mount` lists what is mounted. Mounting something takes a right that containers do not have; with it, it is not simulated, and says so. */
export const mount = tool(function* ({ busybox, name }, args) {
  const target = args.filter((word, i) => !word.startsWith('-') && !/^-[to]$/.test(args[i - 1] ?? '')).at(-1)
  if (target !== undefined) {
    const rights = (yield* stat('/proc/self/status')) ? yield* readFile('/proc/self/status') : ''
    const may = (BigInt(`0x${/^CapEff:\t(\w+)$/m.exec(rights)?.[1] ?? '0'}`) >> SYS_ADMIN) & 1n
    if (!may && rights !== '')
      throw new ToolError(busybox ? 'permission denied (are you root?)' : `${target}: permission denied.`, busybox ? 1 : 32)
    yield* write(2, `${name}: ${target}: mounting is not part of the simulation\n`)
    return 32
  }
  for (const one of yield* mounts()) yield* write(1, `${one.source} on ${one.path} type ${one.type} (${one.options})\n`)
  return 0
})

export const sync = tool(function* (): Proc<number> {
  return 0
})
