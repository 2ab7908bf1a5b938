import { CommandError } from '../errors'
import { base64 } from '../data-sources'
import type { Proc } from '../../node/os/syscalls'
import type { GeneratorArguments, GeneratorOptions } from './kustomization'
import { load, type Loader } from './loader'
import { newResource, type Behavior, type Json, type Resource } from './resource'

/** Makes a ConfigMap or Secret of its arguments. Throws CommandError. */
export function* generate(
  loader: Loader,
  kind: 'ConfigMap' | 'Secret',
  given: GeneratorArguments,
  common: GeneratorOptions | undefined,
): Proc<Resource> {
  const options = mergedOptions(given.options, common)
  if (!given.name) throw new CommandError('a configmap must have a name')
  const metadata: Json = { name: given.name }
  if (given.namespace) metadata.namespace = given.namespace
  const object: Json = { apiVersion: 'v1', kind, metadata }
  if (kind === 'Secret') object.type = given.type || 'Opaque'
  const pairs = yield* readPairs(loader, given)
  addData(object, kind, pairs, given.name)
  if (options.labels && Object.keys(options.labels).length) metadata.labels = { ...options.labels }
  if (options.annotations && Object.keys(options.annotations).length) metadata.annotations = { ...options.annotations }
  if (options.immutable) object.immutable = true
  return newResource(object, { behavior: behaviorOf(given.behavior), generated: true, needsHash: !options.disableNameSuffixHash })
}

const behaviorOf = (text: string | undefined): Behavior => (text === 'merge' || text === 'replace' ? text : 'create')

/** A generator's own options go before those for all of them. */
function mergedOptions(own: GeneratorOptions | undefined, common: GeneratorOptions | undefined): GeneratorOptions {
  return {
    labels: { ...common?.labels, ...own?.labels },
    annotations: { ...common?.annotations, ...own?.annotations },
    disableNameSuffixHash: Boolean(own?.disableNameSuffixHash || common?.disableNameSuffixHash),
    immutable: Boolean(own?.immutable || common?.immutable),
  }
}

type Pair = readonly [key: string, value: string]

function addData(object: Json, kind: 'ConfigMap' | 'Secret', pairs: readonly Pair[], name: string): void {
  const data: Record<string, string> = {}
  const binaryData: Record<string, string> = {}
  for (const [key, value] of pairs) {
    if (key in data || key in binaryData) throw new CommandError(`configmap ${name} illegally repeats the key \`${key}\``)
    if (kind === 'Secret') data[key] = base64Lines(value)
    else if (isText(value)) data[key] = value
    else binaryData[key] = base64Lines(value)
  }
  if (kind === 'Secret' || Object.keys(data).length) object.data = data
  if (Object.keys(binaryData).length) object.binaryData = binaryData
}

const isText = (value: string) => !/(?<![\ud800-\udbff])[\udc80-\udcff]/.test(value)

const LINE = 70

/** Base64; long texts are broken into lines as kustomize does. */
function base64Lines(value: string): string {
  const encoded = base64(value)
  if (encoded.length < LINE) return encoded
  return (encoded.match(new RegExp(`.{1,${LINE}}`, 'g')) ?? []).map((line) => `${line}\n`).join('')
}

function* readPairs(loader: Loader, { envs = [], env: oldEnv, literals = [], files = [] }: GeneratorArguments): Proc<Pair[]> {
  const envFiles = [...envs, ...(oldEnv ? [oldEnv] : [])]
  return [
    ...(yield* source('env source files: ', envFiles, (path) => envPairs(loader, path))),
    ...(yield* source('literal sources ', literals, function* (literal) {
      return [literalPair(literal)]
    })),
    ...(yield* source('file sources: ', files, (file) => filePair(loader, file))),
  ]
}

function* source(what: string, all: readonly string[], read: (one: string) => Proc<Pair[]>): Proc<Pair[]> {
  const pairs: Pair[] = []
  try {
    for (const one of all) pairs.push(...(yield* read(one)))
  } catch (error) {
    if (!(error instanceof CommandError)) throw error
    throw new CommandError(`loading KV pairs: ${what}[${all.join(' ')}]: ${error.message}`)
  }
  return pairs
}

function literalPair(literal: string): Pair {
  const equals = literal.indexOf('=')
  if (equals <= 0) throw new CommandError(`invalid literal source ${literal}, expected key=value`)
  return [literal.slice(0, equals), unquoted(literal.slice(equals + 1))]
}

const unquoted = (value: string) => (value.length > 1 && /^(".*"|'.*')$/s.test(value) ? value.slice(1, -1) : value)

function* filePair(loader: Loader, file: string): Proc<Pair[]> {
  const equals = file.indexOf('=')
  if (equals < 0) return [[file.slice(file.lastIndexOf('/') + 1), yield* load(loader, file)]]
  const [key, path] = [file.slice(0, equals), file.slice(equals + 1)]
  const quoted = JSON.stringify(file)
  if (key === '') throw new CommandError(`missing key name for file path ${JSON.stringify(path)} in source ${quoted}`)
  if (path.includes('=')) throw new CommandError(`source ${quoted} key name or file path contains '='`)
  if (path === '') throw new CommandError(`missing file path for key name ${JSON.stringify(key)} in source ${quoted}`)
  return [[key, yield* load(loader, path)]]
}

/** Lines `KEY=value`; a key alone has no value, whatever the environment says. */
function* envPairs(loader: Loader, path: string): Proc<Pair[]> {
  const text = (yield* load(loader, path)).replace(/^\uFEFF/, '')
  return text.split('\n').flatMap((raw): Pair[] => {
    const line = raw.replace(/\r$/, '').trimStart()
    if (line === '' || line.startsWith('#')) return []
    const equals = line.indexOf('=')
    return equals < 0 ? [[line, '']] : [[line.slice(0, equals), line.slice(equals + 1)]]
  })
}
