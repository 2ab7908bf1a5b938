import type { AnyObject } from '../api/object'
import { builtInResource } from './built-in-resource'
import { recorded } from './change-cause'
import { clientConfig } from './kubeconfig'
import { discover } from './discovery'
import { ApiError, asReported, BadRequest, CommandError, ConnectionError } from './errors'
import { pathOf, typeOfObject, type ResourceType } from './mapper'
import { goJson, structJson } from './printers/json'
import { printerFor, type Printable, type Printer } from './printers/printer'
import type { Resource } from './resources'
import { requestJson } from './rest'
import { log, out, type Kubectl } from './session'
import { asStruct } from './typed'
import type { Proc } from '../node/os/syscalls'

export type DryRun = 'none' | 'client' | 'server'

/** What `--dry-run` means; old spellings are understood with a warning. Throws CommandError. */
export function* dryRunOf(kubectl: Kubectl): Proc<DryRun> {
  return (kubectl.known.dryRun ??= yield* readDryRun(kubectl))
}

function* readDryRun(kubectl: Kubectl): Proc<DryRun> {
  const value = kubectl.flags.text('dry-run')
  if (value === 'unchanged') {
    yield* log(kubectl, 'W', 'helpers.go:703', '--dry-run is deprecated and can be replaced with --dry-run=client.')
    return 'client'
  }
  if (value === 'none') return 'none'
  if (value === 'client' || value === 'server') return value
  const boolean = /^(1|t|T|TRUE|true|True)$/.test(value) ? 'client' : /^(0|f|F|FALSE|false|False)$/.test(value) ? 'none' : undefined
  if (boolean === undefined) throw new CommandError(`Invalid dry-run value (${value}). Must be "none", "server", or "client".`)
  yield* log(
    kubectl,
    'W',
    boolean === 'client' ? 'helpers.go:717' : 'helpers.go:720',
    `--dry-run=${value} is deprecated (boolean value) and can be replaced with --dry-run=${boolean}.`,
  )
  return boolean
}

/** `created`, `created (dry run)`, `created (server dry run)`. */
export const operationText = (operation: string, dryRun: DryRun) =>
  dryRun === 'none' ? operation : `${operation} (${dryRun === 'server' ? 'server ' : ''}dry run)`

/** What `--validate` asks of the server. Throws CommandError. */
export function fieldValidation({ flags }: Kubectl): 'Strict' | 'Warn' | 'Ignore' {
  // Some commands that write have no such flag.
  if (!flags.has('validate')) return 'Strict'
  const value = flags.text('validate').toLowerCase()
  if (value === 'strict' || /^(1|t|true)$/.test(value)) return 'Strict'
  if (value === 'warn') return 'Warn'
  if (value === 'ignore' || /^(0|f|false)$/.test(value)) return 'Ignore'
  throw new CommandError(
    `invalid - validate option ${JSON.stringify(flags.text('validate'))}; must be one of: strict (or true), warn, ignore (or false)`,
  )
}

/** Query parameters of a write. */
export function writeQuery(
  kubectl: Kubectl,
  dryRun: DryRun,
  manager = kubectl.flags.text('field-manager'),
): Record<string, string | undefined> {
  return {
    fieldManager: manager || undefined,
    dryRun: dryRun === 'server' ? 'All' : undefined,
    fieldValidation: kubectl.flags.has('validate') ? fieldValidation(kubectl) : undefined,
  }
}

/** POSTs an object to its collection; answers what the server made of it. */
export function* createObject(
  kubectl: Kubectl,
  { type, namespace }: Resource,
  object: AnyObject,
  query: Readonly<Record<string, string | undefined>>,
): Proc<AnyObject> {
  // Whatever version it was, it is nobody's now. Sent with sorted keys: a server that complains of several fields names them in the order in which they came.
  return yield* requestJson<AnyObject>(kubectl, { method: 'POST', path: pathOf(type, namespace), query, body: goJson(unversioned(object)) })
}

/** Reviews are written without any metadata. */
function unversioned(object: AnyObject): AnyObject {
  const { resourceVersion, ...metadata } = (object as Partial<AnyObject>).metadata ?? {}
  return resourceVersion ? { ...object, metadata: metadata as AnyObject['metadata'] } : object
}

export type PatchType = 'strategic' | 'merge' | 'json' | 'apply'
/** The media types of patches. */
export const patchContentTypes: Readonly<Record<PatchType, string>> = {
  strategic: 'application/strategic-merge-patch+json',
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
  apply: 'application/apply-patch+yaml',
}

/** PATCHes an object; answers it as it is now. */
export function* patchObject(
  kubectl: Kubectl,
  { type, namespace, name }: Resource,
  kind: PatchType,
  patch: unknown,
  query: Readonly<Record<string, string | boolean | undefined>>,
  subresource?: string,
): Proc<AnyObject> {
  return yield* requestJson<AnyObject>(kubectl, {
    method: 'PATCH',
    path: pathOf(type, namespace, name, subresource),
    query,
    body: typeof patch === 'string' ? patch : goJson(patch),
    contentType: patchContentTypes[kind],
  })
}

