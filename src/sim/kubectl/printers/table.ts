import type { AnyObject } from '../../api/object'
import { tableColumns, tabulate } from './tabwriter'

/** The server's presentation of objects: `meta.k8s.io/v1 Table`. */
export interface Table {
  readonly kind: 'Table'
  readonly apiVersion: string
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string; readonly remainingItemCount?: number }
  readonly columnDefinitions?: readonly TableColumn[]
  readonly rows: readonly TableRow[] | null
}

export interface TableColumn {
  readonly name: string
  readonly type: string
  readonly format?: string
  readonly priority: number
}

export interface TableRow {
  readonly cells: readonly unknown[]
  readonly object?: AnyObject
}

export const isTable = (object: { readonly kind: string; readonly apiVersion: string }): boolean =>
  object.kind === 'Table' && object.apiVersion.startsWith('meta.k8s.io/')

export interface TableOptions {
  readonly wide?: boolean
  readonly noHeaders?: boolean
  readonly withNamespace?: boolean
  /** `deployment.apps` before each name. */
  readonly kind?: string
  readonly showLabels?: boolean
  readonly labelColumns?: readonly string[]
  /** Columns before all others: `--output-watch-events`. */
  readonly events?: readonly string[]
}

export const acceptTable = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json'

/** Rows as lines of tab-separated cells, header first unless it was printed before or is unwanted. Not yet aligned. */
export function tableLines(columns: readonly TableColumn[], rows: readonly TableRow[], options: TableOptions, withHeader = true): string {
  const shown = columns.map((column, i) => ({ column, i })).filter(({ column }) => options.wide || column.priority === 0)
  let text = ''
  if (withHeader && !options.noHeaders) {
    const header = [
      ...(options.events ? ['EVENT'] : []),
      ...(options.withNamespace ? ['NAMESPACE'] : []),
      ...shown.map(({ column }) => column.name.toUpperCase()),
      ...(options.labelColumns ?? []).map((label) => label.slice(label.lastIndexOf('/') + 1).toUpperCase()),
      ...(options.showLabels ? ['LABELS'] : []),
    ]
    text += `${header.join('\t')}\n`
  }
  rows.forEach(({ cells, object }, row) => {
    const labels = object?.metadata?.labels ?? {}
    const line = [
      ...(options.events ? [options.events[row]!.padEnd(8)] : []),
      ...(options.withNamespace ? [object?.metadata?.namespace ?? ''] : []),
      ...shown.map(({ column, i }) =>
        options.kind && column.format === 'name' ? `${options.kind}/${cellText(cells[i])}` : cellText(cells[i]),
      ),
      ...(options.labelColumns ?? []).map((label) => labels[label] ?? ''),
      ...(options.showLabels ? [formatLabels(labels)] : []),
    ]
    text += `${line.join('\t')}\n`
  })
  return text
}

/** Aligns the lines of `kubectl get`, columns below an interruption never narrower than above it; `remembered` keeps the widths of one watch. */
export const alignTable = (lines: string, remembered: number[] = []) => tabulate(lines, { ...tableColumns, remembered })

/** A cell up to its first line break; control characters cannot play with the terminal. */
export function cellText(cell: unknown): string {
  if (cell === null || cell === undefined) return ''
  const text = typeof cell === 'object' ? JSON.stringify(cell) : String(cell)
  if (!/[\f\n\r\x1b]/.test(text)) return text
  const end = text.search(/[\f\n\r]/)
  return (end < 0 ? text : `${text.slice(0, end)}...`).replaceAll('\x1b', '^[')
}

/** `a=b,c=d`; the pairs are sorted as whole texts, so that `a.b/c=d` comes before `a=b`. `<none>` without labels. */
export function formatLabels(labels: Readonly<Record<string, string>> | undefined): string {
  const text = Object.entries(labels ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join(',')
  return text || '<none>'
}
