import type { AnyObject } from '../api/object'
import { sameJson } from '../formats/merge-patch'
import { toYaml } from '../formats/yaml-emit'
import { nowMs, readFile, remove, spawn, wait, writeFile } from '../node/os/calls'
import { SyscallError, type Proc } from '../node/os/syscalls'
import { ApiError, asReported, CommandError, Exit, hasReason, isNotFound, messageOf } from './errors'
import { clientConfig } from './kubeconfig'
import { manifestsIn } from './manifests'
import { goJson } from './printers/json'
import { goSyntax } from './printers/go-syntax'
import { recogniseAll, type Resource } from './resources'
import { err, type Kubectl } from './session'
import { withLastApplied } from './writing'

export const usualPreamble = `# Please edit the object below. Lines beginning with a '#' will be ignored,
# and an empty file will abort the edit. If an error occurs while saving this file will be
# reopened with the relevant failures.
#
`

/** What is edited, and what becomes of it. */
export interface Editing {
  /** With the objects as the file shows them. */
  readonly resources: readonly Resource[]
  /** Comments at the head of the file. */
  readonly preamble: string
  /** Saves one edited object. */
  readonly save: (edited: Resource) => Proc
  /** A refusal of the server's is told and the others are saved; otherwise it ends the edit, as anything else does. */
  readonly forgiving?: boolean
}

/** What the server said to the objects of one edited file. */
interface Outcome {
  /** Comments for the file: why it is opened again. */
  reasons: string
  missing: number
  failed: number
}

/** Opens objects in a temporary file with the user's editor until they are saved or nothing has changed. Throws CommandError. */
export function* editObjects(kubectl: Kubectl, editing: Editing): Proc {
  const { resources, preamble } = editing
  const format = formatOf(kubectl)
  const head = format === 'yaml' ? preamble : ''
  const original = `${head}${textOf(resources, format)}`
  const path = `/tmp/kubectl-edit-${kubectl.self.pid}${Math.floor(yield* nowMs()) % 1_000_000}.${format}`
  const ends = (text: string) => (kubectl.flags.bool('windows-line-endings') ? text.replaceAll('\n', '\r\n') : text)
  let content = original
  for (let again = false; ; again = true) {
    yield* writeFile(path, ends(content))
    yield* launchEditor(kubectl, path)
    const edited = (yield* readFile(path)).replaceAll('\r\n', '\n')
    const bare = withoutComments(edited)
    if (again && bare === withoutComments(content))
      return yield* keep(path, new CommandError('Edit cancelled, no valid changes were saved.'))
    const { reasons } = yield* saveEdited(kubectl, editing, { path, bare, original: withoutComments(original) })
    if (reasons === '') return
    content = `${head}${format === 'yaml' ? reasons : ''}${bare}`
  }
}

/** Reads the file and saves each of its objects; answers why it must be opened again. */
function* saveEdited(
  kubectl: Kubectl,
  { resources, save, forgiving }: Editing,
  { path, bare, original }: { readonly path: string; readonly bare: string; readonly original: string },
): Proc<Outcome> {
  const outcome: Outcome = { reasons: '', missing: 0, failed: 0 }
  const invalid = whyInvalid(bare)
  if (invalid !== undefined) {
    const called = calledInEdits(resources[0]!)
    yield* err(`error: ${called} is invalid\n`)
    return {
      ...outcome,
      reasons: reason(`${called} was not valid`, [`<nil>: Invalid value: "The edited file failed validation": ${invalid}`]),
    }
  }
  if (bare === original) return yield* giveUp(path, outcome)
  let edited: Resource[]
  try {
    edited = yield* recogniseAll(kubectl, manifestsIn(bare, 'edited-file'))
  } catch (error) {
    return { ...outcome, reasons: reason(`The edited file had a syntax error: ${messageOf(asReported(error))}`) }
  }
  try {
    const { namespace } = yield* clientConfig(kubectl)
    const elsewhere = edited.find(({ type, object }) => type.namespaced && (object!.metadata.namespace ?? namespace) !== namespace)
    if (elsewhere)
      throw new CommandError(
        `the namespace from the provided object "${elsewhere.namespace}" does not match the namespace "${namespace}". You must pass '--namespace=${elsewhere.namespace}' to perform this operation.`,
      )
    for (const resource of edited) yield* forgiving ? attempt(save(resource), resource, outcome) : save(resource)
  } catch (error) {
    if (error instanceof Error && error.name !== 'Exit') return yield* keep(path, error)
    throw error
  }
  if (outcome.failed) yield* err(`You can run \`kubectl replace -f ${path}\` to try this update again.\n`)
  else if (outcome.missing) yield* err(`The edits you made on deleted resources have been saved to ${JSON.stringify(path)}\n`)
  if (outcome.failed || outcome.missing) throw new Exit(1)
  if (outcome.reasons === '') yield* remove(path)
  return outcome
}

