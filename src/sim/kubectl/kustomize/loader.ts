import { fetch, readFile, realPath, stat } from '../../node/os/calls'
import { SyscallError, type Proc } from '../../node/os/syscalls'
import { CommandError } from '../errors'

/** Reads the files of one kustomization, and none outside its folder. */
export interface Loader {
  /** Absolute path of the folder. */
  readonly root: string
  /** Files elsewhere are refused. */
  readonly restricted: boolean
  readonly parent?: Loader
}

/** The loader of the folder a command line names. Throws CommandError. */
export function* loaderAt(path: string, cwd: string, restricted: boolean): Proc<Loader> {
  if (isRemoteRepository(path)) throw noGit()
  if (path === '') throw new CommandError('must build at directory: directory path cannot be empty')
  return { root: yield* confirmDirectory(absolute(path, cwd), path), restricted }
}

/** The loader of another kustomization. Throws CommandError for what is no folder, and for circles. */
export function* enter(loader: Loader, path: string): Proc<Loader> {
  if (path === '') throw new CommandError('new root cannot be empty')
  if (isRemoteRepository(path)) throw noGit()
  if (path.startsWith('/')) throw new CommandError(`new root '${path}' cannot be absolute`)
  const wanted = absolute(path, loader.root)
  const root = yield* confirmDirectory(wanted, wanted)
  for (let visited: Loader | undefined = loader; visited; visited = visited.parent) {
    if (isWithin(visited.root, root))
      throw new CommandError(`cycle detected: candidate root '${root}' contains visited root '${visited.root}'`)
  }
  return { root, restricted: loader.restricted, parent: loader }
}

/** The content of a file. Throws CommandError, also for files outside the folder. */
export function* load(loader: Loader, path: string): Proc<string> {
  if (/^https?:\/\//.test(path)) return yield* download(path)
  const wanted = absolute(path, loader.root)
  const real = yield* confirm(wanted, wanted)
  const found = yield* stat(real)
  if (found?.type === 'directory') throw new CommandError(`'${wanted}' must resolve to a file`)
  if (loader.restricted && !isWithin(real.slice(0, real.lastIndexOf('/')) || '/', loader.root))
    throw new CommandError(`security; file '${wanted}' is not in or below '${loader.root}'`)
  return yield* readFile(real)
}

/** An answer that says no is the end of the matter: the address is no folder either. */
export class DownloadError extends CommandError {}

function* download(url: string): Proc<string> {
  let response
  try {
    response = yield* fetch({ method: 'GET', url, headers: {} })
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
    throw new CommandError(`Get "${url}": ${error.message.toLowerCase()}`)
  }
  if (response.status < 200 || response.status > 299) {
    if (isRemoteRepository(url)) throw new CommandError('URL is a git repository')
    throw new DownloadError(`HTTP Error: status code ${response.status} (${response.status === 404 ? 'Not Found' : 'Error'})`)
  }
  return response.body
}

/** What looks like a repository that git would have to fetch. */
const isRemoteRepository = (path: string) =>
  /^(git::|git@|ssh:\/\/|file:\/\/)/.test(path) || /^(https?:\/\/)?(github\.com|gitlab\.com|bitbucket\.org)[/:]/.test(path) || /^https?:\/\/.*(\.git|\/\/|[?&]ref=)/.test(path) // prettier-ignore

/** No machine of the simulation has git: what kustomize says then. */
const noGit = () => new CommandError(`no 'git' program on path: exec: "git": executable file not found in $PATH`)

function* confirmDirectory(path: string, named: string): Proc<string> {
  let real: string
  try {
    real = yield* confirm(path, named)
  } catch (error) {
    if (error instanceof CommandError) throw new CommandError(`must build at directory: not a valid directory: ${error.message}`)
    throw error
  }
  if ((yield* stat(real))?.type !== 'directory') throw new CommandError(`must build at directory: '${named}': file is not directory`)
  return real
}

/** The path without symbolic links. Throws CommandError that names the first part that is not there. */
function* confirm(path: string, named: string): Proc<string> {
  if (yield* stat(path)) return yield* realPath(path)
  let reached = ''
  for (const part of path.split('/').filter(Boolean)) {
    reached += `/${part}`
    if (!(yield* stat(reached))) break
  }
  throw new CommandError(`evalsymlink failure on '${named}' : lstat ${reached}: no such file or directory`)
}

/** Joins and cleans a path. */
export function absolute(path: string, from: string): string {
  const parts: string[] = []
  for (const part of (path.startsWith('/') ? path : `${from}/${path}`).split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return `/${parts.join('/')}`
}

const isWithin = (path: string, folder: string) => path === folder || folder === '/' || path.startsWith(`${folder}/`)
