import { parseYaml } from '../../sim/formats/yaml'

/** A mistake kubectl or the API server found, and the line it speaks of (from 1). */
export interface Problem {
  readonly line: number
  readonly message: string
}

/**
 * Reads what `kubectl apply -f` said of a manifest and finds the lines it means: a YAML error names its line, everything else names a field.
 * What has no place in the text goes to the first line.
 */
export function applyProblems(text: string, stderr: string): readonly Problem[] {
  const documents = documentsOf(text)
  return stderr
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('Warning:') && !line.startsWith('* '))
    .flatMap((said) => problemsOf(said, documents))
}

interface Document {
  readonly lines: readonly string[]
  /** Number of the line before the first. */
  readonly before: number
}

function documentsOf(text: string): readonly Document[] {
  const documents: { lines: string[]; before: number }[] = [{ lines: [], before: 0 }]
  for (const [index, line] of text.split('\n').entries()) {
    if (/^---(\s|$)/.test(line)) documents.push({ lines: [], before: index + 1 })
    else documents.at(-1)!.lines.push(line)
  }
  const filled = documents.filter(({ lines }) => lines.some((line) => line.trim() !== '' && !line.trimStart().startsWith('#')))
  return filled.length > 0 ? filled : documents
}

function problemsOf(said: string, documents: readonly Document[]): Problem[] {
  const yaml = /yaml: line (\d+): (.*)/.exec(said)
  // kubectl reads one document after the other, and counts the lines of each from its own beginning.
  if (yaml) return [{ line: Number(yaml[1]) + ((documents.find(isBroken) ?? documents[0])?.before ?? 0), message: yaml[0]! }]
  const invalid = /^The (\w+) "([^"]+)" is invalid/.exec(said)
  const kind = invalid?.[1] ?? /(\w+)"? in version "/.exec(said)?.[1]
  const name = invalid?.[2]
  const likeness = (document: Document) => 2 * Number(mentions(document, 'name', name)) + Number(mentions(document, 'kind', kind))
  const candidates = [...documents].sort((x, y) => likeness(y) - likeness(x))
  const found = [...fieldsIn(said)].map(({ path, message }) => ({ line: lineIn(candidates, path), message }))
  return found.length > 0 ? found : [{ line: candidates[0]!.before + 1, message: said }]
}

const mentions = ({ lines }: Document, field: string, value: string | undefined) =>
  value !== undefined && lines.some((line) => line.trim() === `${field}: ${value}`)

function isBroken({ lines }: Document): boolean {
  try {
    parseYaml(lines.join('\n'))
    return false
  } catch {
    return true // why, the message says that is being placed
  }
}

/** Fields that a refusal speaks of: `unknown field "spec.replica"`, `spec.replicas: Invalid value: …`. */
function* fieldsIn(said: string): Generator<{ path: string; message: string }> {
  for (const [message, path] of said.matchAll(/(?:unknown|duplicate) field "([^"]+)"/g)) yield { path: path!, message }
  const refusal =
    /(?:^|[\s[])((?:[a-z][A-Za-z]*)(?:\.[A-Za-z][\w-]*|\[[^\]]+\])+): ((?:Invalid|Required|Unsupported|Forbidden|Duplicate|Too|Internal)[^\n]*?)(?=, [a-z][A-Za-z]*[.[]|\]?$)/g
  for (const [, path, message] of said.matchAll(refusal)) yield { path: path!, message: `${path}: ${message}` }
}

/** The line of the field at `path`, or of the deepest part of the path that is written down. */
function lineIn(documents: readonly Document[], path: string): number {
  const steps = path.match(/\[[^\]]*\]|[^.[\]]+/g) ?? []
  const found = documents.map((document) => ({ document, ...walk(document.lines, steps) })).sort((x, y) => y.depth - x.depth)[0]!
  return found.document.before + found.line + 1
}

/** Follows keys by indentation, as far as they go. `line` counts from 0. */
function walk(lines: readonly string[], steps: readonly string[]): { line: number; depth: number } {
  let at = { line: 0, depth: 0 }
  let from = 0
  let indent = -1
  for (const step of steps) {
    const next = step.startsWith('[') ? itemLine(lines, from, indent, Number(step.slice(1, -1))) : keyLine(lines, from, indent, step)
    if (!next) return at
    at = { line: next.line, depth: at.depth + 1 }
    from = next.from
    indent = next.indent
  }
  return at
}

interface Place {
  readonly line: number
  /** Where to look for what is inside, and how far that must be indented at least (more than this). */
  readonly from: number
  readonly indent: number
}

const indentOf = (line: string) => line.length - line.trimStart().length
const isBlank = (line: string) => /^\s*(#|$)/.test(line)

function keyLine(lines: readonly string[], from: number, above: number, key: string): Place | undefined {
  let level: number | undefined
  for (let index = from; index < lines.length; index++) {
    // A key may share its line with the dash of the item that holds it.
    const line = lines[index]!.replace(/^(\s*)- /, (_, space: string) => `${space}  `)
    if (isBlank(line)) continue
    const indent = indentOf(line)
    if (indent <= above && index > from) return undefined
    level ??= indent
    if (indent === level && new RegExp(`^["']?${key.replace(/[^\w-]/g, '\\$&')}["']?\\s*:`).test(line.trimStart()))
      return { line: index, from: index + 1, indent }
  }
  return undefined
}

function itemLine(lines: readonly string[], from: number, above: number, wanted: number): Place | undefined {
  let count = -1
  let level: number | undefined
  for (let index = from; index < lines.length; index++) {
    const line = lines[index]!
    if (isBlank(line)) continue
    const indent = indentOf(line)
    const isItem = /^\s*-(\s|$)/.test(line)
    // Items may stand as far left as their list's key.
    if (indent < above || (indent === above && !isItem)) return undefined
    level ??= indent
    if (isItem && indent === level && ++count === wanted) return { line: index, from: index, indent: indent }
  }
  return undefined
}
