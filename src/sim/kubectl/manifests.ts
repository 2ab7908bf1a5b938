import type { AnyObject } from '../api/object'
import { parseYaml, splitYamlDocuments, YamlError } from '../formats/yaml'
import { fetch, listDirectory, readAll, readFile, stat } from '../node/os/calls'
import { SyscallError, type FetchResponse, type Proc } from '../node/os/syscalls'
import { cleanPath } from './clean-path'
import { CommandError, ConnectionError, ErrorList, throwAll } from './errors'
import { asConnectionError } from './rest'
import { jsonProblem } from './json-problem'
import { listProblems, undeclared } from './list-validation'
import { asYaml, build } from './kustomize/build'
import { metadataProblem } from './object-meta'
import type { Kubectl } from './session'
import { isRegistered, notRegistered, structProblem } from './typed'

/** `-f`, `-k` and `-R` as given. */
export interface FileOptions {
  readonly names: readonly string[]
  readonly kustomize?: string
  readonly recursive?: boolean
}

/** One object of a file, and the file's name as errors call it. */
export interface Manifest {
  readonly object: AnyObject
  readonly source: string
  /** Which of the files it came from, counted from the first. */
  readonly file: number
  /** It was an item of a `List`. */
  readonly ofList?: boolean
}

/** A list in a file, before its items. */
interface ListHead {
  readonly list: AnyObject
  readonly source: string
}

/** What files hold, in their order: objects, and why others could not be read. */
export type Entries = readonly (Manifest | Error)[]

/** A place to read manifests from. */
type Source = { readonly at: 'stdin' } | { readonly at: 'url' | 'file' | 'kustomization'; readonly path: string }

/** The file flags of a command line. */
export function fileOptions({ flags }: Kubectl): FileOptions {
  return {
    names: flags.list('filename'),
    kustomize: flags.has('kustomize') ? flags.text('kustomize') || undefined : undefined,
    recursive: flags.has('recursive') && flags.bool('recursive'),
  }
}

/** Finds what the flags name before anything is read. Throws CommandError, an ErrorList when several places do not exist. */
export function* findSources({ names, kustomize, recursive = false }: FileOptions): Proc<readonly Source[]> {
  const problems: Error[] = []
  const refuse = (why: string) => void problems.push(new CommandError(why))
  if (kustomize !== undefined && names.length) refuse('only one of -f or -k can be specified')
  if (kustomize !== undefined && recursive) refuse("the -k flag can't be used with -f or -R")
  throwAll(problems)
  const sources: Source[] = []
  for (const name of names) {
    if (name === '-') {
      if (sources.some(({ at }) => at === 'stdin')) refuse('standard input cannot be used for multiple arguments')
      sources.push({ at: 'stdin' })
    } else if (/^https?:\/\//.test(name)) {
      if (/^https?:\/\/[^/]*\[[^\]]*$/.test(name))
        refuse(`the URL passed to filename ${JSON.stringify(name)} is not valid: parse ${JSON.stringify(name)}: missing ']' in host`)
      sources.push({ at: 'url', path: name })
    } else
      try {
        for (const path of yield* filesAt(name, recursive)) sources.push({ at: 'file', path })
      } catch (error) {
        if (!(error instanceof CommandError)) throw error
        problems.push(error)
      }
  }
  throwAll(problems)
  return kustomize === undefined ? sources : [...sources, { at: 'kustomization', path: kustomize }]
}

/** How documents are looked at before they count as objects. */
export interface Reading {
  /** `--validate` refuses what does not say what it is, and the rest of its file. */
  readonly validate?: boolean
  /** Lists, which a server never sees, are looked at here, and refused as a whole. */
  readonly strict?: boolean
  /** The command works on the types it was built with, and knows no others. */
  readonly typed?: boolean
}

/** Reads every object of files, folders, URLs and standard input. A document that cannot be read ends its file, not the others. */
export function* readManifests(kubectl: Kubectl, sources: readonly Source[], reading: Reading = {}): Proc<Entries> {
  const entries: (Manifest | Error)[] = []
  const take = function* (text: string, place: Place): Proc {
    entries.push(...(yield* validated(kubectl, collect(text, place, reading), reading)))
  }
  for (const [file, source] of sources.entries()) {
    if (source.at === 'stdin') yield* take(yield* readAll(0), { source: 'STDIN', file })
    else if (source.at === 'url') yield* take(yield* download(source.path), { source: source.path, file })
    else if (source.at === 'file') yield* take(yield* readFile(source.path), { source: source.path, file })
    else
      try {
        yield* take(asYaml(yield* build(kubectl, source.path)), { source: source.path, file })
      } catch (error) {
        if (!(error instanceof CommandError)) throw error
        entries.push(error)
      }
  }
  return entries
}

