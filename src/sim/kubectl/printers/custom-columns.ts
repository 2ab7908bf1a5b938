import { readFile } from '../../node/os/calls'
import { SyscallError, type Proc } from '../../node/os/syscalls'
import { CommandError } from '../errors'
import { goText } from './go-values'
import { parseJsonPath, relaxedJsonPath, valuesAt, type JsonPath } from './jsonpath'

export interface CustomColumn {
  readonly header: string
  readonly path: JsonPath
}

/** Reads `NAME:.metadata.name,…`; throws CommandError. */
export function parseCustomColumns(spec: string): CustomColumn[] {
  if (spec === '') throw new CommandError('custom-columns format specified but no custom columns given')
  return spec.split(',').map((part) => {
    const colon = part.indexOf(':')
    if (colon < 0) throw new CommandError(`unexpected custom-columns spec: ${part}, expected <header>:<json-path-expr>`)
    return { header: part.slice(0, colon), path: parseColumnPath(part.slice(colon + 1)) }
  })
}

const parseColumnPath = (expression: string) => parseJsonPath(relaxedJsonPath(expression))

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
  return names.map((header, i) => ({ header, path: parseColumnPath(expressions[i]!) }))
}

function* readColumns(path: string): Proc<string> {
  try {
    return yield* readFile(path)
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
    throw new CommandError(`error reading template ${path}, open ${path}: ${error.message.toLowerCase()}\n`)
  }
}

/** Tab-separated lines for objects, header first. */
export function customColumnLines(columns: readonly CustomColumn[], objects: readonly unknown[], noHeaders: boolean): string {
  const header = noHeaders ? '' : `${columns.map((column) => column.header).join('\t')}\n`
  const row = (object: unknown) =>
    columns.map(({ path }) => {
      const values = valuesAt(path, object) ?? []
      return values.length === 0 ? '<none>' : values.map((value) => (value === null ? '<nil>' : goText(value))).join(',')
    })
  return header + objects.map((object) => `${row(object).join('\t')}\n`).join('')
}
