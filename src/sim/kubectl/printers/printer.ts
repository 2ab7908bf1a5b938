import { toYaml } from '../../formats/yaml-emit'
import { readFile } from '../../node/os/calls'
import { SyscallError, type Proc } from '../../node/os/syscalls'
import { CommandError } from '../errors'
import type { Kubectl } from '../session'
import { customColumnLines, parseCustomColumns, readCustomColumns } from './custom-columns'
import { parseTemplate, PrintedError, printTemplate } from './go-template'
import { goJson, structJson } from './json'
import { parseJsonPath, printJsonPath } from './jsonpath'
import { alignTable } from './table'

/** Any object on its way to the terminal. */
export type Printable = Readonly<Record<string, unknown>>

/** Turns objects into text, one after the other; YAML documents after the first are preceded by a separator. */
export type Printer = (object: Printable) => string

export interface PrinterOptions {
  /** What has been done, for `pod/web created`; without it only formats that show the object are made. */
  readonly operation?: string
  /** The object is printed as Go prints a struct: JSON members in the order they have. */
  readonly struct?: boolean
  /** Formats this command knows beside the usual ones. */
  readonly more?: readonly string[]
  /** `-o` as given, unless the flag says it. */
  readonly format?: string
  /** Only these formats. */
  readonly only?: readonly string[]
}

const usual = [
  'go-template',
  'go-template-file',
  'json',
  'jsonpath',
  'jsonpath-as-json',
  'jsonpath-file',
  'name',
  'template',
  'templatefile',
  'yaml',
]
export const columnFormats = ['custom-columns', 'custom-columns-file', 'wide']

/** Formats whose argument may follow with `=`. */
const takesTemplate =
  /^(go-template|go-template-file|template|templatefile|jsonpath|jsonpath-as-json|jsonpath-file|custom-columns|custom-columns-file)=/

/** Splits `jsonpath={.a}` into the format and its argument; `--template` gives the argument of formats without one. */
export function outputFormat(
  { flags }: Kubectl,
  given = flags.has('output') ? flags.text('output') : '',
): { format: string; argument: string } {
  const template = flags.has('template') ? flags.text('template') : ''
  const match = takesTemplate.exec(given)
  if (match) return { format: match[1]!, argument: given.slice(match[0].length) }
  if (given === '' && template !== '') return { format: 'go-template', argument: template }
  // Only these three may be written in capitals.
  return { format: /^(json|name|yaml)$/i.test(given) ? given.toLowerCase() : given, argument: template }
}

/** A printer for commands that take no notice of a template that fails: what it has printed until then is all. */
export const unheeding =
  (printer: Printer): Printer =>
  (object) => {
    try {
      return printer(object)
    } catch (error) {
      if (error instanceof PrintedError) return error.stdout
      if (error instanceof CommandError) return ''
      throw error
    }
  }

/** The printer that `-o` and `--template` ask for. Throws CommandError for formats that do not exist. */
export function* printerFor(kubectl: Kubectl, options: PrinterOptions = {}): Proc<Printer> {
  const { flags } = kubectl
  const { format, argument } = outputFormat(kubectl, options.format)
  const withManaged = flags.has('show-managed-fields') && flags.bool('show-managed-fields')
  const allowMissing = !flags.has('allow-missing-template-keys') || flags.bool('allow-missing-template-keys')
  const clean = (object: Printable) => (withManaged ? object : withoutManagedFields(object))
  const allowed = (options.only ?? [...usual, ...(options.more ?? [])]).toSorted()
  if (format !== '' && !allowed.includes(format)) {
    throw new CommandError(
      `unable to match a printer suitable for the output format ${JSON.stringify(options.format ?? flags.text('output'))}, allowed formats are: ${allowed.join(',')}`,
    )
  }
  switch (format) {
    case '':
      return (object) => `${nameOf(object)} ${options.operation ?? ''}\n`.replace(/ \n$/, '\n')
    case 'name':
      return (object) =>
        Array.isArray(object.items) ? (object.items as Printable[]).map((item) => `${nameOf(item)}\n`).join('') : `${nameOf(object)}\n`
    case 'json':
      return (object) => `${options.struct ? structJson(structOrder(clean(object)), '    ') : goJson(clean(object), '    ')}\n`
    case 'yaml': {
      let count = 0
      return (object) => (count++ > 0 ? '---\n' : '') + toYaml(clean(object))
    }
    case 'jsonpath':
    case 'jsonpath-as-json':
    case 'jsonpath-file': {
      const template = yield* templateText(format, argument)
      const path = parseJsonPath(template)
      return (object) => printJsonPath(path, object, { allowMissing, asJson: format === 'jsonpath-as-json' })
    }
    case 'custom-columns':
    case 'custom-columns-file': {
      const columns = format === 'custom-columns' ? parseCustomColumns(argument) : yield* readCustomColumns(argument)
      let printed = flags.has('no-headers') && flags.bool('no-headers')
      return (object) => {
        const { lines, problem } = customColumnLines(columns, Array.isArray(object.items) ? object.items : [object], printed)
        if (problem !== undefined) throw new PrintedError(alignTable(lines), problem)
        printed = true
        return alignTable(lines)
      }
    }
    default: {
      const template = parseTemplate(yield* templateText(format, argument))
      return (object) =>
        options.struct
          ? printTemplate(template, object, allowMissing, structJson(structOrder(clean(object))))
          : printTemplate(template, object, allowMissing)
    }
  }
}

function* templateText(format: string, argument: string): Proc<string> {
  if (argument === '') throw new CommandError('template format specified but no template given')
  if (!format.endsWith('file')) return argument
  try {
    return yield* readFile(argument)
  } catch (error) {
    if (error instanceof SyscallError)
      throw new CommandError(`error reading --template ${argument}, open ${argument}: ${error.message.toLowerCase()}\n`)
    throw error
  }
}

/** `deployment.apps/web`. */
export function nameOf(object: Printable): string {
  const { kind, apiVersion, metadata } = object as { kind?: string; apiVersion?: string; metadata?: { name?: string } } // members are looked at one by one
  const group = apiVersion?.includes('/') ? `.${apiVersion.slice(0, apiVersion.indexOf('/'))}` : ''
  return `${(kind ?? '<unknown>').toLowerCase()}${group}/${metadata?.name || '<unknown>'}`
}

/** Go's TypeMeta has kind before apiVersion. */
const structOrder = ({ apiVersion, kind, ...rest }: Printable): Printable => ({ kind, apiVersion, ...rest })

function withoutManagedFields(object: Printable): Printable {
  const strip = (one: Printable): Printable => {
    const metadata = one.metadata as Printable | undefined // checked on the next line
    if (!metadata || !('managedFields' in metadata)) return one
    const { managedFields: _, ...rest } = metadata
    return { ...one, metadata: rest }
  }
  return Array.isArray(object.items) ? { ...object, items: (object.items as Printable[]).map(strip) } : strip(object)
}
