import { closeWithEvents, type Describer } from './describer'
import { writeHead, type Description } from './writer'

/** A kind that has no description of its own: its fields, named as a reader would say them. */
export const describeGeneric: Describer = function* (description, object, around) {
  writeHead(description, object.metadata)
  const { name: _1, namespace: _2, labels: _3, annotations: _4, managedFields: _5, ...metadata } = object.metadata
  writeMap(description, 0, { ...object, metadata } as unknown as Tree) // any object is a tree of fields
  yield* closeWithEvents(description, around)
}

type Tree = Readonly<Record<string, unknown>>

function writeMap({ write }: Description, level: number, map: Tree): void {
  for (const key of Object.keys(map).sort()) {
    const value = map[key]
    const title = titleOf(key)
    if (Array.isArray(value)) {
      write(level, `${title}:`)
      for (const item of value) {
        if (typeof item === 'object' && item !== null && !Array.isArray(item)) writeMap({ write } as Description, level + 1, item as Tree)
        else write(level + 1, goValue(item))
      }
    } else if (typeof value === 'object' && value !== null) {
      write(level, `${title}:`)
      writeMap({ write } as Description, level + 1, value as Tree)
    } else if (value !== undefined) write(level, `${title}:\t${goValue(value)}`)
  }
}

/** A value as Go's `%v` has it. */
function goValue(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(goValue).join(' ')}]`
  return value === null ? '<nil>' : String(value)
}

const acronyms = ['API', 'URL', 'UID', 'OSB', 'GUID']

/** `apiVersion` → `API Version`; a name with anything but letters and dashes stays as it is. */
function titleOf(key: string): string {
  if (/[^\p{L}-]/u.test(key)) return key
  const words = key.match(/\p{Lu}+(?!\p{Ll})|\p{Lu}?\p{Ll}+|[^\p{Lu}\p{Ll}]+/gu) ?? []
  return words
    .map((word) => (acronyms.includes(word.toUpperCase()) ? word.toUpperCase() : word.charAt(0).toUpperCase() + word.slice(1)))
    .join(' ')
}
