import type { AnyObject } from '../api/object'
import { labelValue } from '../formats/names'
import { mergeDiff } from '../formats/merge-patch'
import type { Proc } from '../node/os/syscalls'
import { asReported, CommandError, throwAll } from './errors'
import { recorded } from './change-cause'
import { readPairs, type Edits } from './key-pairs'
import { fileOptions } from './manifests'
import { printerFor } from './printers/printer'
import { findResources, type Resource } from './resources'
import { out, type Command, type Kubectl } from './session'
import { dryRunOf, operationText, patchObject, writeQuery, type DryRun } from './writing'

/** What tells `label` from `annotate`. */
export interface MetadataEdit {
  readonly field: 'labels' | 'annotations'
  /** `label`. */
  readonly word: string
  /** Keys that may always be written again. */
  readonly free: readonly string[]
  /** `labeled`, `unlabeled`, `not labeled`. */
  readonly outcome: (before: AnyObject, after: AnyObject, overwrite: boolean) => string
  readonly overwriteRefusal: (clashes: readonly { key: string; value: string }[]) => Error[]
  readonly bothRefusal: (keys: readonly string[]) => string
  readonly checkValue?: boolean
  readonly tellsMissing?: boolean
  /** No output format beside `--list`. */
  readonly listsAlone?: boolean
  readonly badPairs: (pairs: readonly string[]) => string
  /** Name of a file in advice: `pod`. */
  readonly exampleFile: string
  /** `---` stands between the documents of `-o yaml`. */
  readonly separatesDocuments?: boolean
}

/** The command that edits one map of metadata. */
export const metadataEditor = (edit: MetadataEdit): Command => ({
  *run(kubectl) {
    const { flags } = kubectl
    yield* dryRunOf(kubectl)
    const { resources: words, pairs } = splitPairs(kubectl.args, edit.word)
    const files = fileOptions(kubectl)
    const local = flags.bool('local')
    const listing = flags.bool('list')
    const edits = parsePairs(pairs, edit)
    if (listing && edit.listsAlone && flags.text('output')) throw new CommandError('--list and --output may not be specified together')
    if (flags.bool('all') && flags.text('selector')) throw new CommandError('cannot set --all and --selector at the same time')
    if (flags.bool('all') && flags.text('field-selector')) throw new CommandError('cannot set --all and --field-selector at the same time')
    const dryRun = yield* dryRunOf(kubectl)
    if (local && dryRun === 'server') throw new CommandError('cannot specify --local and --dry-run=server - did you mean --dry-run=client?')
    const file = `-f ${edit.exampleFile}.yaml or --filename=${edit.exampleFile}.json`
    const noFiles = files.names.length === 0 && !files.kustomize
    if (local && words.length) throw new CommandError(`can only use local files by ${file} when --local=true is set`)
    if (local && noFiles) throw new CommandError(`one or more files must be specified as ${file}`)
    if (words.length === 0 && noFiles)
      throw new CommandError('one or more resources must be specified as <resource> <name> or <resource>/<name>')
    if (Object.keys(edits.set).length === 0 && edits.remove.length === 0 && !listing)
      throw new CommandError(`at least one ${edit.word} update is required`)
    const query = {
      words,
      files,
      local,
      fetch: true,
      selector: flags.text('selector'),
      fieldSelector: flags.text('field-selector'),
      bareTypes: flags.bool('all'),
      allNamespaces: flags.bool('all-namespaces'),
    }
    let seen = 0
    const editEach = function* (resource: Resource): Proc {
      yield* editOne(kubectl, resource, edit, edits, dryRun, local, seen++ === 0)
    }
    const version = flags.text('resource-version')
    // How many there are matters to a list, and to who names a version: then all are found first.
    const found = yield* findResources(kubectl, query, listing || version ? undefined : editEach)
    const errors = [...found.errors]
    const single = found.single || (found.resources.length === 1 && errors.length === 0)
    if (version && !single) throw new CommandError('--resource-version may only be used with a single resource')
    if (listing || version)
      for (const resource of found.resources) {
        try {
          if (listing) yield* list(resource, edit, edits, single, flags.bool('overwrite'))
          else yield* editEach(resource)
        } catch (error) {
          errors.push(asReported(error))
        }
      }
    throwAll(errors)
  },
})

