import type { AnyObject } from '../api/object'
import { sha256 } from '../formats/sha256'
import type { Proc } from '../node/os/syscalls'
import { deletePropagation, deleteResource } from './deleting'
import { discover } from './discovery'
import { asReported, CommandError, isNotFound } from './errors'
import { clientConfig } from './kubeconfig'
import { apiVersionOf, findResource, kindName, type ResourceType } from './mapper'
import { fetchResource, listResources, type Resource } from './resources'
import { out, type Kubectl } from './session'
import { version } from './rest'
import { operationText, patchObject, type DryRun } from './writing'

const ID = 'applyset.kubernetes.io/id'
const PART_OF = 'applyset.kubernetes.io/part-of'
const TOOLING = 'applyset.kubernetes.io/tooling'
const KINDS = 'applyset.kubernetes.io/contains-group-kinds'
const NAMESPACES = 'applyset.kubernetes.io/additional-namespaces'

/** The set of objects that `apply --applyset` keeps together: a parent object knows which kinds and namespaces its members have, a label marks them. */
export interface ApplySet {
  readonly parent: Resource
  readonly id: string
  /** What the parent said before. */
  readonly kinds: ReadonlySet<string>
  readonly namespaces: ReadonlySet<string>
}

/** Reads `--applyset` (`NAME`, or `RESOURCE/NAME`) and the parent object, if it is there. Throws CommandError. */
export function* readApplySet(kubectl: Kubectl): Proc<ApplySet | undefined> {
  const { flags, self } = kubectl
  if (!flags.has('applyset') || !flags.text('applyset')) return undefined
  if (self.env.KUBECTL_APPLYSET !== 'true') throw new CommandError(`unknown flag: --applyset\nSee 'kubectl apply --help' for usage.`)
  if (!flags.bool('prune')) throw new CommandError('--applyset requires --prune')
  const reference = flags.text('applyset')
  const [word, name] = reference.includes('/') ? (reference.split('/') as [string, string]) : ['secrets', reference]
  const type = findResource(yield* discover(kubectl), word)
  if (!type) throw new CommandError(`invalid parent reference ${JSON.stringify(reference)}: no matches for /, Resource=${word}`)
  const { namespace, explicitNamespace } = yield* clientConfig(kubectl)
  if (type.namespaced && !explicitNamespace) throw new CommandError('namespace is required to use namespace-scoped ApplySet')
  yield* checkParentType(kubectl, type)
  for (const flag of ['all', 'selector', 'prune-allowlist'])
    if (flags.changed(flag)) throw new CommandError(`--${flag} is incompatible with --applyset`)
  const parent: Resource = { type, namespace: type.namespaced ? namespace : '', name }
  const id = `applyset-${base64Url(sha256([name, parent.namespace, type.kind, type.group].join('.')))}-v1`
  return { parent, id, ...(yield* contentsOf(kubectl, parent, id)) }
}

/** Secrets, ConfigMaps, and custom resources whose definition says so. */
function* checkParentType(kubectl: Kubectl, type: ResourceType): Proc {
  if (type.group === '' && ['secrets', 'configmaps'].includes(type.plural)) return
  const definitions = findResource(yield* discover(kubectl), 'customresourcedefinitions')
  const marked = definitions ? yield* listResources(kubectl, definitions, '', { selector: 'applyset.kubernetes.io/is-parent-type' }) : []
  if (!marked.some(({ name }) => name === `${type.plural}.${type.group}`))
    throw new CommandError(`resource "${type.group}/${type.version}, Resource=${type.plural}" is not permitted as an ApplySet parent`)
}

