/**
 * Kubernetes lets mutations be written with type names, `Object{spec: Object.spec{replicas: 3}}` and `JSONPatch{op: "add", …}`. The values
 * are plain maps, so this writes them as CEL's map literals: `{"spec": {"replicas": 3}}`. What stands in quotes is left alone.
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
      text += '{'
      at += typed.length
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

/** A value that CEL made as JSON: its `int` are numbers again. */
export function jsonValue(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value)
  if (Array.isArray(value)) return value.map(jsonValue)
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, inner]) => [String(key), jsonValue(inner)]))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, jsonValue(inner)]))
}
