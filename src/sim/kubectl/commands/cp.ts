import { cleanPath } from '../clean-path'
import type { Pod } from '../../api/types/core-v1.gen'
import { joined, readTar, tarEnd, TarError, tarIsComplete, tarMember, type TarEntry } from '../../formats/tar'
import { listDirectory, makeDirectory, readFile, readLink, stat, writeFile } from '../../node/os/calls'
import { SyscallError, type Proc } from '../../node/os/syscalls'
import { bytesFromText, textFromBytes } from '../../node/os/text'
import { builtInResource } from '../built-in-resource'
import { CommandError, Exit } from '../errors'
import { clientConfig } from '../kubeconfig'
import { pathOf } from '../mapper'
import { requestJson } from '../rest'
import { err, out, type Command, type Kubectl } from '../session'
import { chooseContainer, execIn } from './exec'

const pods = builtInResource({ apiVersion: 'v1', kind: 'Pod' })

/** `[[namespace/]pod:]path`. Without a pod it is a path of this machine. */
interface FileSpec {
  readonly namespace?: string
  readonly pod?: string
  readonly path: string
}

/** `kubectl cp`: files go through a tar that runs in the container, so there must be one. */
export const cp: Command = {
  *run(kubectl) {
    yield* clientConfig(kubectl)
    if (kubectl.args.length !== 2) throw new CommandError('source and destination are required')
    const [from, to] = kubectl.args.map(fileSpec) as [FileSpec, FileSpec]
    if (from.pod !== undefined && to.pod !== undefined) throw new CommandError('one of src or dest must be a local file specification')
    if (from.path === '' || to.path === '') throw new CommandError('filepath can not be empty')
    if (from.pod !== undefined) return yield* fromPod(kubectl, { ...from, pod: from.pod }, to.path)
    if (to.pod !== undefined) return yield* toPod(kubectl, from.path, { ...to, pod: to.pod })
    throw new CommandError('one of src or dest must be a remote file specification')
  },
}

const withoutLastSlash = (path: string) => (path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path)

function fileSpec(text: string): FileSpec {
  const colon = text.indexOf(':')
  if (colon < 0) return { path: withoutLastSlash(text) }
  const place = text.slice(0, colon).split('/')
  if (colon === 0 || place.length > 2) throw new CommandError('filespec must match the canonical format: [[namespace/]pod:]file/path')
  const path = withoutLastSlash(text.slice(colon + 1).replaceAll('\\', '/'))
  return place.length === 2 ? { namespace: place[0], pod: place[1], path } : { pod: place[0], path }
}

// ---- names, as Go's path package sees them ----

const joinPath = (...parts: readonly string[]) => cleanPath(parts.filter((part) => part !== '').join('/'))
const baseName = (path: string) => withoutLastSlash(path).split('/').at(-1) || '/'
const directoryOf = (path: string) => cleanPath(path.slice(0, path.lastIndexOf('/') + 1))

// ---- to a pod ----

function* toPod(kubectl: Kubectl, source: string, to: FileSpec & { readonly pod: string }): Proc<number> {
  if (!(yield* stat(source))) throw new CommandError(`${source} doesn't exist in local filesystem`)
  const isDirectory = (yield* runTar(kubectl, to, ['test', '-d', to.path], { silent: true, probing: true })) === 0
  const path = isDirectory ? joinPath(to.path, baseName(source)) : to.path
  const members: Uint8Array[] = []
  yield* pack(source, baseName(path), members)
  const archive = textFromBytes(joined([...members, tarEnd]))
  const flags = kubectl.flags.bool('no-preserve') ? ['--no-same-permissions', '--no-same-owner'] : []
  const code = yield* runTar(kubectl, to, ['tar', ...flags, '-xmf', '-', '-C', directoryOf(path)], { input: archive })
  return yield* ended(code)
}

/** Gathers a file, or a directory with all that is in it; directories are members of their own only when they are empty. */
function* pack(path: string, name: string, members: Uint8Array[]): Proc {
  const info = yield* stat(path, { follow: false })
  if (!info) return
  const { mode, uid, gid, modifiedMs } = info
  const member = { name, mode, uid, gid, modifiedMs, data: new Uint8Array() }
  if (info.type === 'directory') {
    const children = yield* listDirectory(path)
    if (children.length === 0) members.push(tarMember({ ...member, type: 'directory' }))
    for (const child of children) yield* pack(joinPath(path, child), joinPath(name, child), members)
  } else if (info.type === 'symlink') members.push(tarMember({ ...member, type: 'symlink', target: yield* readLink(path) }))
  else members.push(tarMember({ ...member, type: 'file', data: bytesFromText(yield* readFile(path)) }))
}

