import { read, readFile, setTerminalMode, write, writeFile } from '../../node/os/calls'
import { SyscallError, type Proc } from '../../node/os/syscalls'
import { editor as vi } from './editor'
import { ToolError, type Tool } from './tool'

/**
 * `editor FILE`, Debian's name for whatever edits files. In a terminal of the page that is the page's editor: the program asks for it with an
 * escape sequence of the page's own, and the page answers as a terminal answers, through the keyboard. Anywhere else it is vi.
 *
 *   program → page   ESC ] 5379 ; edit ; PATH BEL      … later   ESC ] 5379 ; edited BEL
 *   page → program   ESC ] 5379 ; saved BEL            or        ESC ] 5379 ; cancelled BEL
 */
export const editorPanel: Tool = (make) =>
  function* (self) {
    const given = self.argv.slice(1).find((argument) => !argument.startsWith('-'))
    if (self.env.TERM_PROGRAM !== PAGE || !self.isTty(0) || given === undefined) return yield* vi(make)(self)
    const path = given.startsWith('/') ? given : `${self.cwd === '/' ? '' : self.cwd}/${given}`
    const before = yield* textIn(path)
    yield* setTerminalMode(0, { raw: true, echo: false })
    try {
      yield* write(2, `${HINT}\x1b]${CODE};edit;${path}\x07`)
      const answer = yield* reply()
      if (answer === 'saved') return 0
      // Whatever was written meanwhile is taken back.
      if (before !== undefined) yield* writeFile(path, before)
      return answer === 'cancelled' ? 0 : 130
    } finally {
      yield* write(2, `\x1b]${CODE};edited\x07\r\x1b[K`)
      yield* setTerminalMode(0, { raw: false, echo: true })
    }
  }

/** What the page calls itself in TERM_PROGRAM. */
export const PAGE = 'tabernetes'
export const CODE = 5379
const HINT = 'The file is open in the editor. Save or cancel there (or Ctrl-C here). '

function* textIn(path: string): Proc<string | undefined> {
  try {
    return yield* readFile(path)
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
    if (error.code === 'ENOENT') return undefined
    throw new ToolError(`${path}: ${error.message}`)
  }
}

/** Reads the page's answer; '' for Ctrl-C or a terminal that was closed. Other keys are not for us. */
function* reply(): Proc<string> {
  let typed = ''
  for (;;) {
    const more = yield* read(0)
    typed += more
    const answer = new RegExp(`\\x1b\\]${CODE};(\\w+)\\x07`).exec(typed)?.[1]
    if (answer) return answer
    if (more === '' || typed.includes('\x03')) return ''
  }
}
