import { CommandError, ErrorList } from '../errors'
import type { Proc } from '../../node/os/syscalls'
import { discover, findWithRetry, warnOfShortName } from '../discovery'
import { explainPlainly } from '../explain-plainly'
import { apiVersionOf, findResource, noMatch, qualifiedName, type ResourceType } from '../mapper'
import { loadSchemas, type Schema, type Schemas } from '../openapi'
import { outline, type ExplainedField } from '../openapi-outline'
import { fieldsOfPath } from '../printers/jsonpath'
import { out, type Command, type Kubectl } from '../session'

/** `kubectl explain`: a kind or one of its fields, from the server's own OpenAPI document. */
export const explain: Command = {
  *run(kubectl) {
    const { flags, args } = kubectl
    if (args.length === 0)
      throw new CommandError(
        'You must specify the type of resource to explain. Use "kubectl api-resources" for a complete list of supported resources.',
      )
    if (args.length > 1) throw new CommandError('We accept only this format: explain RESOURCE')
    const output = flags.text('output')
    const [word, ...path] = pathOf(args[0]!)
    if (word === undefined) throw notAField('first')
    const wanted = flags.text('api-version')
    const preferred = yield* findWithRetry(kubectl, (mapper) => findResource(mapper, word))
    if (!preferred) throw new ErrorList([noMatch(word)])
    yield* warnOfShortName(kubectl, word, preferred)
    const [given, fields] = wanted ? [preferred, fieldNames(path, 'all')] : yield* behindGroup(kubectl, args[0]!, preferred, path)
    const type = wanted ? yield* inVersion(kubectl, preferred, wanted, output) : given
    if (!['plaintext', 'plaintext-openapiv2'].includes(output)) throw new CommandError(`unrecognized format: ${output}`)
    const schemas = yield* loadSchemas(kubectl, type)
    const root = schemas.rootOf(type)
    if (!root)
      throw new CommandError(
        output === 'plaintext'
          ? `GVR (${type.group}/${type.version}, Resource=${type.plural}) not found in OpenAPI schema`
          : `Couldn't find resource for "${type.group}/${type.version}, Kind=${type.kind}"`,
      )
    if (output === 'plaintext-openapiv2')
      return yield* out(explainPlainly(schemas, type, walk(schemas, root, fields, true), fields.at(-1), flags.bool('recursive')))
    yield* out(`${type.group ? `GROUP:      ${type.group}\n` : ''}KIND:       ${type.kind}\nVERSION:    ${type.version}\n\n`)
    yield* out(render(schemas, walk(schemas, root, fields), flags.bool('recursive')))
  },
}

/** The same resource in the version that --api-version names. Throws CommandError: which words depend on whether the server has that version at all. */
function* inVersion(kubectl: Kubectl, { plural, kind }: ResourceType, wanted: string, output: string): Proc<ResourceType> {
  if (wanted.split('/').length > 2) throw new CommandError(`unexpected GroupVersion string: ${wanted}`)
  const { types } = yield* discover(kubectl)
  const found = types.find((type) => type.plural === plural && apiVersionOf(type) === wanted)
  if (found) return found
  const version = wanted.includes('/') ? wanted : `/${wanted}`
  if (output === 'plaintext-openapiv2') throw new CommandError(`couldn't find resource for "${version}, Kind=${kind}"`)
  if (types.some((type) => apiVersionOf(type) === wanted))
    throw new CommandError(`GVR (${version}, Resource=${plural}) not found in OpenAPI schema`)
  throw new CommandError(`couldn't find resource for "${version}, Resource=${plural}"`)
}

/** `deployments.spec.strategy` in its parts, read as JSONPath; what is no field's name is undefined. Throws CommandError. */
function pathOf(path: string): readonly (string | undefined)[] {
  const read = fieldsOfPath(path.replace(/\.$/, ''))
  if ('problem' in read) throw new CommandError(read.problem)
  return read.fields
}

const notAField = (which: 'first' | 'all') =>
  new CommandError(`invalid jsonpath syntax, ${which === 'first' ? 'first node must be field node' : 'all nodes must be field nodes'}`)

/** Throws CommandError unless all parts are names. */
function fieldNames(path: readonly (string | undefined)[], complaint: 'first' | 'all'): readonly string[] {
  const names = path.filter((part) => part !== undefined)
  if (names.length < path.length) throw notAField(complaint)
  return names
}

