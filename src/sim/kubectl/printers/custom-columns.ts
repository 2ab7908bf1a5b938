import { readFile } from '../../node/os/calls'
import { SyscallError, type Proc } from '../../node/os/syscalls'
import { CommandError } from '../errors'
import { goText } from './go-values'
import { readJsonPath, relaxedJsonPath, requireValuesAt, type JsonPath } from './jsonpath'

export interface CustomColumn {
  readonly header: string
  /** An expression that is looked into once something is printed. */
  readonly expression: string
}

/** Reads `NAME:.metadata.name,…`; throws CommandError. */
export function parseCustomColumns(spec: string): CustomColumn[] {
  if (spec === '') throw new CommandError('custom-columns format specified but no custom columns given')
  return spec.split(',').map((part) => {
    const colon = part.indexOf(':')
    if (colon < 0) throw new CommandError(`unexpected custom-columns spec: ${part}, expected <header>:<json-path-expr>`)
    return { header: part.slice(0, colon), expression: relaxedJsonPath(part.slice(colon + 1)) }
  })
}

/** Reads a file of two lines: headers, then paths below them. */
export function* readCustomColumns(path: string): Proc<CustomColumn[]> {
  if (path === '') throw new CommandError('custom-columns format specified but no custom columns given')
  const [headers = '', paths = ''] = (yield* readColumns(path)).split('\n')
  if (paths.trim() === '')
    throw new CommandError(
      'invalid template, missing spec line. Expected format is one line of space separated headers, one line of space separated column specs.',
    )
  const names = headers.trim().split(/\s+/).filter(Boolean)
  const expressions = paths.trim().split(/\s+/).filter(Boolean)
  if (names.length !== expressions.length)
    throw new CommandError(`number of headers (${names.length}) and field specifications (${expressions.length}) don't match`)
  return names.map((header, i) => ({ header, expression: relaxedJsonPath(expressions[i]!) }))
}

function* readColumns(path: string): Proc<string> {
  try {
    return yield* readFile(path)
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
    throw new CommandError(`error reading template ${path}, open ${path}: ${error.message.toLowerCase()}\n`)
  }
}

/** Tab-separated lines for objects, header first; up to what goes wrong with a column, if anything does. */
export function customColumnLines(
  columns: readonly CustomColumn[],
  objects: readonly unknown[],
  noHeaders: boolean,
): { readonly lines: string; readonly problem?: string } {
  let lines = noHeaders ? '' : `${columns.map((column) => column.header).join('\t')}\n`
  const paths: JsonPath[] = []
  for (const { expression } of columns) {
    const read = readJsonPath(expression)
    if ('problem' in read) return { lines, problem: read.problem }
    paths.push(read.path)
  }
  for (const object of objects) {
    const cells: string[] = []
    for (const path of paths) {
      const found = requireValuesAt(path, object, true)
      if ('problem' in found) return { lines, problem: found.problem }
      cells.push(found.values.length === 0 ? '<none>' : found.values.map((value) => (value === null ? '<nil>' : goText(value))).join(','))
    }
    lines += `${cells.join('\t')}\n`
  }
  return { lines }
}
