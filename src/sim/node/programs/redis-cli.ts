import { connect, read, readLine, write } from '../os/calls'
import { describeErrno, SyscallError, type Proc, type Program } from '../os/syscalls'
import { byteLength } from '../os/text'

/** The command-line client: one command given as arguments, or commands from standard input. */
export const redisCli: Program = function* (self) {
  let host = '127.0.0.1'
  let port = 6379
  const words: string[] = []
  for (let i = 1; i < self.argv.length; i++) {
    const word = self.argv[i]!
    if (words.length > 0 || !word.startsWith('-')) words.push(word)
    else if (word === '-h') host = self.argv[++i] ?? host
    else if (word === '-p') port = Number(self.argv[++i])
    else if (['-a', '-n', '-u', '--user', '--pass'].includes(word)) i++
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
  if (words.length > 0) return (yield* ask(fd, words, tty)) ? 0 : 1
  for (;;) {
    if (tty) yield* write(1, `${host}:${port}> `)
    const line = yield* readLine(0)
    if (line === '') return 0
    const typed = [...line.matchAll(/"((?:[^"\\]|\\.)*)"|'([^']*)'|(\S+)/g)].map(
      ([, double, single, bare]) => double ?? single ?? bare ?? '',
    )
    if (typed.length === 0) continue
    if (typed[0] === 'exit' || typed[0] === 'quit') return 0
    yield* ask(fd, typed, tty)
  }
}

function* ask(fd: number, words: readonly string[], tty: boolean): Proc<boolean> {
  yield* write(fd, `*${words.length}\r\n${words.map((word) => `$${byteLength(word)}\r\n${word}\r\n`).join('')}`)
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
      const close = endOfBulk(reply, end, bytes)
      if (close === undefined) return undefined
      const text = reply.slice(end, close)
      return { text: tty ? JSON.stringify(text) : text.replace(/\r\n$/, '\n'), end: close + 2 }
    }
    default: {
      const lines: string[] = []
      let at = end
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

function endOfBulk(reply: string, from: number, bytes: number): number | undefined {
  let at = from + bytes
  while (at > from && byteLength(reply.slice(from, at)) > bytes) at--
  return byteLength(reply.slice(from, at)) === bytes && reply.length >= at + 2 ? at : undefined
}