/** `deployments.apps.spec`: behind a plural the group may be named before the fields begin; a group that comes first and has no name always is. */
function* behindGroup(
  kubectl: Kubectl,
  text: string,
  preferred: ResourceType,
  path: readonly (string | undefined)[],
): Proc<readonly [ResourceType, readonly string[]]> {
  const { types } = yield* discover(kubectl)
  const named = types.find((type) => type.plural === preferred.plural && text.startsWith(qualifiedName(type)))
  if (!named) return [preferred, fieldNames(path, 'first')]
  const rest = text.slice(qualifiedName(named).length)
  return [named, fieldNames(rest === '' ? [] : pathOf(rest).slice(1), 'first')]
}

/** A kind or a field of it. */
export interface Place {
  readonly field?: ExplainedField
  readonly schema: Schema
  /** Descriptions of the field itself and of its type. */
  readonly texts: readonly string[]
}

/** Goes down a path of field names. Throws CommandError where it leads nowhere. */
function walk(schemas: Schemas, root: Schema, fields: readonly string[], plainly = false): Place {
  let place: Place = { schema: root, texts: [root.description ?? ''] }
  for (const name of fields) {
    const field = outline(schemas, place.schema).find((one) => one.name === name)
    if (!field) throw new CommandError(`field ${JSON.stringify(plainly ? name : fields.at(-1))} does not exist`)
    const inner = schemas.content(field.schema)
    place = { field, schema: inner, texts: field.texts }
  }
  return place
}

function render(schemas: Schemas, { field, schema, texts }: Place, recursive: boolean): string {
  const fields = outline(schemas, schema)
  const title = field
    ? `FIELD: ${field.name} <${field.type}>\n${field.enums.length ? `ENUM:\n${field.enums.map((value) => `    ${shown(value)}\n`).join('')}\n` : '\n\n'}`
    : ''
  const words = texts.filter(Boolean)
  const description = words.length ? words.map((text) => `${indented(text, '    ', 76)}\n`).join('') + '    \n' : '    <empty>\n'
  const body =
    fields.length === 0 ? '' : `FIELDS:\n${recursive ? tree(schemas, fields, 1, []) : fields.map((one) => explained(one)).join('')}`
  return `${title}DESCRIPTION:\n${description}${body}\n`
}

const typeLine = ({ name, type, required }: ExplainedField, margin: string) =>
  `${margin}${name}\t<${type}>${required ? ' -required-' : ''}\n`
const shown = (value: string) => value || '""'
const enumLine = ({ enums }: ExplainedField, margin: string) =>
  enums.length
    ? `${margin}enum: ${enums.length > 4 ? `${enums.slice(0, 4).map(shown).join(', ')}, ....` : enums.map(shown).join(', ')}\n`
    : ''

function explained(field: ExplainedField): string {
  // What a list or map holds speaks for itself only where it is looked at.
  const text = field.texts.slice(0, 2).find(Boolean)
  return `${typeLine(field, '  ')}${enumLine(field, '  ')}${indented(text || '<no description>', '    ', 76)}\n\n`
}

/** All fields below, indented, each type once on the way down. */
function tree(schemas: Schemas, fields: readonly ExplainedField[], level: number, seen: readonly Schema[]): string {
  const margin = '  '.repeat(level)
  return fields
    .map((field) => {
      const inner = schemas.content(field.schema)
      const below = seen.includes(inner) ? '' : tree(schemas, outline(schemas, inner), level + 1, [...seen, inner])
      return typeLine(field, margin) + enumLine(field, margin) + below
    })
    .join('')
}

/** Wraps each line of a text at `width` characters and indents it. */
function indented(text: string, margin: string, width: number): string {
  return text
    .split('\n')
    .flatMap((line) => wrap(line, width))
    .map((line) => margin + line)
    .join('\n')
}

/** Breaks between words; the spaces at a break are gone, all others stay. */
function wrap(line: string, width: number): string[] {
  const lines: string[] = []
  let current = ''
  for (const [, space = '', word = ''] of line.matchAll(/(\s*)(\S*)/g)) {
    if (current.length + space.length + word.length <= width || (current === '' && space === '')) current += space + word
    else if (word) {
      lines.push(current)
      current = word
    }
  }
  return [...lines, current]
}
