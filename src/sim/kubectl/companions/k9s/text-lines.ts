import { looks, piece, REVERSE, TITLE, wrapped, type Line } from './frame'
import type { TextView } from './state'
import { filterPart } from './table-lines'

/** `Describe(default/web)`, with what is looked for and how often it is there. */
export const textTitle = ({ title, subject, query, match, lines }: TextView): Line => {
  const found = query ? lines.filter((line) => line.toLowerCase().includes(query.toLowerCase())).length : 0
  return [
    piece(` ${title}`, TITLE),
    piece('('),
    piece(subject, '35'),
    piece(') '),
    ...filterPart(query && `${query}[${match === undefined ? 0 : found}]`),
  ]
}

const FIELD = /^(\s*(?:- )?)([\w./-][^:]*?)(:)(\s.*)?$/

/** `name: value` has its name in colour. */
function coloured(line: string): Line {
  const [, indent, name, colon, value] = FIELD.exec(line) ?? []
  return name === undefined ? [piece(line)] : [piece(indent!), piece(name, looks.plain), piece(colon!), piece(value ?? '')]
}

/** A text from its top on, long lines wrapped. */
export function textLines(view: TextView, width: number, height: number): readonly Line[] {
  const shown: Line[] = []
  for (let at = view.top; at < view.lines.length && shown.length < height; at++) {
    const line = view.lines[at]!.replaceAll('\t', '    ')
    const parts = wrapped(line, width)
    for (const [i, part] of parts.entries())
      shown.push([piece(' '), ...(at === view.match ? [piece(part, REVERSE)] : i === 0 ? coloured(part) : [piece(part)])])
  }
  return shown
}
