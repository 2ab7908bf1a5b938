import { isText } from './keyboard'
import type { Effect } from './state'

export type Field =
  | { readonly label: string; readonly kind: 'text'; readonly value: string }
  | { readonly label: string; readonly kind: 'check'; readonly value: boolean }
  | { readonly label: string; readonly kind: 'choice'; readonly options: readonly string[]; readonly value: string }

export type Button = 'Cancel' | 'OK'

/** A question above the table. Its fields and then its buttons are gone through with Tab. */
export interface Dialog {
  readonly title: string
  readonly message: string
  readonly fields: readonly Field[]
  readonly buttons: readonly Button[]
  /** The field or button that keys go to. */
  readonly focus: number
  /** What OK does, by what the fields say; a text is a refusal. */
  readonly confirmed: (values: readonly string[]) => readonly Effect[] | string
}

const texts = ({ fields }: Dialog) => fields.map(({ value }) => String(value))

/** Yes or no: No has the keys. */
export const confirmation = (title: string, message: string, effects: readonly Effect[]): Dialog => ({
  title,
  message,
  fields: [],
  buttons: ['Cancel', 'OK'],
  focus: 0,
  confirmed: () => effects,
})

/** Ctrl-D: how dependents are dealt with, and whether to wait for the pods' end. */
export const deletion = (message: string, effects: (flags: readonly string[]) => readonly Effect[]): Dialog => ({
  title: 'Delete',
  message,
  fields: [
    { label: 'Propagation', kind: 'choice', options: ['Background', 'Foreground', 'Orphan', 'None'], value: 'Background' },
    { label: 'Force', kind: 'check', value: false },
  ],
  buttons: ['Cancel', 'OK'],
  focus: 2,
  confirmed: ([propagation = '', force]) =>
    effects([
      ...(propagation === 'None' ? [] : [`--cascade=${propagation.toLowerCase()}`]),
      ...(force === 'true' ? ['--force', '--grace-period=0'] : []),
    ]),
})

/** s on a workload: how many pods it shall have. */
export const scaling = (message: string, replicas: string, effects: (replicas: number) => readonly Effect[]): Dialog => ({
  title: 'Scale',
  message,
  fields: [{ label: 'Replicas', kind: 'text', value: replicas }],
  buttons: ['OK', 'Cancel'],
  focus: 0,
  confirmed: ([text = '']) => (/^\d+$/.test(text) ? effects(Number(text)) : `${JSON.stringify(text)} is no number of replicas`),
})

/** r on a node: the flags of kubectl drain. */
export const draining = (message: string, effects: (flags: readonly string[]) => readonly Effect[]): Dialog => ({
  title: 'Drain',
  message,
  fields: [
    { label: 'GracePeriod', kind: 'text', value: '-1' },
    { label: 'Timeout', kind: 'text', value: '5s' },
    { label: 'Ignore DaemonSets', kind: 'check', value: false },
    { label: 'Delete Local Data', kind: 'check', value: false },
    { label: 'Force', kind: 'check', value: false },
    { label: 'Disable Eviction', kind: 'check', value: false },
  ],
  buttons: ['Cancel', 'OK'],
  focus: 0,
  confirmed: ([grace, timeout, ...checks]) => {
    const flags = ['--ignore-daemonsets', '--delete-emptydir-data', '--force', '--disable-eviction']
    return effects([`--grace-period=${grace}`, `--timeout=${timeout}`, ...flags.filter((_, i) => checks[i] === 'true')])
  },
})

/** Several containers: which one? */
export const picking = (title: string, names: readonly string[], effects: (name: string) => readonly Effect[]): Dialog => ({
  title,
  message: 'Which container?',
  fields: [{ label: 'Container', kind: 'choice', options: names, value: names[0]! }],
  buttons: ['OK', 'Cancel'],
  focus: 0,
  confirmed: ([name = '']) => effects(name),
})

/** A dialog after a key: still open, cancelled, or answered. */
export type Answer = { readonly open: Dialog } | { readonly effects: readonly Effect[]; readonly refusal?: string }

/** Gives a dialog a key. */
export function pressDialog(dialog: Dialog, key: string): Answer {
  const { fields, buttons, focus } = dialog
  const places = fields.length + buttons.length
  const moved = (by: number): Answer => ({ open: { ...dialog, focus: (focus + by + places) % places } })
  if (key === 'esc' || key === 'ctrl-c') return { effects: [] }
  if (key === 'tab' || key === 'down') return moved(1)
  if (key === 'backtab' || key === 'up') return moved(-1)
  const field = fields[focus]
  if (!field) {
    if (key === 'left' || key === 'right') return moved(key === 'left' ? -1 : 1)
    if (key !== 'enter' && key !== ' ') return { open: dialog }
    if (buttons[focus - fields.length] === 'Cancel') return { effects: [] }
    const effects = dialog.confirmed(texts(dialog))
    return typeof effects === 'string' ? { effects: [], refusal: effects } : { effects }
  }
  if (key === 'enter' && field.kind !== 'check') return moved(1)
  return { open: { ...dialog, fields: fields.map((one, i) => (i === focus ? typedInto(one, key) : one)) } }
}

function typedInto(field: Field, key: string): Field {
  if (field.kind === 'check') return key === ' ' || key === 'enter' ? { ...field, value: !field.value } : field
  if (field.kind === 'choice') {
    const step = key === 'right' || key === ' ' ? 1 : key === 'left' ? -1 : 0
    const at = field.options.indexOf(field.value)
    return { ...field, value: field.options[(at + step + field.options.length) % field.options.length]! }
  }
  if (key === 'backspace') return { ...field, value: field.value.slice(0, -1) }
  if (key === 'ctrl-u') return { ...field, value: '' }
  return isText(key) ? { ...field, value: field.value + key } : field
}