/** The same of a text that is at hand; `name` is what errors call it. */
export const manifestsIn = (text: string, name: string, reading: Reading = {}): Entries =>
  [...collect(text, { source: name, file: 0 }, reading)].filter((entry) => !('list' in entry)) as Entries // heads of lists are left out

/** What a file holds up to a list with something wrong in it, where lists are to be looked at. */
function* validated(kubectl: Kubectl, entries: Iterable<Manifest | Error | ListHead>, { strict }: Reading): Proc<Entries> {
  const good: (Manifest | Error)[] = []
  for (const entry of entries) {
    if (!('list' in entry)) good.push(entry)
    else if (strict) {
      const problems = yield* listProblems(kubectl, entry.list)
      if (problems.length) return [...good, invalid(entry.source, problems)]
    }
  }
  return good
}

const invalid = (source: string, problems: readonly string[]) =>
  new CommandError(
    `error validating ${JSON.stringify(source)}: error validating data: ${problems.length > 1 ? `[${problems.join(', ')}]` : problems[0]}; if you choose to ignore these errors, turn validation off with --validate=false`,
  )

function* download(url: string): Proc<string> {
  if (/^https?:\/\/(\/|$)/.test(url)) throw new ConnectionError('GET', url, 'http: no Host in request URL')
  let response: FetchResponse
  try {
    response = yield* fetch({ method: 'GET', url, headers: {} })
  } catch (error) {
    throw asConnectionError(error, 'GET', url)
  }
  if (response.status >= 400)
    throw new CommandError(
      `unable to read URL "${url}", server reported ${response.status} ${response.status === 404 ? 'Not Found' : 'Error'}, status code=${response.status}`,
    )
  return response.body
}

/** A file itself; of a folder its manifests by extension, sorted, with subfolders where asked for; of a pattern what it matches. */
function* filesAt(name: string, recursive: boolean): Proc<string[]> {
  const isPattern = /[*?[]/.test(name)
  if (isPattern && !isWellFormed(name)) throw new CommandError(`pattern ${JSON.stringify(name)} is not valid: syntax error in pattern`)
  const matched = isPattern ? yield* glob(name) : []
  const files: string[] = []
  for (const path of matched.length ? matched : [name]) {
    const found = yield* stat(path)
    if (!found) throw new CommandError(`the path ${JSON.stringify(path)} does not exist`)
    if (found.type !== 'directory') files.push(path)
    else files.push(...(yield* manifestFilesIn(path, recursive)))
  }
  if (files.length === 0) throw new CommandError(`error reading [${name}]: recognized file extensions are [.json .yaml .yml]`)
  return files
}

function* manifestFilesIn(folder: string, recursive: boolean): Proc<string[]> {
  const files: string[] = []
  for (const entry of [...(yield* listDirectory(folder))].sort()) {
    // Names are told as Go joins them: `./web.yaml` in `.` is `web.yaml`.
    const path = cleanPath(`${folder}/${entry}`)
    const kind = (yield* stat(path))?.type
    if (kind !== 'directory') files.push(...(/\.(json|yaml|yml)$/.test(entry) ? [path] : []))
    else if (recursive) files.push(...(yield* manifestFilesIn(path, recursive)))
  }
  return files
}

/** Every bracket of a pattern is closed. */
const isWellFormed = (pattern: string) => !/\[/.test(pattern.replace(/\[\^?\]?[^\]]+\]/g, ''))

function* glob(pattern: string): Proc<string[]> {
  const slash = pattern.lastIndexOf('/')
  const folder = slash < 0 ? '.' : pattern.slice(0, slash) || '/'
  const last = pattern.slice(slash + 1).replace(/[.+^${}()|\\]/g, '\\$&').replace(/\*/g, '[^/]*').replace(/\?/g, '[^/]') // prettier-ignore
  try {
    const entries = yield* listDirectory(folder)
    return entries.filter((entry) => new RegExp(`^${last}$`).test(entry)).sort().map((entry) => (slash < 0 ? entry : cleanPath(`${folder}/${entry}`))) // prettier-ignore
  } catch (error) {
    if (error instanceof SyscallError) return []
    throw error
  }
}

type Place = Pick<Manifest, 'source' | 'file'>

function* collect(text: string, place: Place, reading: Reading): Generator<Manifest | Error | ListHead> {
  const { source } = place
  try {
    for (const value of parseStream(text, source)) {
      const problems = reading.validate ? undeclared(value) : []
      if (problems.length) throw invalid(source, problems)
      yield* objectsOf(value, place, reading)
    }
  } catch (error) {
    if (!(error instanceof CommandError)) throw error
    yield error
  }
}

