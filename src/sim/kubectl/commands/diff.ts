import type { AnyObject } from '../../api/object'
import { toYaml } from '../../formats/yaml-emit'
import { makeDirectory, random, remove, spawn, wait, writeFile } from '../../node/os/calls'
import { SyscallError, type Proc } from '../../node/os/syscalls'
import { asReported, CommandError, Exit, isConflict, isNotFound, report } from '../errors'
import { fileOptions } from '../manifests'
import { fetchResource, findResources, type Resource } from '../resources'
import { err, log, usageError, type Command, type Kubectl } from '../session'
import { objectsToPrune, prunableTypes } from '../prune'
import { showValidation } from '../openapi'
import { isRegistered } from '../typed'
import { createObject, lastApplied, patchObject } from '../writing'
import { patchFor } from './apply'

/** `kubectl diff`: what is there beside what `apply` would make of it, by a program that compares folders. Exit code 1: they differ. */
export const diff: Command = {
  *run(kubectl) {
    try {
      return yield* findDifferences(kubectl)
    } catch (error) {
      // 1 says that there are differences: every failure ends with 2 or more.
      if (error instanceof Exit) throw error
      const { text, code } = report(asReported(error))
      yield* err(text)
      throw new Exit(Math.max(2, code))
    }
  },
}

function* findDifferences(kubectl: Kubectl): Proc<number> {
  const { flags, args } = kubectl
  const files = fileOptions(kubectl)
  if (args.length) throw usageError(kubectl, `Unexpected args: [${args.join(' ')}]`)
  if (files.names.length === 0 && !files.kustomize) throw new CommandError('must specify one of -f and -k')
  if (flags.bool('force-conflicts') && !flags.bool('server-side')) throw new CommandError('--force-conflicts only works with --server-side')
  if (flags.bool('prune') && flags.list('prune-allowlist').length) yield* prunableTypes(kubectl)
  const found = yield* findResources(kubectl, { words: [], files, selector: flags.text('selector') })
  // The first object that cannot be found ends it.
  if (found.errors[0]) {
    if (flags.bool('prune')) yield* tryToPrune(kubectl)
    throw found.errors[0]
  }
  const folders = { live: yield* temporaryFolder('LIVE'), merged: yield* temporaryFolder('MERGED') }
  try {
    const live: AnyObject[] = []
    for (const resource of found.resources) live.push(...(yield* writeBoth(kubectl, resource, folders)))
    // What would be pruned stands on one side only.
    if (flags.bool('prune'))
      for (const resource of yield* objectsToPrune(
        kubectl,
        live,
        found.resources.map(({ namespace }) => namespace),
      ))
        yield* writeFile(`${folders.live}/${fileName(resource)}`, toYaml(resource.object))
    const code = yield* compare(kubectl, folders)
    if (code > 1) throw new CommandError(`exit status ${code}`, code)
    return code
  } finally {
    yield* remove(folders.live, { recursive: true })
    yield* remove(folders.merged, { recursive: true })
  }
}

/** What is to be pruned is asked for even where the objects themselves could not be found. */
function* tryToPrune(kubectl: Kubectl): Proc {
  try {
    yield* objectsToPrune(kubectl, [], [])
  } catch (error) {
    const why = `error retrieving RESTMappings to prune: invalid resource /v1, Kind=ConfigMap, Namespaced=true: ${asReported(error).message}`
    yield* log(kubectl, 'W', 'diff.go:760', `pruning failed and could not be evaluated err: ${why}`)
  }
}

interface Folders {
  readonly live: string
  readonly merged: string
}

function* temporaryFolder(word: string): Proc<string> {
  const path = `/tmp/${word}-${String(Math.floor((yield* random()) * 2 ** 32))}`
  yield* makeDirectory(path, { parents: true })
  return path
}

const fileName = ({ type: { group, version, kind }, namespace, name }: Resource) =>
  `${group ? `${group}.` : ''}${version}.${kind}.${namespace}.${name}`

/** Writes an object as it is and as it would be; answers the one that is there. */
function* writeBoth(kubectl: Kubectl, resource: Resource, { live, merged }: Folders): Proc<AnyObject[]> {
  const file = fileName(resource)
  const before = yield* liveObject(kubectl, resource)
  const after = yield* mergedObject(kubectl, resource, before)
  const [left, right] = masked(shown(kubectl, before), shown(kubectl, after))
  // Of a Secret that is not there yet the hidden values are looked for all the same.
  yield* writeFile(`${live}/${file}`, left ? toYaml(left) : isSecret(after) ? 'null\n' : '')
  yield* writeFile(`${merged}/${file}`, right ? toYaml(right) : '')
  return before ? [before] : []
}

