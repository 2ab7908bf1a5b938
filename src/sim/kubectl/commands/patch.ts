import type { AnyObject } from '../../api/object'
import { jsonPatch, JsonPatchError } from '../../formats/json-patch'
import { mergePatch, sameJson } from '../../formats/merge-patch'
import { strategicMerge, StrategicMergeError } from '../../formats/strategic-merge'
import { parseYaml, YamlError } from '../../formats/yaml'
import { readFile } from '../../node/os/calls'
import { SyscallError, type Proc } from '../../node/os/syscalls'
import { recordPatch } from '../change-cause'
import { CommandError, hasReason, throwAll } from '../errors'
import { fileOptions } from '../manifests'
import { apiVersionOf } from '../mapper'
import { goJson } from '../printers/json'
import { printerFor } from '../printers/printer'
import { findResources, type Resource } from '../resources'
import { out, type Command, type Kubectl } from '../session'
import { typeNameOf } from '../typed'
import { dryRunOf, patchContentTypes, patchObject, writeQuery } from '../writing'

type Kind = 'strategic' | 'merge' | 'json'

export const patch: Command = {
  *run(kubectl) {
    const { flags, args } = kubectl
    const dryRun = yield* dryRunOf(kubectl)
    const local = flags.bool('local')
    if (flags.text('patch') && flags.text('patch-file')) throw new CommandError('cannot specify --patch and --patch-file together')
    if (!flags.text('patch') && !flags.text('patch-file'))
      throw new CommandError('must specify --patch or --patch-file containing the contents of the patch')
    const files = fileOptions(kubectl)
    if (local && args.length) throw new CommandError('cannot specify --local and server resources')
    const kind = (flags.text('type').toLowerCase() || 'strategic') as Kind // checked on the next line
    if (!['json', 'merge', 'strategic'].includes(kind))
      throw new CommandError(`--type must be one of [json merge strategic], not ${JSON.stringify(flags.text('type'))}`)
    if (local && dryRun === 'server') throw new CommandError('cannot specify --local and --dry-run=server - did you mean --dry-run=client?')
    const text = yield* patchText(kubectl)
    const body = parsePatch(kubectl, text, kind, local || dryRun === 'client')
    let count = 0
    const { errors } = yield* findResources(
      kubectl,
      {
        words: args,
        files,
        local,
        // A file shows its object itself; it is not asked for.
        fetch: args.length > 0,
        subresource: flags.text('subresource') || undefined,
      },
      function* (resource) {
        count++
        yield* patchOne(kubectl, resource, kind, body, local, dryRun)
      },
    )
    throwAll(errors)
    if (count === 0) throw new CommandError('no objects passed to patch')
  },
}

function* patchOne(
  kubectl: Kubectl,
  resource: Resource,
  kind: Kind,
  body: unknown,
  local: boolean,
  dryRun: 'none' | 'client' | 'server',
): Proc {
  const subresource = kubectl.flags.text('subresource') || undefined
  let after: AnyObject
  let changed: boolean
  if (local || dryRun === 'client') {
    after = patchHere(resource.object!, kind, body)
    changed = !sameJson(resource.object, after)
  } else {
    try {
      after = yield* patchObject(kubectl, resource, kind, body, writeQuery(kubectl, dryRun), subresource)
    } catch (error) {
      if (!hasReason(error, 'UnsupportedMediaType')) throw error
      const { type } = resource
      const contentType = patchContentTypes[kind]
      throw new CommandError(`${contentType} is not supported by ${apiVersionOf(type)}, Kind=${type.kind}: ${error.message}`)
    }
    changed = !sameJson(resource.object, after)
    const record = dryRun === 'none' ? recordPatch(kubectl) : undefined
    if (record) after = yield* patchObject(kubectl, resource, 'merge', record, writeQuery(kubectl, dryRun), subresource)
  }
  const operation = changed ? 'patched' : 'patched (no change)'
  const printer = yield* printerFor(kubectl, { operation })
  yield* out(printer(after))
}

/** Applies the patch without a server, in the words of the libraries a server uses. */
function patchHere(object: AnyObject, kind: Kind, body: unknown): AnyObject {
  try {
    if (kind === 'json') return stillAnObject(jsonPatch(object, body))
    if (kind === 'merge') return stillAnObject(mergeHere(object, body))
    const typeName = typeNameOf(object.apiVersion, object.kind)
    if (!typeName)
      throw new CommandError(
        `strategic merge patch is not supported for ${object.apiVersion?.includes('/') ? '' : '/'}${object.apiVersion ?? ''}, Kind=${object.kind} locally, try --type merge`,
      )
    if (body !== null && (typeof body !== 'object' || Array.isArray(body))) throw new CommandError('invalid JSON document')
    return stillAnObject(strategicMerge(object, body ?? {}, typeName))
  } catch (error) {
    if (!(error instanceof JsonPatchError) && !(error instanceof StrategicMergeError)) throw error
    const missing = /doc is missing key: (.*)$/.exec(error.message)?.[1]
    throw new CommandError(missing === undefined ? error.message : `Object to be patched is missing field (${missing})`)
  }
}

/** A patch may have taken away what makes an object one. */
function stillAnObject(value: unknown): AnyObject {
  const object = value as AnyObject // looked at here, or by whoever prints it
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && !object.kind)
    throw new CommandError(`Object 'Kind' is missing in '${goJson(value)}'`)
  return object
}

function mergeHere(object: AnyObject, body: unknown): AnyObject {
  if (Array.isArray(body)) throw new CommandError('json: cannot unmarshal array into Go value of type unstructured.detector')
  if (typeof body !== 'object' || body === null) throw new CommandError('Invalid JSON Patch')
  return mergePatch(object, body) as AnyObject // both are objects
}

function* patchText({ flags }: Kubectl): Proc<string> {
  const path = flags.text('patch-file')
  if (!path) return flags.text('patch')
  try {
    return yield* readFile(path)
  } catch (error) {
    if (error instanceof SyscallError)
      throw new CommandError(
        `unable to read patch file: ${error.code === 'EISDIR' ? 'read' : 'open'} ${path}: ${error.message.toLowerCase()}`,
      )
    throw error
  }
}

/** A patch in JSON or YAML: as a value where it is applied here, else as the JSON that is sent; what is no patch goes on to be refused by whoever applies it. */
function parsePatch({ flags }: Kubectl, text: string, kind: Kind, here: boolean): unknown {
  if (/^\s*\{/.test(text) && !here) return text
  try {
    const value = parseYaml(text)
    return here ? value : goJson(value)
  } catch (error) {
    if (!(error instanceof YamlError)) throw error
    if (/^\s*\{/.test(text) && here) throw new CommandError(kind === 'merge' ? 'Invalid JSON Patch' : 'invalid JSON document')
    throw new CommandError(`unable to parse ${JSON.stringify(flags.text('patch'))}: ${error.message}`)
  }
}
