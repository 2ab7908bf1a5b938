import type { AnyObject } from '../../api/object'
import { mergeDiff, sameJson } from '../../formats/merge-patch'
import { strategicDiff } from '../../formats/strategic-merge'
import { toYaml } from '../../formats/yaml'
import { nowMs, readFile, remove, spawn, wait, writeFile } from '../../node/os/calls'
import { SyscallError, type Proc } from '../../node/os/syscalls'
import { ApiError, asReported, CommandError, Exit, hasReason, isNotFound, messageOf, throwAll } from '../errors'
import { fileOptions, parseStream } from '../manifests'
import { goJson } from '../printers/json'
import { findResources, type Resource } from '../resources'
import { err, out, type Kubectl, type Command } from '../session'
import { typeNameOf } from '../typed'
import { fieldValidation, patchObject, printWritten, withLastApplied, writeQuery } from '../writing'

const preamble = `# Please edit the object below. Lines beginning with a '#' will be ignored,
# and an empty file will abort the edit. If an error occurs while saving this file will be
# reopened with the relevant failures.
#
`

/** `kubectl edit`: objects in a temporary file, an editor on it, and a patch of what was changed; refused edits are opened again with the reasons. */
export const edit: Command = {
  *run(kubectl) {
    const { flags, args } = kubectl
    const format = flags.text('output') || 'yaml'
    const files = fileOptions(kubectl)
    const subresource = flags.text('subresource') || undefined
    const { resources, errors } = yield* findResources(kubectl, { words: args, files, bareTypes: true, fetch: true, subresource })
    throwAll(errors)
    if (format !== 'yaml' && format !== 'json') throw new CommandError("The flag 'output' must be one of yaml|json")
    fieldValidation(kubectl)
    if (resources.length === 0) throw new CommandError('edit cancelled, no objects found')
    const originals = resources.map((resource) => shownOf(kubectl, resource.object!))
    const original = textOf(originals, format)
    const print = yield* printWritten(kubectl, 'edited')
    const path = `/tmp/kubectl-edit-${kubectl.self.pid}${Math.floor(yield* nowMs()) % 1_000_000}.${format}`

    let content = original
    let reasons = ''
    for (;;) {
      yield* writeFile(path, `${format === 'yaml' || reasons ? preamble : ''}${reasons}${content}`)
      yield* launchEditor(kubectl, path)
      const edited = yield* readFile(path)
      const bare = withoutComments(edited)
      if (reasons && bare === withoutComments(content)) return yield* keep(path, 'Edit cancelled, no valid changes were saved.')
      if (bare === withoutComments(original)) return yield* giveUp(path, 'Edit cancelled, no changes made.')
      if (bare.trim() === '') return yield* giveUp(path, 'Edit cancelled, saved file was empty.')
      content = bare
      try {
        const objects = objectsIn(bare)
        reasons = yield* patchAll(kubectl, { resources, originals, objects, path, print, subresource })
      } catch (error) {
        if (!(error instanceof CommandError)) throw error
        reasons = `# The edited file had a syntax error: ${error.message}\n#\n`
      }
      if (reasons === '') {
        yield* remove(path)
        return
      }
    }
  },
}

/** What the file shows of an object. */
function shownOf({ flags }: Kubectl, object: AnyObject): AnyObject {
  if (flags.bool('show-managed-fields')) return object
  const { managedFields: _, ...metadata } = object.metadata
  return { ...object, metadata }
}

function textOf(objects: readonly AnyObject[], format: string): string {
  const value = objects.length === 1 ? objects[0]! : { apiVersion: 'v1', items: objects, kind: 'List', metadata: {} }
  return format === 'json' ? `${goJson(value, '    ')}\n` : toYaml(value)
}

const withoutComments = (text: string) =>
  text
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n')

/** The objects of an edited file. Throws CommandError when it cannot be read. */
function objectsIn(text: string): AnyObject[] {
  return [...parseStream(text, '"edited-file"')].flatMap((value) => {
    const object = value as AnyObject & { items?: AnyObject[] } // shape is checked by the server, identity by patchAll
    return object.kind === 'List' && Array.isArray(object.items) ? object.items : [object]
  })
}