// ---- from a pod ----

function* fromPod(kubectl: Kubectl, from: FileSpec & { readonly pod: string }, target: string): Proc<number> {
  const command = kubectl.flags.int('retries') === 0 ? ['tar', 'cf', '-', from.path] : ['sh', '-c', `tar cf - ${from.path} | tail -c+0`]
  let received = ''
  const code = yield* runTar(kubectl, from, command, {
    toStdout: true,
    // The archive says itself where it ends; how tar fares afterwards is of no interest.
    output: (text) => endsLikeArchive((received += text)) && tarIsComplete(bytesFromText(received)),
  })
  if (code !== 0) return yield* ended(code)
  const prefix = withinRoot(cleanPath(from.path.replace(/^[./]*\//, '')))
  yield* unpack(bytesFromText(received), prefix, target, from, (yield* clientConfig(kubectl)).namespace)
  return 0
}

/** Whether looking more closely is worth the while: an archive ends with empty blocks. */
const endsLikeArchive = (text: string) => text.endsWith('\0'.repeat(512))

/** A path cannot leave the container's root: what leads out of it is cut off. */
const withinRoot = (path: string) => path.replace(/^(?:\.\.(?:\/|$))+/, '').replace(/^\.$/, '')

function* unpack(bytes: Uint8Array, prefix: string, target: string, from: FileSpec, namespace: string): Proc {
  let entries: readonly TarEntry[]
  try {
    entries = readTar(bytes)
  } catch (error) {
    if (!(error instanceof TarError)) throw error
    throw new CommandError('archive/tar: invalid tar header')
  }
  let toldOfLinks = false
  for (const entry of entries) {
    if (!entry.name.startsWith(prefix)) throw new CommandError('tar contents corrupted')
    const path = joinPath(target, entry.name.slice(prefix.length))
    if (target !== '.' && path !== cleanPath(target) && !path.startsWith(`${cleanPath(target)}/`.replace(/^\/\/$/, '/'))) {
      yield* err(`warning: file ${JSON.stringify(path)} is outside target destination, skipping\n`)
      continue
    }
    if (entry.type === 'symlink') {
      const advice = `(consider using "kubectl exec -n ${JSON.stringify(from.namespace ?? namespace)} ${JSON.stringify(from.pod)} -- tar cf - ${JSON.stringify(from.path)} | tar xf -")`
      yield* err(
        `warning: skipping symlink: ${JSON.stringify(path)} -> ${JSON.stringify(entry.target)}${toldOfLinks ? '' : ` ${advice}`}\n`,
      )
      toldOfLinks = true
      continue
    }
    yield* place(entry, path)
  }
}

function* place({ type, data }: TarEntry, path: string): Proc {
  yield* inGo('mkdir', directoryOf(path), makeDirectory(directoryOf(path), { parents: true }))
  if (type === 'directory') yield* inGo('mkdir', path, makeDirectory(path, { parents: true }))
  else yield* inGo('open', path, writeFile(path, textFromBytes(data)))
}

/** A refused system call in Go's words: `open x: is a directory`. */
function* inGo(verb: string, path: string, work: Proc): Proc {
  try {
    yield* work
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
    throw new CommandError(`${verb} ${path}: ${error.message.toLowerCase()}`)
  }
}

// ---- the command in the container ----

interface TarStreams {
  readonly input?: string
  readonly output?: (text: string) => boolean
  readonly silent?: boolean
  /** What is said about the copying is said on standard output, as the real one has it when it copies from a pod. */
  readonly toStdout?: boolean
  /** Whatever goes wrong is an answer too. */
  readonly probing?: boolean
}

function* runTar(
  kubectl: Kubectl,
  { namespace, pod: name }: FileSpec & { readonly pod: string },
  command: readonly string[],
  { probing = false, ...streams }: TarStreams,
): Proc<number> {
  try {
    const place = { type: pods, namespace: namespace ?? (yield* clientConfig(kubectl)).namespace, name }
    const pod = yield* requestJson<Pod>(kubectl, { path: pathOf(pods, place.namespace, name) })
    if (pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed')
      throw new CommandError(`cannot exec into a container in a completed pod; current phase is ${pod.status.phase}`)
    const container = kubectl.flags.text('container') || (yield* chooseContainer(pod, '', probing, streams.toStdout ? out : err))
    return yield* execIn(kubectl, place, { container, command, stdin: streams.input !== undefined, tty: false }, streams)
  } catch (error) {
    if (!probing || error instanceof SyscallError) throw error
    return 1
  }
}

function* ended(code: number): Proc<number> {
  if (code === 0) return 0
  yield* err(`command terminated with exit code ${code}\n`)
  throw new Exit(code)
}
