import type { AnyObject } from '../../api/object'
import { writeEvents, writeHead, type Description, type EventLine } from './writer'

/** A kind that has no description of its own: its fields, named as a reader would say them. */
export function describeGeneric(description: Description, object: AnyObject, events: readonly EventLine[]): void {
  writeHead(description, object.metadata)
  const { name: _1, namespace: _2, labels: _3, annotations: _4, managedFields: _5, ...metadata } = object.metadata
  writeMap(description, 0, { ...object, metadata } as unknown as Tree)
  writeEvents(description, events)
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
        else write(level + 1, String(item))
      }
    } else if (typeof value === 'object' && value !== null) {
      write(level, `${title}:`)
      writeMap({ write } as Description, level + 1, value as Tree)
    } else if (value !== undefined) write(level, `${title}:\t${value === null ? '<nil>' : String(value)}`)
  }
}

const acronyms = [
  'API',
  'CIDR',
  'CSI',
  'DNS',
  'FQDN',
  'HTTP',
  'HTTPS',
  'ID',
  'IP',
  'JSON',
  'TCP',
  'TLS',
  'UDP',
  'UID',
  'URI',
  'URL',
  'UUID',
]

/** `apiVersion` → `API Version`. */
function titleOf(key: string): string {
  const words = key.replace(/([a-z0-9])([A-Z])/g, '$1 $2').replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2').split(' ') // prettier-ignore
  return words
    .map((word) => (acronyms.includes(word.toUpperCase()) ? word.toUpperCase() : word.charAt(0).toUpperCase() + word.slice(1)))
    .join(' ')
}
