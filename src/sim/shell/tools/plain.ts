import { write } from '../../node/os/calls'
import type { Program } from '../../node/os/syscalls'
import { bash, busyboxShell } from '../shell'
import { formatPrintf, unescape } from './format'
import { tool, type Tool } from './tool'

/** Programs that are builtins of every shell too: for `kubectl exec pod -- echo hi`, `env`, `xargs`. */

export const echo = tool(function* (_context, args) {
  let i = 0
  let newline = true
  let escapes = false
  for (; i < args.length && /^-[neE]+$/.test(args[i]!); i++) {
    if (args[i]!.includes('n')) newline = false
    if (args[i]!.includes('e')) escapes = true
  }
  const text = args.slice(i).join(' ')
  const plain = escapes ? unescape(text, true) : { text, stopped: false }
  yield* write(1, plain.text + (newline && !plain.stopped ? '\n' : ''))
  return 0
})

export const printf = tool(function* (context, args) {
  if (args.length === 0) {
    yield* write(2, `${context.name}: missing operand\nTry '${context.name} --help' for more information.\n`)
    return 1
  }
  const { text, problems } = formatPrintf(args[0]!, args.slice(1))
  yield* write(1, text)
  for (const problem of problems) yield* write(2, `${context.name}: ${problem}\n`)
  return problems.length > 0 ? 1 : 0
})

export const pwd = tool(function* ({ self }) {
  yield* write(1, `${self.cwd}\n`)
  return 0
})

export const trueTool = tool(function* () {
  return 0
})

export const falseTool = tool(function* () {
  return 1
})

/** `test` and `[` as programs: the shell's own, run once. */
export const test: Tool = (make) => {
  const program: Program = (self) =>
    (make === 'busybox' ? busyboxShell : bash)({
      ...self,
      argv: [self.argv[0]!, '-c', '"$0" "$@"', (self.argv[0] ?? 'test').replace(/^.*\//, ''), ...self.argv.slice(1)],
    })
  return program
}