export const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration'

/** The object with its own text in the annotation that `apply` compares with later. */
export function withLastApplied(object: AnyObject): AnyObject {
  const { [lastApplied]: _, ...annotations } = object.metadata.annotations ?? {}
  const bare = { ...object, metadata: { ...object.metadata, annotations } }
  return { ...bare, metadata: { ...bare.metadata, annotations: { ...annotations, [lastApplied]: `${goJson(bare)}\n` } } }
}

/** The text in that annotation. */
export const lastAppliedOf = (object: AnyObject): string | undefined => object.metadata.annotations?.[lastApplied]

/** The same for an object held as a struct: its members keep their order and no empty annotations are written. */
export function structWithLastApplied(object: AnyObject): AnyObject {
  const struct = asStruct(object) as AnyObject // conforming keeps apiVersion, kind and metadata
  return {
    ...object,
    metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, [lastApplied]: `${structJson(struct)}\n` } },
  }
}

/** `--save-config`: the note is made before the object is told its namespace. */
export function savingConfig(object: AnyObject): AnyObject {
  const { namespace, ...metadata } = object.metadata
  const noted = structWithLastApplied({ ...object, metadata })
  return { ...noted, metadata: { ...noted.metadata, namespace } }
}

/** An object on its way: the server adds what metadata lacks. */
export interface NewObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: Readonly<Record<string, unknown>> & { readonly name?: string; readonly namespace?: string }
  readonly [member: string]: unknown
}

/** What a generator makes is created, or with --dry-run=client only shown. */
export interface Generated {
  /** Built-in kind, members in any order. */
  readonly object: NewObject
  /** `failed to create deployment`: put before an error. */
  readonly failure?: string
  readonly manager?: string
  /** Said of what the server made; `created` otherwise, and always of what is only shown. */
  readonly operation?: string
  /** Services pass over --save-config. */
  readonly savesConfig?: boolean
}

/** Refuses flags that every generator reads before it makes anything. Throws CommandError. */
export function* checkWriting(kubectl: Kubectl): Proc {
  yield* clientConfig(kubectl)
  yield* dryRunOf(kubectl)
  yield* printerFor(kubectl)
  fieldValidation(kubectl)
}

/** Creates what a generator made and prints it, as all `kubectl create TYPE` do. */
export function* createGenerated(
  kubectl: Kubectl,
  { object: made, failure, manager, operation = 'created', savesConfig = true }: Generated,
): Proc {
  const object = recorded(kubectl, made as unknown as AnyObject) // the server completes the metadata
  yield* clientConfig(kubectl)
  const dryRun = yield* dryRunOf(kubectl)
  const said = dryRun === 'client' ? 'created' : operation
  const printer = yield* printerFor(kubectl, { operation: operationText(said, dryRun), struct: true })
  const prepared =
    savesConfig && kubectl.flags.has('save-config') && kubectl.flags.bool('save-config') ? structWithLastApplied(object) : object
  fieldValidation(kubectl)
  if (dryRun === 'client') {
    yield* out(printer(asStruct(prepared)))
    return
  }
  const type = builtInResource(object)
  try {
    const namespace = type.namespaced ? (object.metadata.namespace ?? (yield* clientConfig(kubectl)).namespace) : ''
    const created = yield* createObject(
      kubectl,
      { type, namespace, name: object.metadata.name ?? '' },
      asStruct(prepared) as AnyObject,
      writeQuery(kubectl, dryRun, manager),
    )
    yield* out(printer(asStruct(created)))
  } catch (error) {
    throw withFailure(asReported(error), failure)
  }
}

/** The server's refusals keep their form; `failure` goes before everything else. */
export function withFailure(error: Error, failure: string | undefined): Error {
  if (!failure) return error
  if (!(error instanceof ApiError || error instanceof ConnectionError || error instanceof BadRequest)) return error
  return new CommandError(`${failure}${failure === 'failed to create secret' ? '' : ':'} ${error.message}`)
}

/** The namespace for a generated object's metadata: named only when the command line names it, as the real one does. */
export function* generatedNamespace(kubectl: Kubectl): Proc<{ namespace?: string }> {
  const { namespace, explicitNamespace } = yield* clientConfig(kubectl)
  return explicitNamespace ? { namespace } : {}
}

/** Prints objects that have been written. */
export function* printWritten(
  kubectl: Kubectl,
  operation: string,
  dryRun: DryRun = 'none',
  options: { struct?: boolean } = {},
): Proc<(object: AnyObject) => Proc> {
  const printer: Printer = yield* printerFor(kubectl, { operation: operationText(operation, dryRun), ...options })
  return function* (object) {
    yield* out(printer(object as Printable))
  }
}

/** The resource type of an object the server gave. */
export function* typeOf(kubectl: Kubectl, object: AnyObject): Proc<ResourceType> {
  return typeOfObject(yield* discover(kubectl), object.apiVersion, object.kind) ?? builtInResource(object)
}
