import { FAILSAFE_SCHEMA, defineMappingTag, defineScalarTag, load, mergeTag, NOT_RESOLVED, YAMLException, type Schema } from 'js-yaml'
import { YamlError } from './yaml-error'
import { yamlProblem } from './yaml-problem'
import { resolvePlain, type PlainKind } from './yaml-scalars'
export { toYaml } from './yaml-emit'
export { YamlError }

export interface YamlOptions {
  /** Refuses a key that is given twice in one mapping; otherwise the last one counts, as for Go's YAML → JSON conversion. */
  readonly strict?: boolean
  /**
   * kustomize reads resources with yaml.v3: only `true` and `false` are booleans, times are written out, and a value that is left empty
   * (`emptyDir:`) is told from an explicit null: it is undefined.
   */
  readonly dialect?: 'yaml.v3'
}

/** One document of a stream: its value, its source and the line (from 1) on which it begins. */
export interface YamlDocument {
  readonly value: unknown
  readonly text: string
  readonly line: number
}

/** Blank lines and comments. */
const hasNoContent = /^\uFEFF?(?:[^\S\n]*(?:#[^\n]*)?\n)*[^\S\n]*(?:#[^\n]*)?$/

/**
 * Reads one document as sigs.k8s.io/yaml does: plain JSON comes out, keys are texts, merge keys and aliases are resolved. An empty text is `null`.
 * Throws YamlError.
 */
export function parseYaml(text: string, options: YamlOptions = {}): unknown {
  if (hasNoContent.test(text)) return null
  if (options.dialect === 'yaml.v3' && /^(\s*(#.*)?(\n|$))*$/.test(text)) return undefined
  if (options.dialect === 'yaml.v3') return parseWith(kustomizeSchema, text)
  try {
    return load(text, { schema: strictSchema })
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error
    if (error.reason === 'duplicated mapping key' && !options.strict) return parseWith(lenientSchema, text)
    throw new YamlError(messageOf(error, text))
  }
}

function parseWith(schema: Schema, text: string): unknown {
  try {
    return load(text, { schema })
  } catch (error) {
    throw error instanceof YAMLException ? new YamlError(messageOf(error, text)) : error
  }
}

function messageOf(error: YAMLException, text: string): string {
  if (/^(yaml: invalid map key|unsupported map key)/.test(error.reason)) return error.reason
  const problem = yamlProblem(text)
  if (problem !== undefined) return `yaml: ${problem}`
  const line = (error.mark?.line ?? 0) + 1
  if (error.reason === 'duplicated mapping key') {
    const key = /^\s*(?:- +)*("?)([^":]*)\1\s*:/.exec(text.split('\n')[line - 1] ?? '')?.[2] ?? ''
    return `yaml: unmarshal errors:\n  line ${line}: key ${JSON.stringify(key)} already set in map`
  }
  if (/^unidentified alias/.test(error.reason)) return `yaml: unknown anchor '${/"(.*)"/.exec(error.reason)?.[1] ?? ''}' referenced`
  const badTag = /cannot resolve a node with !<tag:yaml.org,2002:(\w+)>/.exec(error.reason)
  if (badTag) return `yaml: cannot decode !!str \`${/!!\w+ +(\S+)/.exec(text.split('\n')[line - 1] ?? '')?.[1] ?? ''}\` as a !!${badTag[1]}`
  if (/^expected a document/.test(error.reason)) return 'yaml: did not find expected <document start>'
  return `yaml: line ${line}: ${error.reason}`
}

/** Splits a stream at its `---` lines, as kubectl does before it reads each part on its own; parts without content are left out. Throws YamlError. */
export function parseYamlDocuments(text: string, options: YamlOptions = {}): YamlDocument[] {
  return splitYamlDocuments(text)
    .filter((part) => !hasNoContent.test(part.text))
    .map((part) => ({ ...part, value: parseYaml(part.text, options) }))
}

/** The parts of a stream between `---` lines, unread. */
export function splitYamlDocuments(text: string): { text: string; line: number }[] {
  const parts: { text: string; line: number }[] = []
  let lines: string[] = []
  let start = 1
  text.split('\n').forEach((line, i) => {
    if (/^---(\s|$)/.test(line)) {
      parts.push({ text: lines.join('\n') + (lines.length ? '\n' : ''), line: start })
      const rest = line.slice(3).trim()
      lines = rest && !rest.startsWith('#') ? [line] : []
      start = lines.length ? i + 1 : i + 2
    } else lines.push(line)
  })
  parts.push({ text: lines.join('\n'), line: start })
  return parts.filter((part, i) => i > 0 || part.text.trim() !== '')
}

const plainTag = (name: string, kinds: readonly PlainKind[]) =>
  defineScalarTag<unknown>(`tag:yaml.org,2002:${name}`, {
    implicit: true,
    identify: () => false,
    resolve: (source) => {
      const scalar = resolvePlain(source)
      return kinds.includes(scalar.kind) ? scalar.value : NOT_RESOLVED
    },
  })

/** What kustomize makes of the words and times that YAML 1.2 no longer knows. */
const plainTagOf12 = (name: string, kinds: readonly PlainKind[]) =>
  defineScalarTag<unknown>(`tag:yaml.org,2002:${name}`, {
    implicit: true,
    identify: () => false,
    resolve: (source) => {
      const scalar = resolvePlain(source)
      if (!kinds.includes(scalar.kind) || (scalar.kind === 'boolean' && !/^(true|false)$/i.test(source))) return NOT_RESOLVED
      if (scalar.kind === 'timestamp') return writtenTime(source)
      return source === '' ? undefined : scalar.value
    },
  })

/** A time as Go's JSON has it: a date alone is midnight UTC. */
const writtenTime = (source: string) => (source.length <= 10 ? `${source}T00:00:00Z` : source.replace(/^(\S+?)(?:[Tt]| +)/, '$1T'))

/** Go's JSON conversion knows no times and no bytes: both stay texts. */
const textTag = (name: string) =>
  defineScalarTag<string>(`tag:yaml.org,2002:${name}`, { identify: () => false, resolve: (source) => source })

type Carrier = Record<string, unknown>

function put(carrier: Carrier, key: unknown, value: unknown): string {
  if (key === null) return `unsupported map key of type: %!s(<nil>), key: <nil>, value: ${goSyntax(value)}`
  if (typeof key === 'object') return `yaml: invalid map key: ${goSyntax(key)}`
  const name = String(key)
  // A key called __proto__ is data like any other.
  if (name === '__proto__') Object.defineProperty(carrier, name, { value, enumerable: true, configurable: true, writable: true })
  else carrier[name] = value
  return ''
}

/** A value as Go's `%#v` prints it: that is how a map used as a key (`{{ .Values.x }}` of an unrendered template) is shown. */
function goSyntax(value: unknown): string {
  if (value === null || value === undefined) return 'interface {}(nil)'
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(', ')}}`
  if (typeof value !== 'object') return JSON.stringify(value)
  const entries = Object.entries(value).map(([key, member]) => `${JSON.stringify(key)}:${goSyntax(member)}`)
  return `map[interface {}]interface {}{${entries.join(', ')}}`
}

const mapTag = (lenient: boolean) =>
  defineMappingTag<Carrier>('tag:yaml.org,2002:map', {
    create: () => ({}),
    addPair: put,
    has: (carrier, key) => !lenient && Object.hasOwn(carrier, String(key)),
    keys: (map) => Object.keys(map),
    get: (map, key) => map[String(key)],
    identify: () => false,
  })

const scalarTags = [
  plainTag('null', ['null']),
  plainTag('bool', ['boolean']),
  plainTag('int', ['integer']),
  plainTag('float', ['float']),
  textTag('timestamp'),
  textTag('binary'),
  mergeTag,
]
const strictSchema: Schema = FAILSAFE_SCHEMA.withTags(...scalarTags, mapTag(false))
const lenientSchema: Schema = FAILSAFE_SCHEMA.withTags(...scalarTags, mapTag(true))
const kustomizeSchema: Schema = FAILSAFE_SCHEMA.withTags(
  plainTagOf12('null', ['null']),
  plainTagOf12('bool', ['boolean']),
  plainTagOf12('int', ['integer']),
  plainTagOf12('float', ['float']),
  plainTagOf12('timestamp', ['timestamp']),
  textTag('binary'),
  mergeTag,
  mapTag(false),
)