function* contentsOf(kubectl: Kubectl, parent: Resource, id: string): Proc<Pick<ApplySet, 'kinds' | 'namespaces'>> {
  const called = JSON.stringify(`${parent.type.plural}.${parent.type.group}/${parent.name}`)
  let metadata: AnyObject['metadata']
  try {
    metadata = (yield* fetchResource(kubectl, parent)).object!.metadata
  } catch (error) {
    if (isNotFound(error)) return { kinds: new Set(), namespaces: new Set() }
    throw new CommandError(`failed to fetch ApplySet parent object ${called}: ${asReported(error).message}`)
  }
  const { annotations = {}, labels = {} } = metadata
  const tooling = annotations[TOOLING]
  if (tooling === undefined)
    throw new CommandError(`ApplySet parent object ${called} already exists and is missing required annotation "${TOOLING}"`)
  if (tooling.replace(/\/[^/]*$/, '') !== 'kubectl')
    throw new CommandError(
      `ApplySet parent object ${called} already exists and is managed by tooling ${JSON.stringify(tooling.replace(/\/[^/]*$/, ''))} instead of "kubectl"`,
    )
  if (labels[ID] === undefined) throw new CommandError(`ApplySet parent object ${called} exists and does not have required label ${ID}`)
  if (labels[ID] !== id)
    throw new CommandError(
      `ApplySet parent object ${called} exists and has incorrect value for label "${ID}" (got: ${labels[ID]}, want: ${id})`,
    )
  const words = (text: string | undefined) => new Set((text ?? '').split(',').filter(Boolean))
  return { kinds: words(annotations[KINDS]), namespaces: words(annotations[NAMESPACES]) }
}

/** An object as a member of the set. */
export const asMember = ({ id }: ApplySet, object: AnyObject): AnyObject => ({
  ...object,
  metadata: { ...object.metadata, labels: { ...object.metadata.labels, [PART_OF]: id } },
})

const groupKind = ({ kind, group }: ResourceType) => (group ? `${kind}.${group}` : kind)

/** Writes down in the parent what the set holds: before applying what it held and will hold, afterwards only what it holds. */
export function* updateParent(kubectl: Kubectl, set: ApplySet, members: readonly Resource[], alsoOld: boolean, dryRun: DryRun): Proc {
  if (dryRun !== 'none') return
  const { parent, id } = set
  const kinds = new Set([...(alsoOld ? set.kinds : []), ...members.map(({ type }) => groupKind(type))])
  const namespaces = new Set([...(alsoOld ? set.namespaces : []), ...members.map(({ namespace }) => namespace)])
  namespaces.delete('')
  namespaces.delete(parent.namespace)
  const annotations = {
    [TOOLING]: `kubectl/${version.gitVersion}`,
    [KINDS]: [...kinds].sort().join(','),
    [NAMESPACES]: [...namespaces].sort().join(','),
  }
  const body = {
    apiVersion: apiVersionOf(parent.type),
    kind: parent.type.kind,
    metadata: { name: parent.name, namespace: parent.namespace || undefined, annotations, labels: { [ID]: id } },
  }
  try {
    yield* patchObject(kubectl, parent, 'apply', body, { fieldManager: 'kubectl-applyset', force: 'true' })
  } catch (error) {
    throw new CommandError(`failed to update ApplySet: ${asReported(error).message}`)
  }
}

/** Deletes the members that were not applied this time. */
export function* pruneMembers(
  kubectl: Kubectl,
  set: ApplySet,
  applied: readonly AnyObject[],
  members: readonly Resource[],
  dryRun: DryRun,
): Proc {
  const mapper = yield* discover(kubectl)
  const uids = new Set(applied.map(({ metadata }) => metadata.uid))
  const namespaces = new Set([set.parent.namespace, ...set.namespaces, ...members.map(({ namespace }) => namespace)])
  namespaces.delete('')
  for (const kind of [...set.kinds].sort()) {
    const type = findResource(mapper, kind)
    if (!type) continue
    for (const namespace of type.namespaced ? namespaces : ['']) {
      for (const resource of yield* listResources(kubectl, type, namespace, { selector: `${PART_OF}=${set.id}` })) {
        if (uids.has(resource.object!.metadata.uid)) continue
        if (dryRun !== 'client') yield* deleteResource(kubectl, resource, { propagationPolicy: yield* deletePropagation(kubectl) }, dryRun)
        yield* out(`${kindName(type)}/${resource.name} ${operationText('pruned', dryRun)}\n`)
      }
    }
  }
}

/** Hexadecimal digits as base64 for addresses, without padding. */
function base64Url(hex: string): string {
  const binary = (hex.match(/../g) ?? []).map((pair) => String.fromCharCode(parseInt(pair, 16))).join('')
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}
