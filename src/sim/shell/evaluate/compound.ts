import type { Case, CommandNode, CompoundCommand, CompoundList, For, Redirected, Select, Word } from 'unbash'
import { readLine } from '../../node/os/calls'
import type { Proc } from '../../node/os/syscalls'
import { expandArithmetic, expandPattern, expandText, expandWords } from '../expand/words'
import { matchesPattern } from '../pattern'
import { doubleParentheses, refuseArithmeticFor, refuseFunctionWord, refuseToken } from '../dialect'
import { ShellError, lineAt, type Shell } from '../state'
import { lookUp, setText, textOf } from '../variables'
import { evaluateCondition } from './condition'
import { closeAll, complain, fork, printError, reported } from './fork'
import { waitForeground } from './jobs'
import { applyRedirections, endSubstitutions } from './redirect'
import { tick } from './signals'
import { traceSyntax } from './trace'

type Compound = Exclude<CommandNode, { type: 'Command' }>

/** Runs everything that is not a simple command. */
export function* runCompound(shell: Shell, node: Compound): Proc {
  switch (node.type) {
    case 'Redirected':
      return yield* runRedirected(shell, node)
    case 'Function':
      refuseFunctionWord(shell, shell.unit.source.slice(node.pos, node.end))
      if (!/^[^\s$`'"\\=]+$/.test(node.name.text)) throw new ShellError(`\`${node.name.text}': not a valid identifier`)
      shell.functions.set(node.name.text, { name: node.name.text, body: node.body, unit: shell.unit })
      shell.status = 0
      return
    case 'BraceGroup':
      shell.status = 0
      return yield* shell.run(shell, node.body.commands)
    case 'Subshell':
      return yield* runSubshell(shell, node, node.body)
    case 'If':
      return yield* runIf(shell, [node, ...node.elif], node.else)
    case 'While':
      return yield* loop(shell, node.body, function* () {
        yield* test(shell, node.clause)
        return (shell.status === 0) === (node.kind === 'while')
      })
    case 'For':
      return yield* runFor(shell, node)
    case 'ArithmeticFor': {
      refuseArithmeticFor(shell)
      const part = (expression: { pos: number; end: number } | undefined, empty: bigint) =>
        expression ? arithmetic(shell, shell.unit.source.slice(expression.pos, expression.end)) : constant(empty)
      yield* part(node.initialize, 0n)
      let first = true
      return yield* loop(shell, node.body, function* () {
        if (!first) yield* part(node.update, 0n)
        first = false
        return (yield* part(node.test, 1n)) !== 0n
      })
    }
    case 'Select':
      refuseToken(shell, 'do')
      return yield* runSelect(shell, node)
    case 'Case':
      return yield* runCase(shell, node)
    case 'TestCommand':
      shell.line = lineAt(shell.unit, node.pos)
      if (shell.flavour === 'dash') return yield* notFound(shell, '[[')
      shell.status = yield* statusOf(shell, evaluateCondition(shell, node.expression))
      return
    case 'ArithmeticCommand': {
      shell.line = lineAt(shell.unit, node.pos)
      const other = doubleParentheses(shell, node.body)
      if (other?.notFound !== undefined) return yield* notFound(shell, other.notFound)
      if (other) return void (shell.status = other.status)
      shell.status = yield* statusOf(shell, truth(arithmetic(shell, node.body)), '((: ')
      return
    }
    case 'Coproc':
      throw new ShellError('coproc: coprocesses are not supported here')
  }
}

/** A word of Bash's grammar that another shell takes for a command. */
function* notFound(shell: Shell, name: string): Proc {
  yield* complain(shell, `${name}: not found`)
  shell.status = 127
}

function* arithmetic(shell: Shell, expression: string): Proc<bigint> {
  yield* traceSyntax(shell, `(( ${expression.trim()} ))`)
  return yield* expandArithmetic(shell, expression)
}

function* constant(value: bigint): Proc<bigint> {
  return value
}

function* truth(value: Proc<bigint>): Proc<boolean> {
  return (yield* value) !== 0n
}

function* statusOf(shell: Shell, condition: Proc<boolean>, mark = ''): Proc<number> {
  try {
    return (yield* condition) ? 0 : 1
  } catch (error) {
    if (!(error instanceof ShellError) || error.ends === 'shell') throw error
    yield* complain(shell, mark + error.message)
    return error.status
  }
}

function* runRedirected(shell: Shell, node: Redirected): Proc {
  const outer = shell.io
  const before = shell.substitutions.length
  let opened: number[] = []
  try {
    const redirected = yield* applyRedirections(shell, node.redirects)
    shell.io = redirected.io
    opened = redirected.opened
    yield* runCompound(shell, node.command)
  } catch (error) {
    const mild = error instanceof ShellError && error.ends === 'command'
    shell.io = outer
    if (!mild || !(yield* reported(shell, error))) throw error
  } finally {
    shell.io = outer
    yield* closeAll(opened)
    yield* endSubstitutions(shell, before)
  }
}

function* runSubshell(shell: Shell, node: CompoundCommand, body: CompoundList): Proc {
  const pid = yield* fork(shell, (child) => child.run(child, body.commands), {
    io: shell.io,
    group: shell.monitor ? 0 : undefined,
    command: '( )',
    parentheses: true,
  })
  shell.status = yield* waitForeground(shell, [pid], shell.monitor ? pid : undefined, shell.unit.source.slice(node.pos, node.end))
}

/** Runs a list whose status is only looked at. */
function* test(shell: Shell, clause: CompoundList): Proc {
  shell.tested++
  try {
    yield* shell.run(shell, clause.commands)
  } finally {
    shell.tested--
  }
}

function* runIf(
  shell: Shell,
  branches: readonly { clause: CompoundList; then: CompoundList }[],
  otherwise: CompoundList | undefined,
): Proc {
  for (const branch of branches) {
    yield* test(shell, branch.clause)
    if (shell.jump) return
    if (shell.status === 0) return yield* shell.run(shell, branch.then.commands)
  }
  shell.status = 0
  if (otherwise) yield* shell.run(shell, otherwise.commands)
}

/** Runs `body` while `goesOn` says so, honouring break and continue. */
function* loop(shell: Shell, body: CompoundList, goesOn: () => Proc<boolean>): Proc {
  let status = 0
  shell.loops++
  try {
    for (;;) {
      yield* tick(shell)
      const again = !shell.jump && (yield* goesOn())
      if (leaves(shell) || !again) break
      yield* shell.run(shell, body.commands)
      status = shell.status
      if (leaves(shell)) break
    }
  } finally {
    shell.loops--
  }
  if (!shell.jump) shell.status = status
}

/** Whether a jump leads out of the innermost loop; a `continue` that ends here is taken. */
function leaves(shell: Shell): boolean {
  const { jump } = shell
  if (!jump) return false
  if (jump.to !== 'break' && jump.to !== 'continue') return true
  if (--jump.levels > 0) return true
  shell.jump = undefined
  return jump.to === 'break'
}

function* runFor(shell: Shell, node: For): Proc {
  shell.line = lineAt(shell.unit, node.pos)
  const items = node.wordlist ? yield* expandWords(shell, node.wordlist) : shell.args
  if (!/^[A-Za-z_]\w*$/.test(node.name.text)) throw new ShellError(`\`${node.name.text}': not a valid identifier`)
  let next = 0
  shell.status = 0
  yield* loop(shell, node.body, function* () {
    if (next >= items.length) return false
    yield* traceSyntax(shell, `for ${node.name.text} in ${node.wordlist ? node.wordlist.map(({ text }) => text).join(' ') : '"$@"'}`)
    setText(shell.variables, node.name.text, items[next++]!)
    return true
  })
}

function* runSelect(shell: Shell, node: Select): Proc {
  const items = node.wordlist ? yield* expandWords(shell, node.wordlist as Word[]) : shell.args
  if (items.length === 0) return
  const width = String(items.length).length
  const menu = items.map((item, i) => `${String(i + 1).padStart(width)}) ${item}\n`).join('')
  let show = true
  yield* loop(shell, node.body, function* () {
    for (;;) {
      if (show) yield* printError(shell, menu)
      yield* printError(shell, textOf(lookUp(shell.variables, 'PS3')) ?? '#? ')
      const line = yield* readLine(shell.io.get(0) ?? 0)
      if (line === '') {
        yield* printError(shell, '\n')
        shell.status = 1
        return false
      }
      show = line.trim() === ''
      if (show) continue
      setText(shell.variables, 'REPLY', line.replace(/\n$/, ''))
      setText(shell.variables, node.name.text, items[Number(line.trim()) - 1] ?? '')
      return true
    }
  })
}

function* runCase(shell: Shell, { word, items }: Case): Proc {
  yield* traceSyntax(shell, `case ${word.text} in`)
  const subject = yield* expandText(shell, word)
  shell.status = 0
  let falling = false
  for (const item of items) {
    if (!falling && !(yield* matchesAny(shell, subject, item.pattern))) continue
    yield* shell.run(shell, item.body.commands)
    if (shell.jump || item.terminator === ';;' || item.terminator === undefined) return
    falling = item.terminator === ';&'
  }
}

function* matchesAny(shell: Shell, subject: string, patterns: readonly Word[]): Proc<boolean> {
  for (const word of patterns) if (matchesPattern(subject, yield* expandPattern(shell, word), shell.shopts.has('nocasematch'))) return true
  return false
}
