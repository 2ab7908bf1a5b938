import { connect, read, readLine, write } from '../../os/calls'
import { describeErrno, SyscallError, type Proc, type Program } from '../../os/syscalls'
import { encodeCommand, parseBulk, wordsOf } from './protocol'

/** The command-line client: one command given as arguments, or commands from standard input. */
export const redisCli: Program = function* (self) {
  let host = '127.0.0.1'
  let port = 6379
  let password = self.env.REDISCLI_AUTH
  const words: string[] = []
  for (let i = 1; i < self.argv.length; i++) {
    const word = self.argv[i]!
    if (words.length > 0 || !word.startsWith('-')) words.push(word)
    else if (word === '-h') host = self.argv[++i] ?? host
    else if (word === '-p') port = Number(self.argv[++i])
    else if (word === '-a' || word === '--pass') password = self.argv[++i] ?? ''
    else if (['-n', '-u', '--user'].includes(word)) i++
  }
  const tty = self.isTty(1)
  let fd: number
  try {
    fd = yield* connect(host, port)
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
    yield* write(
      2,
      `Could not connect to Redis at ${host}:${port}: ${error.code === 'ENOTFOUND' ? 'Name or service not known' : describeErrno(error.code)}\n`,
    )
    return 1
  }
  if (password !== undefined) yield* sendPassword(fd, password)
  if (words.length > 0) return (yield* ask(fd, words, tty)) ? 0 : 1
  for (;;) {
    if (tty) yield* write(1, `${host}:${port}> `)
    const line = yield* readLine(0)
    if (line === '') return 0
    const typed = wordsOf(line)
    if (typed.length === 0) continue
    if (typed[0] === 'exit' || typed[0] === 'quit') return 0
    yield* ask(fd, typed, tty)
  }
}

function* sendPassword(fd: number, password: string): Proc {
  yield* write(fd, encodeCommand(['AUTH', password]))
  const answer = yield* readLine(fd)
  if (answer.startsWith('-')) yield* write(2, `AUTH failed: ${answer.slice(1).trim()}\n`)
}

function* ask(fd: number, words: readonly string[], tty: boolean): Proc<boolean> {
  yield* write(fd, encodeCommand(words))
  let answer = ''
  for (;;) {
    const chunk = yield* read(fd)
    if (chunk === '') break
    answer += chunk
    const parsed = printed(answer, 0, tty)
    if (!parsed) continue
    yield* write(1, `${parsed.text}\n`)
    return !answer.startsWith('-')
  }
  yield* write(2, 'Error: Server closed the connection\n')
  return false
}

/** A reply as redis-cli prints it: bare in a pipe, with types on a terminal. Undefined while it is incomplete. */
function printed(reply: string, from: number, tty: boolean): { readonly text: string; readonly end: number } | undefined {
  const newline = reply.indexOf('\r\n', from)
  if (newline < 0) return undefined
  const first = reply.slice(from + 1, newline)
  const end = newline + 2
  switch (reply[from]) {
    case '+':
      return { text: first, end }
    case '-':
      return { text: tty ? `(error) ${first}` : first, end }
    case ':':
      return { text: tty ? `(integer) ${first}` : first, end }
    case '$': {
      const bytes = Number(first)
      if (bytes < 0) return { text: tty ? '(nil)' : '', end }
      const found = parseBulk(reply, from)
      return found && { text: tty ? JSON.stringify(found.text) : found.text.replace(/\r\n$/, '\n'), end: found.end }
    }
    default: {
      const lines: string[] = []
      let at = end
      if (first === '-1') return { text: tty ? '(nil)' : '', end }
      for (let i = 0; i < Number(first); i++) {
        const item = printed(reply, at, tty)
        if (!item) return undefined
        lines.push(tty ? `${i + 1}) ${item.text}` : item.text)
        at = item.end
      }
      return { text: lines.length > 0 || !tty ? lines.join('\n') : '(empty array)', end: at }
    }
  }
}
