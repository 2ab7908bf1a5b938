import type { Place } from './commands/explain'
import { apiVersionOf, type ResourceType } from './mapper'
import type { Schema, Schemas } from './openapi'

const WIDTH = 80
const FIELD = '   '
const DESCRIPTION = '     '

/** `explain --output=plaintext-openapiv2`: the older layout, in which types are JSON's own. */
export function explainPlainly(
  schemas: Schemas,
  type: ResourceType,
  { field, schema, texts }: Place,
  name: string | undefined,
  recursive: boolean,
): string {
  const isKind = schema.properties !== undefined
  const title = name === undefined ? '' : `${isKind ? 'RESOURCE: ' : 'FIELD:    '}${name} <${jsonType(schemas, field!.schema)}>\n\n`
  const paragraphs = texts.filter(Boolean).map((text) => described(text))
  const fields = !isKind ? '' : `\nFIELDS:\n${recursive ? tree(schemas, schema, FIELD, []) : list(schemas, schema)}`
  return `KIND:     ${type.kind}\nVERSION:  ${apiVersionOf(type)}\n\n${title}DESCRIPTION:\n${paragraphs.join('\n') || described('<empty>')}${fields}`
}

const fieldsOf = ({ properties = {} }: Schema) => Object.entries(properties).sort(([a], [b]) => (a < b ? -1 : 1))

function list(schemas: Schemas, schema: Schema): string {
  return fieldsOf(schema)
    .map(([name, field]) => {
      const required = schema.required?.includes(name) ? ' -required-' : ''
      return `${FIELD}${name}\t<${jsonType(schemas, field)}>${required}\n${described(field.description ?? '')}\n`
    })
    .join('')
}

function tree(schemas: Schemas, schema: Schema, margin: string, seen: readonly Schema[]): string {
  return fieldsOf(schema)
    .map(([name, field]) => {
      const inner = schemas.content(field)
      const below = seen.includes(inner) ? '' : tree(schemas, inner, margin + FIELD, [...seen, inner])
      return `${margin}${name}\t<${jsonType(schemas, field)}>\n${below}`
    })
    .join('')
}

/** `[]Object`, `map[string]string`, `integer`; an object of which nothing is known is a map of anything. */
function jsonType(schemas: Schemas, schema: Schema): string {
  const { schema: own } = schemas.resolve(schema)
  if (own.items) return `[]${jsonType(schemas, own.items)}`
  if (typeof own.additionalProperties === 'object') return `map[string]${jsonType(schemas, own.additionalProperties)}`
  if (own.properties) return 'Object'
  if (own.oneOf) return 'string'
  return own.type === 'object' ? 'map[string]' : (own.type ?? '')
}

const beginsList = /^(\d+\.?|-|\*)\s/

/** A text in lines, words filled up to the width; code, empty lines and lists keep their own. */
function described(text: string): string {
  const lines: string[] = []
  let current = ''
  const flush = () => {
    if (current) lines.push(current)
    current = ''
  }
  for (const line of text.split('\n')) {
    if (line.startsWith('    ') || (lines.length > 0 && line.trim() === '')) {
      flush()
      lines.push(line.startsWith('    ') ? line : '')
      continue
    }
    if (current.endsWith(':') || line.trim() === '' || beginsList.test(line.trim())) flush()
    for (const word of line.split(/\s+/).filter(Boolean)) {
      if (current && current.length + 1 + word.length > WIDTH - DESCRIPTION.length) flush()
      current += current ? ` ${word}` : word
    }
  }
  flush()
  return lines.map((line) => `${line && DESCRIPTION}${line}\n`).join('')
}
