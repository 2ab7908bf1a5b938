import type { Dialog } from './dialogs'
import { boxed, centred, DIM, piece, REVERSE, TITLE, widthOf, type Line } from './frame'

/** A dialog stands in the middle of what it is about. */
export function withDialog(dialog: Dialog | undefined, lines: readonly Line[], columns: number): readonly Line[] {
  if (!dialog) return lines
  const over = dialogLines(dialog)
  const first = Math.max(1, (lines.length - over.length) >> 1)
  const [edge] = lines[lines.length - 2] ?? [piece('│', DIM)]
  return lines.map((line, i) => {
    const part = over[i - first]
    return part ? [edge!, ...centred(columns - 2, part), edge!] : line
  })
}

function dialogLines({ title, message, fields, buttons, focus }: Dialog): readonly Line[] {
  const focused = (text: string, i: number) => piece(text, i === focus ? REVERSE : undefined)
  const width = Math.max(...fields.map(({ label }) => label.length), 0) + 1
  const rows = fields.map((field, i): Line => {
    const value = field.kind === 'check' ? (field.value ? '[X]' : '[ ]') : field.kind === 'choice' ? `< ${field.value} >` : ` ${field.value} `
    return [piece(`${field.label}:`.padEnd(width + 1), '33'), focused(value, i)]
  })
  const choice = buttons.flatMap((button, i) => [focused(` ${button} `, fields.length + i), piece('  ')])
  const inner = Math.max(widthOf([piece(message)]), title.length + 2, ...rows.map(widthOf), widthOf(choice)) + 4
  const lines: readonly Line[] = [[], centred(inner, [piece(message)]), [], ...rows.map((row) => centred(inner, row)), ...(rows.length ? [[]] : []), centred(inner, choice)]
  return boxed(inner + 2, lines.length + 2, [piece(`<${title}>`, TITLE)], lines)
} // prettier-ignore