function* liveObject(kubectl: Kubectl, resource: Resource): Proc<AnyObject | undefined> {
  try {
    return (yield* fetchResource(kubectl, resource)).object
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}

/** What the server says it would store. A conflict means that somebody wrote meanwhile: once more with what is there then. */
function* mergedObject(kubectl: Kubectl, resource: Resource, before: AnyObject | undefined): Proc<AnyObject> {
  const { flags } = kubectl
  const wanted = resource.object!
  if (flags.bool('server-side')) {
    const manager = flags.changed('field-manager') ? flags.text('field-manager') : 'kubectl'
    const query = { fieldManager: manager, force: String(flags.bool('force-conflicts')), dryRun: 'All' }
    try {
      return yield* patchObject(kubectl, resource, 'apply', wanted, query)
    } catch (error) {
      // A conflict between managers looks like one between writes: it is tried again, and given up with these words.
      const { group, version, kind } = resource.type
      if (isConflict(error))
        yield* log(
          kubectl,
          'W',
          'diff.go:723',
          `Object (${group}/${version}, Kind=${kind}: ${resource.name}) keeps changing, diffing without lock`,
        )
      throw error
    }
  }
  const query = { fieldManager: flags.text('field-manager'), dryRun: 'All' }
  if (!before) return yield* createObject(kubectl, resource, wanted, query)
  if (isRegistered(wanted)) yield* showValidation(kubectl, resource.type)
  const { patch, kind } = patchFor(unmarked(wanted), before)
  if (Object.keys(patch).length === 0) return before
  try {
    return yield* patchObject(kubectl, resource, kind, patch, query)
  } catch (error) {
    if (!isConflict(error)) throw error
    const now = (yield* fetchResource(kubectl, resource)).object!
    const again = patchFor(unmarked(wanted), now)
    return yield* patchObject(kubectl, resource, again.kind, again.patch, query)
  }
}

/** As `apply` compares it: with annotations, be they empty, but without the note of what was applied. */
function unmarked(object: AnyObject): AnyObject {
  const { [lastApplied]: _, ...annotations } = object.metadata.annotations ?? {}
  return { ...object, metadata: { ...object.metadata, annotations } }
}

function shown({ flags }: Kubectl, object: AnyObject | undefined): AnyObject | undefined {
  if (!object || flags.bool('show-managed-fields')) return object
  const { managedFields: _, ...metadata } = object.metadata
  return { ...object, metadata }
}

const isSecret = (object: AnyObject | undefined) => object?.kind === 'Secret' && object.apiVersion === 'v1'

/** Secrets stay secret: their values are starred, and marked where they differ. */
function masked(before: AnyObject | undefined, after: AnyObject | undefined): [AnyObject | undefined, AnyObject | undefined] {
  if (!isSecret(after ?? before)) return [before, after]
  const dataOf = (object: AnyObject | undefined) => (object?.data ?? {}) as Readonly<Record<string, string>> // a Secret's
  const [old, young] = [dataOf(before), dataOf(after)]
  const stars = (own: Readonly<Record<string, string>>, other: Readonly<Record<string, string>>, mark: string) =>
    Object.fromEntries(Object.keys(own).map((key) => [key, key in other && other[key] !== own[key] ? `*** (${mark})` : '***']))
  const hide = (object: AnyObject | undefined, data: Readonly<Record<string, string>>) => (object?.data ? { ...object, data } : object)
  return [hide(before, stars(old, young, 'before')), hide(after, stars(young, old, 'after'))]
}

/** Runs `diff -u -N`, or what KUBECTL_EXTERNAL_DIFF names. */
function* compare({ self }: Kubectl, { live, merged }: Folders): Proc<number> {
  const own = (self.env.KUBECTL_EXTERNAL_DIFF ?? '').split(' ').filter((word) => /^[a-zA-Z0-9_.=/-]+$/.test(word))
  const words = own.length ? own : ['diff', '-u', '-N']
  try {
    const pid = yield* spawn({ argv: [...words, live, merged], env: self.env, cwd: self.cwd, fds: { 0: 0, 1: 1, 2: 2 } })
    return (yield* wait(pid)).code
  } catch (error) {
    if (error instanceof SyscallError && error.code === 'ENOENT')
      throw new CommandError(`failed to run ${JSON.stringify(words[0])}: executable file not found in $PATH`, 2)
    throw error
  }
}
