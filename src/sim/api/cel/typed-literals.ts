/**
 * Kubernetes lets mutations be written with type names, `Object{spec: Object.spec{replicas: 3}}` and `JSONPatch{op: "add", …}`. The values
 * are plain maps, so this writes them as CEL's map literals that keep their type's name as one more entry: `{"spec": {"replicas": 3}}`. What stands
 * in quotes is left alone.
 */
export function untyped(source: string): string {
  const open: ('typed' | 'other')[] = []
  let text = ''
  let expectsKey = false
  for (let at = 0; at < source.length;) {
    const rest = source.slice(at)
    const [quoted] = STRING.exec(rest) ?? []
    const [typed] = TYPED.exec(rest) ?? []
    const key = expectsKey ? KEY.exec(rest) : null
    if (quoted) {
      text += quoted
      at += quoted.length
      expectsKey = false
    } else if (typed && !/[\w.]$/.test(text)) {
      open.push('typed')
      at += typed.length
      text += `{${JSON.stringify(TYPE_NAME)}:${JSON.stringify(typed.replace(/\s*\{$/, ''))}${/^\s*\}/.test(source.slice(at)) ? '' : ','}`
      expectsKey = true
    } else if (key) {
      text += `${JSON.stringify(key[1])}:`
      at += key[0].length
      expectsKey = false
    } else {
      const character = rest[0]!
      if (OPENING.includes(character)) open.push('other')
      if (CLOSING.includes(character)) open.pop()
      if (!/\s/.test(character)) expectsKey = character === ',' && open.at(-1) === 'typed'
      text += character
      at++
    }
  }
  return text.replaceAll('jsonpatch.escapeKey(', 'jsonPatchEscapeKey(')
}

const STRING = /^(?:[rRbB]{0,2})(?:"""[^]*?"""|'''[^]*?'''|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')/
const TYPED = /^(?:Object(?:\.\w+)*|JSONPatch)\s*\{/
const KEY = /^(\w+)\s*:/
const OPENING = '({['
const CLOSING = ')}]'

/** Under which an object keeps the name of the type that it was written with. */
const TYPE_NAME = '__typename__'

/** Complaints about objects that are called after another place than the one where they stand; `path` is the place of the value. */
export function misnamed(value: unknown, path: string): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((each) => misnamed(each, path))
  if (typeof value !== 'object' || value === null) return []
  const entries = value instanceof Map ? [...(value as Map<string, unknown>)] : Object.entries(value)
  const name = entries.find(([key]) => key === TYPE_NAME)?.[1]
  const own =
    name === undefined || name === path || name === 'JSONPatch'
      ? []
      : [
          `unexpected type name ${JSON.stringify(name)}, expected ${JSON.stringify(path)}, which matches field name path from root Object type`,
        ]
  // Of what a map holds, each value stands where the map does.
  return [
    ...own,
    ...entries.flatMap(([key, inner]) => (key === TYPE_NAME ? [] : misnamed(inner, name === undefined ? path : `${path}.${key}`))),
  ]
}

/** The name of the type that a value was written with; undefined for plain maps and everything else. */
export const typeNameOf = (value: unknown): unknown =>
  typeof value === 'object' && value !== null
    ? value instanceof Map
      ? value.get(TYPE_NAME)
      : (value as Readonly<Record<string, unknown>>)[TYPE_NAME]
    : undefined

/** A value that CEL made as JSON: its `int` are numbers again, and types have no names. */
export function jsonValue(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value)
  if (Array.isArray(value)) return value.map(jsonValue)
  if (value instanceof Map) return jsonValue(Object.fromEntries([...value].map(([key, inner]) => [String(key), inner as unknown])))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).flatMap(([key, inner]) => (key === TYPE_NAME ? [] : [[key, jsonValue(inner)]])))
}