/** Lists the map as it would be then; nothing is sent. */
function* list({ object }: Resource, edit: MetadataEdit, edits: Edits, single: boolean, overwrite: boolean): Proc {
  const { apiVersion, kind, metadata } = object!
  const { field, word } = edit
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : ''
  if (!single) yield* out(`Listing ${word}s for ${kind}.${group}/${metadata.name}:\n`)
  for (const [key, value] of Object.entries(edited(metadata?.[field] ?? {}, edit, edits, overwrite)).sort(([a], [b]) => (a < b ? -1 : 1)))
    yield* out(`${single ? '' : ' '}${key}=${value}\n`)
}

function edited(current: Readonly<Record<string, string>>, edit: MetadataEdit, edits: Edits, overwrite: boolean): Record<string, string> {
  const clashes = Object.entries(edits.set).filter(([key, value]) => key in current && current[key] !== value && !edit.free.includes(key))
  if (!overwrite) throwAll(edit.overwriteRefusal(clashes.map(([key]) => ({ key, value: current[key]! }))))
  return Object.fromEntries([...Object.entries(current), ...Object.entries(edits.set)].filter(([key]) => !edits.remove.includes(key)))
}

function* editOne(
  kubectl: Kubectl,
  resource: Resource,
  edit: MetadataEdit,
  edits: Edits,
  dryRun: DryRun,
  local: boolean,
  isFirst: boolean,
): Proc {
  const { flags } = kubectl
  const before = resource.object!
  const current = before.metadata?.[edit.field] ?? {}
  if (edit.tellsMissing && !local && dryRun !== 'client' && !flags.text('output'))
    for (const key of edits.remove) if (!(key in current)) yield* out(`label ${JSON.stringify(key)} not found.\n`)
  const map = edited(current, edit, edits, flags.bool('overwrite'))
  const version = flags.text('resource-version')
  let after: AnyObject = {
    ...before,
    metadata: { ...before.metadata, [edit.field]: map, ...(version ? { resourceVersion: version } : {}) },
  }
  let result = after
  if (!local && dryRun !== 'client') {
    after = recorded(kubectl, after)
    result = yield* patchObject(kubectl, resource, 'merge', mergeDiff(before, after) ?? {}, writeQuery(kubectl, dryRun))
  }
  const print = yield* printerFor(kubectl, {
    operation: operationText(edit.outcome(before, after, flags.bool('overwrite')), dryRun),
  })
  // An annotated YAML stream has separators between its documents, a labelled one has none.
  const separator = edit.separatesDocuments && !isFirst && flags.text('output') === 'yaml' ? '---\n' : ''
  yield* out(separator + print(result))
}

/** Words before the first `key=value` or `key-` name resources. Throws CommandError when more of them follow. */
export function splitPairs(args: readonly string[], word: string): { resources: string[]; pairs: string[] } {
  const resources: string[] = []
  const pairs: string[] = []
  for (const arg of args) {
    const isPair = (arg.includes('=') && arg[0] !== '=') || (arg.endsWith('-') && arg !== '-')
    if (pairs.length === 0 && !isPair) resources.push(arg)
    else if (isPair) pairs.push(arg)
    else throw new CommandError(`all resources must be specified before ${word} changes: ${arg}`)
  }
  return { resources, pairs }
}

/** The client counts characters where a newer server counts bytes. */
const inCharacters = (complaint: string) => complaint.replace(/\bbytes$/, 'characters')

function parsePairs(pairs: readonly string[], edit: MetadataEdit): Edits {
  const { edits, bad } = readPairs(pairs, (value, pair) => {
    if (edit.checkValue && value.includes('=')) throw new CommandError(`invalid label spec: ${pair}`)
    const wrong = edit.checkValue ? labelValue(value).map(inCharacters) : []
    if (wrong.length) throw new CommandError(`invalid label value: ${JSON.stringify(pair)}: ${wrong.join(';')}`)
  })
  const { set, remove } = edits
  if (bad.length) throw new CommandError(edit.badPairs(bad))
  const both = remove.filter((key) => key in set)
  if (both.length) throw new CommandError(edit.bothRefusal(both))
  return { set, remove }
}
