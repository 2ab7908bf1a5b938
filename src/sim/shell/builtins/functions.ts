import { print as printTree } from 'unbash/printer'
import type { ShellFunction } from '../state'

/** A function as `declare -f` and `type` print it: bash's own layout, four spaces deep. */
export function print({ name, body, unit }: ShellFunction): string {
  const source = unit.source.slice(body.pos, body.end)
  let text: string
  try {
    const tree = {
      type: 'Script',
      pos: 0,
      end: source.length,
      shebang: undefined,
      commands: [{ type: 'Statement', pos: body.pos, end: body.end, command: body, background: undefined }],
    }
    text = printTree(tree as unknown as Parameters<typeof printTree>[0]) // the shape `parse` gives, for one statement
  } catch {
    text = source
  }
  const lines = text.trimEnd().split('\n')
  const inner = lines.slice(1, -1).map((line) => line.replace(/^(?: {2})+/, (indent) => indent + indent))
  return lines.length > 1
    ? `${name} () \n{ \n${inner.join('\n')}\n}\n`
    : `${name} () \n{ \n    ${source.replace(/^\{\s*|;?\s*\}$/g, '')}\n}\n`
}