/** Tells a refusal of the server's and notes what it means for the file: an invalid edit may be mended. */
function* attempt(work: Proc, resource: Resource, outcome: Outcome): Proc {
  try {
    yield* work
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    const what = calledInEdits(resource)
    const { message } = error
    if (hasReason(error, 'Invalid')) {
      const causes = error.status.details?.causes ?? []
      outcome.reasons += reason(`${what} was not valid`, causes.map(({ field, message }) => `${field ?? ''}: ${message}`)) // prettier-ignore
      yield* err(`error: ${what} is invalid\n`)
    } else if (isNotFound(error)) {
      outcome.missing++
      yield* err(`error: ${what} could not be found on the server\n`)
    } else {
      outcome.failed++
      yield* err(`error: ${what} could not be patched: ${message}\n`)
    }
  }
}

const reason = (head: string, lines: readonly string[] = []) =>
  [`${head}${lines.length ? ':' : ''}`, ...lines.map((line) => `* ${line}`)]
    .map((line) => `# ${line.replaceAll('\n', '\n# ')}\n`)
    .join('') + '#\n'

/** The one of the originals that an edited object came from: they are told by uid. Throws CommandError when there is none. */
export function originalOf(originals: readonly Resource[], { object }: Resource): Resource {
  const found = originals.find((one) => (one.object!.metadata.uid ?? '') === (object!.metadata.uid ?? ''))
  if (!found) throw new CommandError(`no original object found for &unstructured.Unstructured{Object:${goSyntax(object)}}`)
  return found
}

/** What makes an object another one must not be edited. Throws CommandError. */
export function refuseRenaming(before: AnyObject, after: AnyObject): void {
  if (!sameJson([before.apiVersion, before.kind, before.metadata.name], [after.apiVersion, after.kind, after.metadata.name]))
    throw new CommandError('At least one of apiVersion, kind and name was changed')
}

/** With `--save-config`, the object with the note of what was applied: the real one has put the managed fields back by then. */
export function annotated({ flags }: Kubectl, object: AnyObject, managedFields?: unknown): AnyObject {
  if (!flags.has('save-config') || !flags.bool('save-config')) return object
  const { annotations } = withLastApplied({ ...object, metadata: { ...object.metadata, managedFields } } as AnyObject).metadata
  return { ...object, metadata: { ...object.metadata, annotations } }
}

/** `-o`: what the file is written in. Throws CommandError. */
export function formatOf({ flags }: Kubectl): 'yaml' | 'json' {
  const format = flags.text('output') || 'yaml'
  if (format !== 'yaml' && format !== 'json')
    throw new CommandError(
      `unable to match a printer suitable for the output format ${JSON.stringify(format)}, allowed formats are: json,yaml`,
    )
  return format
}

function textOf(resources: readonly Resource[], format: string): string {
  const objects = resources.map(({ object }) => object!)
  const value = objects.length === 1 ? objects[0]! : { apiVersion: 'v1', items: objects, kind: 'List', metadata: {} }
  return format === 'json' ? `${goJson(value, '    ')}\n` : toYaml(value)
}

const withoutComments = (text: string) =>
  text
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n')

/** What is wrong with an edited file before anybody asks what it is about; undefined when nothing is. */
function whyInvalid(text: string): string | undefined {
  const entries = manifestsIn(text, 'edited-file', { validate: true })
  if (entries.length === 0) return 'invalid object to validate'
  const problem = entries.find((entry) => entry instanceof Error)?.message
  return (
    problem && (/error validating data: (.*); if you choose/s.exec(problem)?.[1] ?? problem.replace(/^error parsing edited-file: /, ''))
  )
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
    // Only a name that PATH does not know is told as such.
    throw new CommandError(editor.includes('/') ? problem : `unable to launch the editor ${JSON.stringify(editor)}`)
  }
  if (code !== 0) throw new CommandError(problem)
}

function* giveUp<T>(path: string, answer: T): Proc<T> {
  yield* remove(path)
  yield* err('Edit cancelled, no changes made.\n')
  return answer
}

function* keep(path: string, error: Error): Proc<never> {
  yield* err(`A copy of your changes has been stored to "${path}"\n`)
  throw error
}

/** `deployments.apps "web"`, as errors about an edit call a resource. */
export const calledInEdits = ({ type, name }: Resource) => `${type.plural}${type.group ? `.${type.group}` : ''} ${JSON.stringify(name)}`
