import type { AnyObject } from '../api/object'
import { parseYaml, splitYamlDocuments, YamlError } from '../formats/yaml'
import { fetch, listDirectory, readAll, readFile, stat } from '../node/os/calls'
import { SyscallError, type Proc } from '../node/os/syscalls'
import { CommandError } from './errors'
import { jsonProblem } from './json-problem'
import { asYaml, build } from './kustomize/build'
import type { Kubectl } from './session'

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
  /** It was an item of a `List`. */
  readonly ofList?: boolean
}

export interface Manifests {
  readonly manifests: readonly Manifest[]
  readonly errors: readonly Error[]
}

/** The file flags of a command line. */
export function fileOptions({ flags }: Kubectl): FileOptions {
  return {
    names: flags.list('filename'),
    kustomize: flags.has('kustomize') ? flags.text('kustomize') || undefined : undefined,
    recursive: flags.has('recursive') && flags.bool('recursive'),
  }
}

/** Reads every object of files, folders, URLs and standard input. A document that cannot be read ends its file, not the others. */
export function* readManifests(kubectl: Kubectl, { names, kustomize, recursive = false }: FileOptions): Proc<Manifests> {
  const manifests: Manifest[] = []
  const errors: Error[] = []
  if (kustomize !== undefined) {
    if (names.length) throw new CommandError('only one of -f or -k can be specified')
    yield* collect(asYaml(yield* build(kubectl, kustomize)), kustomize, manifests, errors)
  }
  for (const name of names) {
    if (name === '-') {
      yield* collect(yield* readAll(0), 'STDIN', manifests, errors)
    } else if (/^https?:\/\//.test(name)) {
      yield* collect(yield* download(name), name, manifests, errors)
    } else {
      for (const path of yield* filesAt(name, recursive)) yield* collect(yield* readFile(path), path, manifests, errors)
    }
  }
  return { manifests, errors }
}

function* download(url: string): Proc<string> {
  const response = yield* fetch({ method: 'GET', url, headers: {} })
  if (response.status >= 400)
    throw new CommandError(
      `unable to read URL "${url}", server reported ${response.status} ${response.status === 404 ? 'Not Found' : 'Error'}, status code=${response.status}`,
    )
  return response.body
}

/** A file itself; of a folder its manifests by extension, sorted, with subfolders where asked for; of a pattern what it matches. */
function* filesAt(name: string, recursive: boolean): Proc<string[]> {
  const found = yield* stat(name)
  if (!found) {
    if (/[*?[]/.test(name)) {
      const matched = yield* glob(name)
      if (matched.length) return matched
    }
    throw new CommandError(/[*?[]/.test(name) ? `the path "${name}" cannot be accessed: no match` : `the path "${name}" does not exist`)
  }
  if (found.type !== 'directory') return [name]
  const files: string[] = []
  for (const entry of [...(yield* listDirectory(name))].sort()) {
    const path = `${name.replace(/\/$/, '')}/${entry}`
    const kind = (yield* stat(path))?.type
    if (kind === 'directory') {
      if (recursive) files.push(...(yield* filesAt(path, recursive)))
    } else if (/\.(json|yaml|yml)$/.test(entry)) files.push(path)
  }
  if (files.length === 0 && !recursive) throw new CommandError(`error reading [${name}]: recognized file extensions are [.json .yaml .yml]`)
  return files
}

function* glob(pattern: string): Proc<string[]> {
  const slash = pattern.lastIndexOf('/')
  const folder = slash < 0 ? '.' : pattern.slice(0, slash) || '/'
  const last = pattern.slice(slash + 1).replace(/[.+^${}()|\\]/g, '\\$&').replace(/\*/g, '[^/]*').replace(/\?/g, '[^/]') // prettier-ignore
  try {
    const entries = yield* listDirectory(folder)
    return entries.filter((entry) => new RegExp(`^${last}$`).test(entry)).sort().map((entry) => (slash < 0 ? entry : `${folder}/${entry}`)) // prettier-ignore
  } catch (error) {
    if (error instanceof SyscallError) return []
    throw error
  }
}

function* collect(text: string, source: string, manifests: Manifest[], errors: Error[]): Proc {
  try {
    for (const value of parseStream(text, source)) {
      const object = checked(value, source)
      if (object.kind.endsWith('List') && Array.isArray(object.items)) {
        for (const item of object.items) manifests.push({ object: checked(item, source), source, ofList: true })
      } else manifests.push({ object, source })
    }
  } catch (error) {
    if (!(error instanceof CommandError)) throw error
    errors.push(error)
  }
}

/** The documents of a stream, JSON or YAML, empty ones left out. */
export function* parseStream(text: string, source: string): Generator<unknown> {
  if (/^\s*\{/.test(text)) {
    const { values, problem } = jsonProblem(text)
    yield* values
    if (problem) throw new CommandError(`error parsing ${source}: ${problem}`)
    return
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

/** Refuses what is no API object, in the decoder's words. */
function checked(value: unknown, source: string): AnyObject {
  const refuse = (why: string) => new CommandError(`unable to decode ${JSON.stringify(source)}: ${why}`)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const type = Array.isArray(value) ? 'array' : typeof value
    throw refuse(`json: cannot unmarshal ${type === 'boolean' ? 'bool' : type} into Go value of type unstructured.detector`)
  }
  const object = value as AnyObject // its members are looked at below
  if (typeof object.kind !== 'string' || object.kind === '') throw refuse(`Object 'Kind' is missing in '${goJson(value)}'`)
  if (object.apiVersion !== undefined && typeof object.apiVersion !== 'string')
    throw refuse(`json: cannot unmarshal ${typeof object.apiVersion} into Go struct field metadataOnlyObject.apiVersion of type string`)
  return object
}

/** JSON as Go writes it: keys sorted. */
const goJson = (value: unknown): string =>
  JSON.stringify(value, (_, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  )
