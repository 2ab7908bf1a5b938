/** Writes a value as Go's encoding/json does, keys sorted, `<`, `>` and `&` escaped; four spaces of indentation for `-o json`, none for inner texts. */
export function goJson(value: unknown, indent = ''): string {
  return escapeHtml(JSON.stringify(sortKeys(value), null, indent))
}

/** The same in the order the keys have: for objects that Go holds as structs. */
export const structJson = (value: unknown, indent = '') => escapeHtml(JSON.stringify(value, null, indent))

const escapes: Readonly<Record<string, string>> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
  '\x7f': '\x7f',
}
const escapeHtml = (text: string) => text.replace(/[<>&\u2028\u2029]/g, (character) => escapes[character]!)

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys)
  if (typeof value !== 'object' || value === null) return value
  const map = value as Readonly<Record<string, unknown>> // a JSON object
  const sorted: Record<string, unknown> = {}
  for (const key of Object.keys(map).sort()) if (map[key] !== undefined) sorted[key] = sortKeys(map[key])
  return sorted
}
