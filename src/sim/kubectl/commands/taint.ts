import { labelValue, qualifiedName } from '../../formats/names'
import { findWithRetry } from '../discovery'
import { asReported, CommandError, ErrorList, throwAll } from '../errors'
import { findResource, noMatch } from '../mapper'
import { printerFor } from '../printers/printer'
import { findResources, type Resource } from '../resources'
import type { Proc } from '../../node/os/syscalls'
import { out, usageError, type Command, type Kubectl } from '../session'
import { dryRunOf, fieldValidation, patchObject, writeQuery, type DryRun } from '../writing'

interface Taint {
  readonly key: string
  readonly value?: string
  readonly effect: string
}

/** `kubectl taint nodes n1 key=value:NoSchedule other-`: pairs are written, what ends in a dash goes. */
export const taint: Command = {
  *run(kubectl) {
    const { flags } = kubectl
    yield* dryRunOf(kubectl)
    const { words, specs } = splitWords(kubectl.args)
    if (words.length < 1) throw new CommandError('one or more resources must be specified as <resource> <name>')
    if (specs.length < 1) throw new CommandError('at least one taint update is required')
    let wanted: Edits
    try {
      wanted = parseTaints(specs)
    } catch (error) {
      throw usageError(kubectl, asReported(error).message)
    }
    const dryRun = yield* dryRunOf(kubectl)
    fieldValidation(kubectl)
    yield* needNodes(kubectl, words[0]!)
    refuseClashes(wanted)
    const selector = flags.text('selector')
    if (flags.bool('all') && selector) throw new CommandError("setting 'all' parameter with a non empty selector is prohibited")
    if (!flags.bool('all') && !selector && words.length < 2)
      throw new CommandError("at least one resource name must be specified since 'all' parameter is not set")
    const { errors } = yield* findResources(
      kubectl,
      {
        words: flags.bool('all') || selector ? ['nodes'] : ['nodes', ...words.slice(1)],
        selector,
        all: flags.bool('all'),
        fetch: true,
      },
      (node) => taintOne(kubectl, node, wanted, dryRun),
    )
    throwAll(errors)
  },
}

function* taintOne(kubectl: Kubectl, node: Resource, wanted: Edits, dryRun: DryRun): Proc {
  const overwrite = kubectl.flags.bool('overwrite')
  const { taints = [] } = (node.object!.spec ?? {}) as { taints?: readonly Taint[] } // a node's spec
  const clashes = overwrite ? [] : wanted.add.filter((one) => taints.some((old) => same(old, one)))
  if (clashes.length)
    throw new CommandError(
      `node ${node.name} already has ${clashes.map(({ key }) => key).join(',')} taint(s) with same effect(s) and --overwrite is false`,
    )
  const { outcome, after } = applyEdits(taints, wanted, overwrite)
  const spec = { ...(node.object!.spec as object | undefined), taints: after.length ? after : undefined }
  const patch = { spec: { taints: after.length ? after : null } }
  const changed =
    dryRun === 'client' ? { ...node.object!, spec } : yield* patchObject(kubectl, node, 'strategic', patch, writeQuery(kubectl, dryRun))
  const print = yield* printerFor(kubectl, { operation: outcome })
  yield* out(print(changed))
}

/** Refuses every other type than nodes. */
function* needNodes(kubectl: Kubectl, word: string): Proc {
  const type = yield* findWithRetry(kubectl, (mapper) => findResource(mapper, word))
  if (!type) throw new ErrorList([noMatch(word)])
  if (type.plural !== 'nodes' || type.group !== '') throw new CommandError(`invalid resource type ${word}, only node types are supported`)
}

interface Edits {
  readonly add: readonly Taint[]
  /** Without an effect: all of the key. */
  readonly remove: readonly Taint[]
}

const same = (a: Taint, b: Taint) => a.key === b.key && a.effect === b.effect

/** The words before the first taint name nodes. Throws CommandError when more of them follow. */
function splitWords(args: readonly string[]): { words: string[]; specs: string[] } {
  const words: string[] = []
  const specs: string[] = []
  for (const arg of args) {
    if (/[=:]|-$/.test(arg)) specs.push(arg)
    else if (specs.length) throw new CommandError(`all resources must be specified before taint changes: ${arg}`)
    else words.push(arg)
  }
  return { words, specs }
}

function parseTaints(specs: readonly string[]): Edits {
  const add: Taint[] = []
  const remove: Taint[] = []
  for (const spec of specs) {
    if (spec.endsWith('-')) {
      const { key, effect } = parseTaint(spec.slice(0, -1))
      remove.push({ key, effect })
      continue
    }
    const one = parseTaint(spec)
    if (one.effect === '') throw new CommandError(`invalid taint spec: ${spec}`)
    if (add.some((other) => same(other, one)))
      throw new CommandError(`duplicated taints with the same key and effect: {${one.key} ${one.value ?? ''} ${one.effect} <nil>}`)
    add.push(one)
  }
  return { add, remove }
}

function parseTaint(spec: string): Taint {
  const invalid = (why: readonly string[] = []) => new CommandError(`invalid taint spec: ${spec}${why.length ? `, ${why.join('; ')}` : ''}`)
  const parts = spec.split(':')
  if (parts.length > 2) throw invalid()
  const [pair = '', effect = ''] = parts
  if (parts.length === 2 && !['NoSchedule', 'PreferNoSchedule', 'NoExecute'].includes(effect))
    throw new CommandError(`invalid taint effect: ${effect}, unsupported taint effect`)
  const [key = '', value, ...more] = parts.length === 2 ? pair.split('=') : [pair]
  if (more.length) throw invalid()
  if (value !== undefined && labelValue(value).length) throw invalid(labelValue(value))
  const complaints = qualifiedName(key).map((text) => text.replace('a valid label key', 'a qualified name'))
  if (complaints.length) throw invalid(complaints)
  return { key, ...(value ? { value } : {}), effect }
}

function refuseClashes({ add, remove }: Edits): void {
  const clashes = add.flatMap((one) =>
    remove.filter(({ key, effect }) => key === one.key && (effect === '' || effect === one.effect)).map(({ key, effect }) => `${key}=${effect}`),
  ) // prettier-ignore
  if (clashes.length)
    throw new CommandError(`can not both modify and remove the following taint(s) in the same command: ${clashes.join(', ')}`)
}

/** New taints first, then what stays of the old ones. Throws when something to be removed is not there. */
function applyEdits(before: readonly Taint[], { add, remove }: Edits, overwrite: boolean): { outcome: string; after: readonly Taint[] } {
  const kept = before.filter((old) => !add.some((one) => same(old, one)))
  let after: readonly Taint[] = [...add, ...kept]
  const added = after.length !== before.length
  const missing: Error[] = []
  let deleted = false
  for (const gone of remove) {
    const left = after.filter(({ key, effect }) => key !== gone.key || (gone.effect !== '' && effect !== gone.effect))
    if (left.length === after.length)
      missing.push(new CommandError(`taint ${JSON.stringify(gone.effect ? `${gone.key}:${gone.effect}` : gone.key)} not found`))
    else deleted = true
    after = left
  }
  throwAll(missing)
  return { outcome: (added && deleted) || overwrite ? 'modified' : added ? 'tainted' : 'untainted', after }
}