function* objectsOf(value: unknown, place: Place, reading: Reading): Generator<Manifest | Error | ListHead> {
  const { source } = place
  let object: AnyObject
  try {
    object = checked(value, source, reading)
  } catch (error) {
    if (!(error instanceof CommandError)) throw error
    yield error
    return
  }
  if (!object.kind.endsWith('List') || !('items' in object)) {
    yield { object, ...place }
    return
  }
  yield { list: object, source }
  if (Array.isArray(object.items)) for (const item of object.items as readonly unknown[]) yield itemOf(object, item, place, reading)
  else {
    const type = typeof object.items === 'object' ? 'object' : typeof object.items
    if (object.items !== null)
      yield new CommandError(
        `unable to decode ${JSON.stringify(source)}: json: cannot unmarshal ${type === 'boolean' ? 'bool' : type} into Go struct field decodeList.items of type []json.RawMessage`,
      )
  }
}

/** What is said of an item of a list that does not tell its type. */
export const noTypeInfo = (missing: 'Kind' | 'apiVersion') =>
  new CommandError(
    `unable to get type info from the object "*unstructured.Unstructured": Object '${missing}' is missing in 'object has no ${missing === 'Kind' ? 'kind field ' : 'apiVersion field'}'`,
  )

/** An item of a list: what it does not say of its kind, a list of one kind says for it. */
function itemOf(list: AnyObject, item: unknown, place: Place, reading: Reading): Manifest | Error {
  if (typeof item !== 'object' || item === null || Array.isArray(item))
    return { object: checked(item, place.source, reading), ...place, ofList: true }
  const { apiVersion = '', kind = '' } = item as Partial<AnyObject>
  if (kind) return { object: checked(item, place.source, reading), ...place, ofList: true }
  const itemKind = list.kind.slice(0, -'List'.length)
  const isSilent = !apiVersion && !kind
  if (isSilent && itemKind) return { object: { ...item, apiVersion: list.apiVersion, kind: itemKind } as AnyObject, ...place, ofList: true } // looked at above
  if (isSilent && reading.strict) return invalid(place.source, ['apiVersion not set', 'kind not set'])
  return new ErrorList([noTypeInfo('Kind')])
}

/** The documents of a stream, JSON or YAML, empty ones left out. */
export function* parseStream(text: string, source: string): Generator<unknown> {
  if (/^\s*\{/.test(text)) {
    const { values, problem } = jsonProblem(text)
    // What only looks like JSON may still be YAML.
    if (!problem || values.length || problem === 'unexpected EOF' || !isYaml(text)) {
      yield* values
      if (problem) throw new CommandError(`error parsing ${source}: ${problem}`)
      return
    }
  }
  for (const document of splitYamlDocuments(text)) {
    try {
      const value = parseYaml(document.text)
      if (value !== null) yield value
    } catch (error) {
      if (!(error instanceof YamlError)) throw error
      throw new CommandError(`error parsing ${source}: error converting YAML to JSON: ${error.message}`)
    }
  }
}

function isYaml(text: string): boolean {
  try {
    for (const { text: document } of splitYamlDocuments(text)) parseYaml(document)
    return true
  } catch (error) {
    if (error instanceof YamlError) return false
    throw error
  }
}

/** Refuses what is no API object, in the decoder's words. */
function checked(value: unknown, source: string, { typed }: Reading): AnyObject {
  const refuse = (why: string) => new CommandError(`unable to decode ${JSON.stringify(source)}: ${why}`)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const type = Array.isArray(value) ? 'array' : typeof value
    const kind = type === 'boolean' ? 'bool' : type
    throw refuse(
      typed
        ? `couldn't get version/kind; json parse error: json: cannot unmarshal ${kind} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`
        : `json: cannot unmarshal ${kind} into Go value of type unstructured.detector`,
    )
  }
  const object = value as AnyObject // its members are looked at below
  if (typeof object.kind !== 'string' || object.kind === '') throw refuse(`Object 'Kind' is missing in '${goJson(value)}'`)
  if (object.apiVersion !== undefined && typeof object.apiVersion !== 'string')
    throw refuse(`json: cannot unmarshal ${typeof object.apiVersion} into Go struct field metadataOnlyObject.apiVersion of type string`)
  const problem = typed ? undefined : metadataProblem(object.metadata)
  if (problem) throw refuse(problem)
  if (typed && !object.apiVersion) throw refuse(`Object 'apiVersion' is missing in '${goJson(value)}'`)
  if (typed && !isRegistered(object) && !object.kind.endsWith('List')) throw refuse(notRegistered(object))
  const mismatch = typed ? structProblem(object) : undefined
  if (mismatch) throw refuse(mismatch)
  return object
}

/** JSON as Go writes it: keys sorted. */
const goJson = (value: unknown): string =>
  JSON.stringify(value, (_, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  )
