import { ToolError } from '../tool'
import { separate } from './regex'
import { outside, toNumber, toText, type Cell, type Table, type Value } from './values'

/** What a running awk program remembers: the record and its fields, and variables, those of functions by call. */
export interface Memory {
  /** Variables outside functions, the special ones (`FS`, `NR`, …) among them. */
  readonly globals: Map<string, Cell>
  /** Locals of the functions that run, innermost last. */
  readonly frames: Map<string, Cell>[]
  /** The variables a name belongs to: the running function's, or the global ones. */
  frameOf(name: string): Map<string, Cell>
  getVariable(name: string): Value
  setVariable(name: string, value: Value): void
  /** The array of a name, made when the name is new. */
  table(name: string): Table
  /** A special variable as text. */
  special(name: string): string
  /** A value as text, by `CONVFMT` or another variable's format. */
  text(value: Value, format?: 'CONVFMT' | 'OFMT'): string
  /** Adds one to a counter such as `NR`. */
  count(name: 'NR' | 'FNR'): void
  readonly record: string
  setRecord(line: string): void
  getField(index: number): Value
  setField(index: number, value: Value): void
}

/** A memory that begins with these global variables. */
export function createMemory(globals: Map<string, Cell>): Memory {
  const frames: Map<string, Cell>[] = []
  let record = ''
  let fields: Value[] = []
  /** Whether `fields` is what `record` was last split into. */
  let split = true

  const special = (name: string) => toText(globals.get(name) as Value) // special variables are never arrays
  const text = (value: Value, format: 'CONVFMT' | 'OFMT' = 'CONVFMT') =>
    typeof value === 'string' ? value : toText(value, typeof value === 'number' ? special(format) : undefined)

  function setRecord(line: string): void {
    record = line
    split = false
  }

  function ensureFields(): void {
    if (split) return
    const paragraph = special('RS') === ''
    fields = (
      paragraph && special('FS') !== ' '
        ? record.split('\n').flatMap((line) => separate(line, special('FS')))
        : separate(record, special('FS'))
    ).map(outside)
    globals.set('NF', fields.length)
    split = true
  }

  function rebuild(): void {
    record = fields.map((field) => text(field)).join(special('OFS'))
  }

  function getField(index: number): Value {
    if (index < 0) throw new ToolError(`trying to access out of range field ${index}`, 2)
    if (index === 0) return outside(record)
    ensureFields()
    return fields[index - 1]
  }

  function setField(index: number, value: Value): void {
    if (index < 0 || index > 100_000) throw new ToolError(`trying to access out of range field ${index}`, 2)
    if (index === 0) return setRecord(text(value))
    ensureFields()
    while (fields.length < index) fields.push('')
    fields[index - 1] = value
    globals.set('NF', fields.length)
    rebuild()
  }

  const frameOf = (name: string) => {
    const top = frames.at(-1)
    return top?.has(name) ? top : globals
  }

  function getVariable(name: string): Value {
    if (name === 'NF') ensureFields()
    const value = frameOf(name).get(name)
    if (value instanceof Map) throw new ToolError(`can't use array ${name} in scalar context`, 2)
    return value
  }

  function setVariable(name: string, value: Value): void {
    frameOf(name).set(name, value)
    if (name !== 'NF') return
    ensureFields()
    const count = Math.max(0, Math.min(100_000, Math.trunc(toNumber(value))))
    while (fields.length < count) fields.push('')
    fields.length = count
    globals.set('NF', count)
    rebuild()
  }

  function table(name: string): Table {
    const frame = frameOf(name)
    const value = frame.get(name)
    if (value instanceof Map) return value
    if (value !== undefined) throw new ToolError(`can't use scalar ${name} as array`, 2)
    const made: Table = new Map()
    frame.set(name, made)
    return made
  }

  return {
    globals,
    frames,
    frameOf,
    getVariable,
    setVariable,
    table,
    special,
    text,
    count: (name) => void globals.set(name, toNumber(globals.get(name) as Value) + 1),
    get record() {
      return record
    },
    setRecord,
    getField,
    setField,
  }
}
