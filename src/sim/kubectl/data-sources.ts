import { configMapKey } from '../formats/names'
import { environmentNameProblems } from './env-names'
import { listDirectory, readFile, stat } from '../node/os/calls'
import { SyscallError, type Proc } from '../node/os/syscalls'
import { bytesFromText } from '../node/os/text'
import { CommandError } from './errors'
import type { Kubectl } from './session'

/** Contents of a ConfigMap or Secret; what is no valid text is in `bytes`, as base64. */
export interface DataSources {
  readonly texts: Record<string, string>
  readonly bytes: Record<string, string>
}

/** `fileKey`: how a file is called that is given without a key, instead of by its own name. Reads `--from-literal`, `--from-file` and `--from-env-file`. Throws CommandError. */
export function* readDataSources(kubectl: Kubectl, kind: 'configmap' | 'secret', fileKey?: string): Proc<DataSources> {
  const { flags } = kubectl
  const envFiles = flags.has('from-env-file') ? flags.list('from-env-file') : []
  const literals = flags.has('from-literal') ? flags.list('from-literal') : []
  const files = flags.list('from-file')
  if (envFiles.length && (files.length || literals.length))
    throw new CommandError('from-env-file cannot be combined with from-file or from-literal')
  const data: DataSources = { texts: {}, bytes: {} }
  const add = (key: string, value: string) => {
    const wrong = configMapKey(key)
    if (wrong.length)
      throw new CommandError(
        `${JSON.stringify(key)} is not a valid key name for a ${kind === 'secret' ? 'Secret' : 'ConfigMap'}: ${wrong.join(',')}`,
      )
    if (key in data.texts || key in data.bytes)
      throw new CommandError(
        kind === 'secret'
          ? `cannot add key ${key}, another key by that name already exists`
          : `cannot add key ${JSON.stringify(key)}, another key by that name already exists in Data for ConfigMap ${JSON.stringify(kubectl.args[0])}`,
      )
    if (/[\udc80-\udcff]/.test(value) && !isText(value)) data.bytes[key] = base64(value)
    else data.texts[key] = value
  }
  for (const literal of literals) {
    const equals = literal.indexOf('=')
    if (equals === 0) throw new CommandError(`invalid literal source ${literal}, expected key=value`)
    if (equals < 0) throw new CommandError(`invalid literal source ${literal}, expected key=value`)
    add(literal.slice(0, equals), literal.slice(equals + 1))
  }
  for (const source of files) {
    const [key = fileKey, path] = splitSource(source)
    const found = yield* stat(path)
    if (!found) throw new CommandError(`error reading ${path}: no such file or directory`)
    if (found.type !== 'directory') {
      add(key ?? path.slice(path.lastIndexOf('/') + 1), yield* readText(path))
      continue
    }
    if (key !== undefined) throw new CommandError('cannot give a key name for a directory path')
    for (const entry of [...(yield* listDirectory(path))].sort()) {
      const inner = `${path.replace(/\/$/, '')}/${entry}`
      if ((yield* stat(inner))?.type === 'file') add(entry, yield* readText(inner))
    }
  }
  for (const path of envFiles) {
    const found = yield* stat(path)
    if (!found) throw new CommandError(`error reading ${path}: no such file or directory`)
    if (found.type === 'directory') throw new CommandError('env config file cannot be a directory')
    for (const [key, value] of parseEnvFile(yield* readFile(path), kubectl.self.env)) add(key, value)
  }
  return data
}

function splitSource(source: string): [key: string | undefined, path: string] {
  const parts = source.split('=')
  if (parts.length === 1) return [undefined, source]
  if (parts.length > 2) throw new CommandError('key names or file paths cannot contain \'=\'') // prettier-ignore
  const [key = '', path = ''] = parts
  if (key === '') throw new CommandError(`key name for file path ${path} missing`)
  if (path === '') throw new CommandError(`file path for key name ${key} missing`)
  return [key, path]
}

function* readText(path: string): Proc<string> {
  try {
    return yield* readFile(path)
  } catch (error) {
    if (error instanceof SyscallError) throw new CommandError(`error reading ${path}: ${error.message.toLowerCase()}`)
    throw error
  }
}

/** Lines `KEY=value`; a key alone takes its value from the environment. Throws CommandError. */
function parseEnvFile(text: string, env: Readonly<Record<string, string>>): [key: string, value: string][] {
  const pairs: [string, string][] = []
  text.replace(/^\uFEFF/, '').split('\n').forEach((raw) => {
    const line = raw.trimStart().replace(/\r$/, '')
    if (line === '' || line.startsWith('#')) return
    const equals = line.indexOf('=')
    const key = equals < 0 ? line : line.slice(0, equals)
    const wrong = environmentNameProblems(key)
    if (wrong.length) throw new CommandError(`${JSON.stringify(key)} is not a valid key name: ${wrong.join(';')}`)
    if (equals >= 0) pairs.push([key, line.slice(equals + 1)])
    else if (key in env) pairs.push([key, env[key]!])
    else pairs.push([key, ''])
  }) // prettier-ignore
  return pairs
}

const isText = (value: string) => !/(?<![\ud800-\udbff])[\udc80-\udcff]/.test(value)

/** The bytes a text stands for, as base64. */
export function base64(value: string): string {
  let binary = ''
  for (const byte of bytesFromText(value)) binary += String.fromCharCode(byte)
  return btoa(binary)
}