function* launchEditor(kubectl: Kubectl, path: string): Proc {
  const { env, cwd } = kubectl.self
  const editor = env.KUBE_EDITOR || env.EDITOR || 'vi'
  const problem = `there was a problem with the editor ${JSON.stringify(editor)}`
  // An editor with arguments or quotes is a shell's business, as for the real one.
  const argv = /[ "'\\]/.test(editor) ? ['/bin/bash', '-c', `${editor} ${JSON.stringify(path)}`] : [editor, path]
  let code: number
  try {
    code = (yield* wait(yield* spawn({ argv, env, cwd, fds: { 0: 0, 1: 1, 2: 2 } }))).code
  } catch (error) {
    if (!(error instanceof SyscallError) || error.code === 'EINTR') throw error
    throw new CommandError(`unable to launch the editor ${JSON.stringify(editor)}`)
  }
  if (code !== 0) throw new CommandError(problem)
}

function* giveUp(path: string, message: string): Proc {
  yield* remove(path)
  yield* err(`${message}\n`)
}

function* keep(path: string, message: string): Proc {
  yield* err(`A copy of your changes has been stored to "${path}"\n`)
  throw new CommandError(message)
}

interface Edit {
  readonly resources: readonly Resource[]
  readonly originals: readonly AnyObject[]
  readonly objects: readonly AnyObject[]
  readonly path: string
  readonly print: (object: AnyObject) => Proc
  readonly subresource: string | undefined
}

/** Patches each object that was changed; answers, as comments for the file, why the server found an edit invalid. */
function* patchAll(kubectl: Kubectl, { resources, originals, objects, path, print, subresource }: Edit): Proc<string> {
  let reasons = ''
  for (const object of objects) {
    const at = originals.findIndex(
      (one) =>
        one.kind === object?.kind &&
        one.apiVersion === object.apiVersion &&
        one.metadata.name === object.metadata?.name &&
        one.metadata.namespace === object.metadata.namespace,
    )
    if (at < 0) throw new CommandError('At least one of apiVersion, kind and name was changed')
    const [resource, before] = [resources[at]!, originals[at]!]
    if (sameJson(before, object)) {
      yield* err(`${resource.type.plural}${resource.type.group ? `.${resource.type.group}` : ''} "${resource.name}" skipped\n`)
      continue
    }
    const after = kubectl.flags.bool('save-config') ? withLastApplied(object) : object
    const typeName = typeNameOf(object.apiVersion, object.kind)
    const patch = typeName ? strategicDiff(before, after, typeName) : mergeDiff(before, after)
    if (kubectl.flags.bool('output-patch')) yield* out(`Patch: ${goJson(patch)}\n`)
    try {
      const kind = typeName ? 'strategic' : 'merge'
      yield* print(yield* patchObject(kubectl, resource, kind, patch, writeQuery(kubectl, 'none'), subresource))
    } catch (error) {
      reasons += yield* refused(asReported(error), resource, path)
    }
  }
  return reasons
}

/** Says that an edit was refused. An invalid one may be mended: its reasons are answered. Any other ends the command. */
function* refused(error: Error, { type, name }: Resource, path: string): Proc<string> {
  const what = `${type.plural}${type.group ? `.${type.group}` : ''} ${JSON.stringify(name)}`
  if (hasReason(error, 'Invalid')) {
    yield* err(`error: ${what} is invalid\n`)
    const causes = error instanceof ApiError ? (error.status.details?.causes ?? []) : []
    return `# ${what} was not valid${causes.length > 0 ? ':' : ''}\n${causes.map(({ field, message }) => `# * ${field}: ${message}\n`).join('')}#\n`
  }
  if (isNotFound(error)) {
    yield* err(`error: ${what} could not be found on the server\nThe edits you made on deleted resources have been saved to "${path}"\n`)
    throw new Exit(1)
  }
  yield* err(`error: ${what} could not be patched: ${error instanceof ApiError ? error.message : messageOf(error)}\n`)
  yield* err(`You can run \`kubectl replace -f ${path}\` to try this update again.\n`)
  throw new Exit(1)
}
