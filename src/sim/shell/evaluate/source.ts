import type { Statement } from 'unbash'
import type { Proc } from '../../node/os/syscalls'
import { parse, syntaxProblem } from '../parse'
import { lineAt, messagePrefix, type Shell, type Unit } from '../state'
import { guarded, printError } from './fork'

/** Parses and runs source text in this shell. A syntax error ends it with status 2, after everything on the lines before it has run. With `givesWay` the last program takes the shell's place. */
export function* runSource(shell: Shell, text: string, options: { firstLine: number; label?: string; givesWay?: boolean }): Proc {
  const unit = parse(text, options.firstLine)
  const problem = syntaxProblem(unit)
  const outer = shell.unit
  shell.unit = unit
  try {
    if (!problem || problem.message === '') return yield* runLines(shell, unit, options.givesWay)
    // Bash reads a script a complete command at a time: what precedes the mistake has been done by the time it is seen.
    const broken = problem.incomplete ? problem.pos : unit.source.lastIndexOf('\n', problem.pos) + 1
    const sound = unit.script.commands.filter(
      (statement) => statement.end <= broken && !(problem.incomplete && statement === unit.script.commands.at(-1)),
    )
    yield* runLines(shell, unit, false, sound)
    if (shell.jump) return
    yield* printError(shell, syntaxMessage(shell, unit, problem, options.label))
    shell.status = 2
    if (!shell.interactive && options.label !== undefined && shell.flavour !== 'bash') shell.jump = { to: 'exit', code: 2 }
  } finally {
    shell.unit = outer
  }
}

/** Runs statements; a mistake in an expansion skips what is left of its line. */
function* runLines(shell: Shell, unit: Unit, givesWay = false, statements: readonly Statement[] = unit.script.commands): Proc {
  let skipped = 0
  for (const statement of statements) {
    if (lineAt(unit, statement.pos) <= skipped) continue
    shell.givesWay = givesWay && statement === statements.at(-1) && !statement.background
    yield* guarded(shell, () => shell.run(shell, [statement]))
    if (shell.jump?.to === 'line') {
      shell.jump = undefined
      skipped = lineAt(unit, statement.end)
    }
    if (shell.jump) return
  }
}

function syntaxMessage(
  shell: Shell,
  unit: Unit,
  problem: NonNullable<ReturnType<typeof syntaxProblem>>,
  label: string | undefined,
): string {
  const line = lineAt(unit, problem.pos)
  const lastLine = lineAt(unit, unit.source.length) + (unit.source.endsWith('\n') ? 0 : 1)
  if (shell.flavour !== 'bash') {
    const open = problem.message.startsWith('unexpected EOF')
    const ended = problem.message.startsWith('syntax error: unexpected end')
    const place = open || ended ? lastLine : line
    if (shell.flavour === 'dash') {
      const token = /`(.*)'$/s.exec(problem.message)?.[1]
      return `${shell.name}: ${place}: Syntax error: ${open ? 'Unterminated quoted string' : ended ? 'end of file unexpected' : `"${token}" unexpected`}\n`
    }
    const plain = open
      ? 'syntax error: unterminated quoted string'
      : problem.message.replace('syntax error near unexpected token', 'syntax error: unexpected').replace(/`(.*)'$/, '"$1"')
    return `${shell.name}: ${shell.script ? `line ${place}: ` : ''}${plain}\n`
  }
  const at = problem.message.startsWith('syntax error: unexpected end') ? lastLine : line
  const where =
    label === 'eval'
      ? `${shell.name}: eval: line ${at}: `
      : label !== undefined
        ? `${label}: line ${at}: `
        : shell.options.has('command') && !shell.script
          ? `${shell.name}: -c: line ${at}: `
          : messagePrefix(shell, at)
  const shown =
    problem.showLine && !(shell.interactive && label === undefined)
      ? `${where}\`${unit.source.split('\n')[line - unit.firstLine] ?? ''}'\n`
      : ''
  return `${where}${problem.message}\n${shown}`
}
