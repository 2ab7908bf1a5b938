import type { AnyObject } from '../api/object'
import { toYaml } from '../formats/yaml-emit'
import { nowMs, readFile, remove, spawn, wait, writeFile } from '../node/os/calls'
import { SyscallError, type Proc } from '../node/os/syscalls'
import { CommandError } from './errors'
import { parseStream } from './manifests'
import { goJson } from './printers/json'
import type { Resource } from './resources'
import { err, type Kubectl } from './session'

export const usualPreamble = `# Please edit the object below. Lines beginning with a '#' will be ignored,
# and an empty file will abort the edit. If an error occurs while saving this file will be
# reopened with the relevant failures.
#
`

/** What is edited, and what becomes of it. */
export interface Editing {
  readonly objects: readonly AnyObject[]
  /** What the first one is called in errors: `configmaps "settings"`. */
  readonly called: string
  /** Comments at the head of the file. */
  readonly preamble: string
  /** Saves what was edited; answers, as comments for the file, why that was refused: then the file is opened again. */
  readonly save: (edited: readonly AnyObject[], path: string) => Proc<string>
}

/** Opens objects in a temporary file with the user's editor until they are saved or nothing has changed. Throws CommandError. */
export function* editObjects(kubectl: Kubectl, { objects, called, preamble, save }: Editing): Proc {
  const { flags } = kubectl
  const format = formatOf(kubectl)
  const original = textOf(objects, format)
  const path = `/tmp/kubectl-edit-${kubectl.self.pid}${Math.floor(yield* nowMs()) % 1_000_000}.${format}`
  const ends = (text: string) => (flags.bool('windows-line-endings') ? text.replaceAll('\n', '\r\n') : text)
  let content = original
  let reasons = ''
  for (;;) {
    yield* writeFile(path, ends(`${format === 'yaml' || reasons ? preamble : ''}${reasons}${content}`))
    yield* launchEditor(kubectl, path)
    const bare = withoutComments((yield* readFile(path)).replaceAll('\r\n', '\n'))
    if (reasons && bare === withoutComments(content))
      return yield* keep(path, new CommandError('Edit cancelled, no valid changes were saved.'))
    if (bare === withoutComments(original)) return yield* giveUp(path, 'Edit cancelled, no changes made.')
    content = bare
    let edited: AnyObject[]
    try {
      edited = objectsIn(bare)
    } catch (error) {
      if (!(error instanceof CommandError)) throw error
      yield* err(`error: ${called} is invalid\n`)
      reasons = `# ${called} was not valid:\n# * <nil>: Invalid value: "The edited file failed validation": ${error.message}\n#\n`
      continue
    }
    try {
      reasons = yield* save(edited, path)
    } catch (error) {
      if (error instanceof Error && error.name !== 'Exit') return yield* keep(path, error)
      throw error
    }
    if (reasons === '') return yield* remove(path)
  }
}

/** `-o`: what the file is written in. Throws CommandError. */
export function formatOf({ flags }: Kubectl): 'yaml' | 'json' {
  const format = flags.text('output') || 'yaml'
  if (format !== 'yaml' && format !== 'json') throw new CommandError("The flag 'output' must be one of yaml|json")
  return format
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
  const values = [...parseStream(text, 'edited-file')]
  if (values.length === 0) throw new CommandError('the file is empty')
  return values.flatMap((value) => {
    const object = value as AnyObject & { items?: AnyObject[] } // shape is checked by the server, identity by whoever saves
    if (typeof object !== 'object' || !object.kind || !object.apiVersion) throw new CommandError('[apiVersion not set, kind not set]')
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
    // Only a name that PATH does not know is told as such.
    throw new CommandError(editor.includes('/') ? problem : `unable to launch the editor ${JSON.stringify(editor)}`)
  }
  if (code !== 0) throw new CommandError(problem)
}

function* giveUp(path: string, message: string): Proc {
  yield* remove(path)
  yield* err(`${message}\n`)
}

function* keep(path: string, error: Error): Proc {
  yield* err(`A copy of your changes has been stored to "${path}"\n`)
  throw error
}

/** `deployments.apps "web"`, as errors about an edit call a resource. */
export const calledInEdits = ({ type, name }: Resource) => `${type.plural}${type.group ? `.${type.group}` : ''} ${JSON.stringify(name)}`
