import type { TestExpression } from 'unbash'
import { stat, terminalSize } from '../../node/os/calls'
import { SyscallError, type FileStat, type Proc } from '../../node/os/syscalls'
import { expandArithmetic, expandPattern, expandRegex, expandText } from '../expand/words'
import { variableOf } from '../expand/parameters'
import { matchesPattern } from '../pattern'
import { ShellError, type Shell } from '../state'
import { elementAt, setList, textOf } from '../variables'
import { traceTest } from './trace'
import { posixRegex } from '../tools/regex'

/** The value of `[[ … ]]`. */
export function* evaluateCondition(shell: Shell, node: TestExpression): Proc<boolean> {
  switch (node.type) {
    case 'TestGroup':
      return yield* evaluateCondition(shell, node.expression)
    case 'TestNot': {
      const value = yield* evaluateCondition(shell, node.operand)
      return node.negations.length % 2 === 1 ? !value : value
    }
    case 'TestLogical':
      for (const operand of node.operands) {
        const value = yield* evaluateCondition(shell, operand)
        if (value !== (node.operator === '&&')) return value
      }
      return node.operator === '&&'
    case 'TestUnary': {
      const operand = yield* expandText(shell, node.operand)
      yield* traceTest(shell, node.operator, operand)
      return yield* testUnary(shell, node.operator, operand)
    }
    case 'TestBinary': {
      const left = yield* expandText(shell, node.left)
      switch (node.operator) {
        case '=':
        case '==':
        case '!=': {
          const pattern = yield* expandPattern(shell, node.right)
          yield* traceTest(shell, left, node.operator, pattern)
          return matchesPattern(left, pattern, shell.shopts.has('nocasematch')) === (node.operator !== '!=')
        }
        case '=~': {
          const pattern = yield* expandRegex(shell, node.right)
          yield* traceTest(shell, left, '=~', pattern)
          return matchRegex(shell, left, pattern)
        }
        default: {
          const right = yield* expandText(shell, node.right)
          yield* traceTest(shell, left, node.operator, right)
          if (/^-(?:eq|ne|lt|le|gt|ge)$/.test(node.operator)) {
            return compareNumbers(node.operator, yield* expandArithmetic(shell, left), yield* expandArithmetic(shell, right))
          }
          return yield* testBinary(left, node.operator, right)
        }
      }
    }
  }
}

function matchRegex(shell: Shell, text: string, pattern: string): boolean {
  let regex: RegExp
  try {
    regex = posixRegex(pattern, { extended: true, ignoreCase: shell.shopts.has('nocasematch') })
  } catch {
    throw new ShellError(`syntax error in regular expression: ${pattern}`, 2, 'command')
  }
  const match = regex.exec(text)
  setList(shell.variables, 'BASH_REMATCH', match ? [...match].map((group, i) => [i, group ?? ''] as const) : [])
  return match !== null
}

export function compareNumbers(operator: string, a: bigint, b: bigint): boolean {
  switch (operator) {
    case '-eq':
      return a === b
    case '-ne':
      return a !== b
    case '-lt':
      return a < b
    case '-le':
      return a <= b
    case '-gt':
      return a > b
    default:
      return a >= b
  }
}

/** `-f path` and its like. */
export function* testUnary(shell: Shell, operator: string, operand: string): Proc<boolean> {
  switch (operator) {
    case '-n':
      return operand !== ''
    case '-z':
      return operand === ''
    case '-v':
      return isSet(shell, operand)
    case '-o':
      return shell.options.has(operand)
    case '-R':
      return variableOf(shell, operand)?.reference === true
    case '-t': {
      const fd = shell.io.get(Number(operand))
      return fd !== undefined && (yield* terminalSize(fd)) !== undefined
    }
  }
  const info = yield* look(operand, operator !== '-h' && operator !== '-L')
  if (!info) return false
  switch (operator) {
    case '-e':
    case '-a':
      return true
    case '-f':
      return info.type === 'file'
    case '-d':
      return info.type === 'directory'
    case '-h':
    case '-L':
      return info.type === 'symlink'
    case '-p':
      return info.type === 'pipe'
    case '-S':
      return info.type === 'socket'
    case '-c':
    case '-b':
      return info.type === 'device'
    case '-s':
      return info.size > 0
    case '-r':
      return permits(shell, info, 4)
    case '-w':
      return permits(shell, info, 2)
    case '-x':
      return permits(shell, info, 1)
    case '-O':
      return info.uid === shell.self.uid
    case '-G':
      return info.gid === shell.self.gid
    case '-k':
      return (info.mode & 0o1000) !== 0
    case '-u':
      return (info.mode & 0o4000) !== 0
    case '-g':
      return (info.mode & 0o2000) !== 0
    default:
      return false
  }
}

function permits(shell: Shell, { mode, uid, gid }: FileStat, right: number): boolean {
  if (shell.self.uid === 0) return right !== 1 || (mode & 0o111) !== 0
  const shift = uid === shell.self.uid ? 6 : gid === shell.self.gid ? 3 : 0
  return ((mode >> shift) & right) !== 0
}

function isSet(shell: Shell, operand: string): boolean {
  const match = /^(\w+)(?:\[(.*)\])?$/.exec(operand)
  if (!match) return false
  const variable = variableOf(shell, match[1]!)
  if (match[2] === undefined) return textOf(variable) !== undefined
  return elementAt(variable, variable?.kind === 'table' ? match[2] : Number(match[2])) !== undefined
}

function* look(path: string, follow: boolean): Proc<FileStat | undefined> {
  if (path === '') return undefined
  try {
    return yield* stat(path, { follow })
  } catch (error) {
    if (error instanceof SyscallError) return undefined // EACCES, ELOOP: as good as not there
    throw error
  }
}

/** Binary operators on text and files. */
export function* testBinary(left: string, operator: string, right: string): Proc<boolean> {
  switch (operator) {
    case '=':
    case '==':
      return left === right
    case '!=':
      return left !== right
    case '<':
      return left < right
    case '>':
      return left > right
    case '-nt':
    case '-ot':
    case '-ef': {
      const [a, b] = [yield* look(left, true), yield* look(right, true)]
      if (operator === '-ef') return a !== undefined && b !== undefined && a.inode === b.inode
      const [newer, older] = operator === '-nt' ? [a, b] : [b, a]
      return newer !== undefined && (older === undefined || newer.modifiedMs > older.modifiedMs)
    }
    default:
      return false
  }
}
