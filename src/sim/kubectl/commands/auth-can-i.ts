import { CommandError, ConnectionError, Exit } from '../errors'
import { findNamed } from '../discovery'
import { clientConfig } from '../kubeconfig'
import { apiVersionOf, type ResourceType } from '../mapper'
import { tableColumns, tabulate } from '../printers/tabwriter'
import { requestJson } from '../rest'
import { err, out, type Command, type Kubectl } from '../session'
import type { Proc } from '../../node/os/syscalls'

interface Review {
  readonly status: { readonly allowed: boolean; readonly reason?: string; readonly evaluationError?: string }
}

interface Rules {
  readonly status: {
    readonly resourceRules: readonly ResourceRule[]
    readonly nonResourceRules: readonly { readonly verbs: readonly string[]; readonly nonResourceURLs?: readonly string[] }[]
    readonly incomplete?: boolean
    readonly evaluationError?: string
  }
}

interface ResourceRule {
  readonly verbs: readonly string[]
  readonly apiGroups?: readonly string[]
  readonly resources?: readonly string[]
  readonly resourceNames?: readonly string[]
}

const reviews = '/apis/authorization.k8s.io/v1/'

/** `kubectl auth can-i`: asks the server whether the caller may do something, or what they may do. */
export const authCanI: Command = {
  *run(kubectl) {
    const { flags, args } = kubectl
    if (flags.bool('list')) {
      if (args.length) throw new CommandError('list option must be specified with no arguments')
      if (flags.bool('quiet') || flags.bool('all-namespaces') || flags.text('subresource'))
        throw new CommandError("list option can't be specified with neither quiet, all-namespaces nor subresource options")
      return yield* list(kubectl)
    }
    if (args.length !== 2) {
      throw new CommandError(
        `you must specify two arguments: verb resource or verb resource/resourceName.\nSee 'kubectl auth can-i -h' for help and examples.`,
      )
    }
    if (flags.bool('no-headers')) throw new CommandError('--no-headers cannot be set without --list specified')
    const attributes = yield* attributesOf(kubectl)
    const { status } = yield* requestJson<Review>(kubectl, {
      method: 'POST',
      path: `${reviews}selfsubjectaccessreviews`,
      body: { kind: 'SelfSubjectAccessReview', apiVersion: 'authorization.k8s.io/v1', metadata: { creationTimestamp: null }, spec: attributes, status: { allowed: false } },
    }) // prettier-ignore
    if (!flags.bool('quiet')) {
      const why = [status.reason ?? '', status.evaluationError ? status.evaluationError : ''].filter(Boolean).join(' - ')
      yield* out(`${status.allowed ? 'yes' : 'no'}${!status.allowed && why ? ` - ${why}` : ''}\n`)
    }
    if (!status.allowed) throw new Exit(1)
  },
}

const standardVerbs = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection', 'use', 'bind', 'impersonate', '*', 'approve', 'sign', 'escalate', 'attest'] // prettier-ignore

function* attributesOf(kubectl: Kubectl): Proc<object> {
  const { flags, args } = kubectl
  const [verb = '', what = ''] = args
  if (what.startsWith('/')) {
    if (flags.text('subresource')) throw new CommandError('--subresource can not be used with NonResourceURL')
    if (!['get', 'put', 'post', 'head', 'options', 'delete', 'patch', '*'].includes(verb))
      yield* err(`Warning: verb '${verb}' is not a known verb\n\n`)
    return { nonResourceAttributes: { verb, path: what } }
  }
  const slash = what.indexOf('/')
  const word = slash < 0 ? what : what.slice(0, slash)
  const name = slash < 0 ? (args[2] ?? '') : what.slice(slash + 1)
  if (!standardVerbs.includes(verb)) yield* err(`Warning: verb '${verb}' is not a known verb\n\n`)
  const { group, resource, known, namespaced, version } = yield* resourceOf(kubectl, word)
  if (!known && !['users', 'groups'].includes(word)) {
    const [plural = '', ...rest] = word.toLowerCase().split('.')
    yield* err(`Warning: the server doesn't have a resource type '${plural}'${rest.length ? ` in group '${rest.join('.')}'` : ''}\n\n`)
  }
  const { namespace } = yield* clientConfig(kubectl)
  if (version && !flags.bool('all-namespaces')) yield* requestJson(kubectl, { path: version })
  if (known && !namespaced && !flags.bool('all-namespaces') && word !== '*') {
    yield* err(`Warning: resource '${resource}' is not namespace scoped${group ? ` in group '${group}'` : ''}\n\n`)
  }
  return {
    resourceAttributes: {
      ...(flags.bool('all-namespaces') ? {} : { namespace }),
      verb,
      ...(group ? { group } : {}),
      resource,
      ...(flags.text('subresource') ? { subresource: flags.text('subresource') } : {}),
      ...(name ? { name } : {}),
    },
  }
}

interface Asked {
  readonly group: string
  readonly resource: string
  readonly known: boolean
  readonly namespaced: boolean
  /** Where the server says what there is in its version: asked whether it is namespaced. */
  readonly version?: string
}

function* resourceOf(kubectl: Kubectl, word: string): Proc<Asked> {
  if (word === '*') return { group: '*', resource: '*', known: true, namespaced: true }
  const type = yield* typeNamed(kubectl, word.toLowerCase())
  if (type)
    return {
      group: type.group,
      resource: type.plural,
      known: true,
      namespaced: type.namespaced,
      version: `/${type.group ? 'apis' : 'api'}/${apiVersionOf(type)}`,
    }
  return { group: '', resource: word, known: false, namespaced: true }
}

/** Nobody to ask leaves the word as it is: whether one is there, the question itself will show. */
function* typeNamed(kubectl: Kubectl, word: string): Proc<ResourceType | undefined> {
  try {
    return yield* findNamed(kubectl, word)
  } catch (error) {
    if (error instanceof ConnectionError) return undefined
    throw error
  }
}

/** `--list`: rules, one line for each resource and set of verbs. */
function* list(kubectl: Kubectl): Proc {
  const { namespace } = yield* clientConfig(kubectl)
  const { status } = yield* requestJson<Rules>(kubectl, {
    method: 'POST',
    path: `${reviews}selfsubjectrulesreviews`,
    body: { kind: 'SelfSubjectRulesReview', apiVersion: 'authorization.k8s.io/v1', metadata: { creationTimestamp: null }, spec: { namespace }, status: { resourceRules: null, nonResourceRules: null, incomplete: false } },
  }) // prettier-ignore
  if (status.incomplete) {
    const why = status.evaluationError ? `: ${status.evaluationError}` : ''
    yield* err(`warning: the list may be incomplete${why}\n`)
  }
  const lines = simpleRules(status).map(
    ({ group, resource, names, urls, verbs }) =>
      `${withGroup(resource, group)}\t[${urls.join(' ')}]\t[${names.join(' ')}]\t[${verbs.join(' ')}]\n`,
  )
  const header = kubectl.flags.bool('no-headers') ? '' : 'Resources\tNon-Resource URLs\tResource Names\tVerbs\n'
  yield* out(tabulate(header + lines.join(''), tableColumns))
}

interface SimpleRule {
  readonly group: string
  readonly resource: string
  readonly names: readonly string[]
  readonly urls: readonly string[]
  readonly verbs: readonly string[]
}

/** Rules broken down to one resource or URL each; what allows several verbs on one resource becomes one line. Sorted by verbs first. */
function simpleRules({ resourceRules, nonResourceRules }: Rules['status']): SimpleRule[] {
  const byResource = new Map<string, SimpleRule>()
  for (const { apiGroups = [], resources = [], resourceNames, verbs } of resourceRules)
    for (const group of apiGroups)
      for (const resource of resources)
        for (const name of resourceNames?.length ? resourceNames : [undefined]) {
          const key = JSON.stringify([group, resource, name])
          const known = byResource.get(key)?.verbs ?? []
          byResource.set(key, { group, resource, names: name === undefined ? [] : [name], urls: [], verbs: [...known, ...verbs] })
        }
  const byUrl = nonResourceRules.flatMap(({ verbs, nonResourceURLs = [] }) =>
    nonResourceURLs.flatMap((url) => verbs.map((verb): SimpleRule => ({ group: '', resource: '', names: [], urls: [url], verbs: [verb] }))),
  )
  return [...byResource.values(), ...byUrl].sort((a, b) => {
    const [left, right] = [sortKey(a), sortKey(b)]
    return left < right ? -1 : left > right ? 1 : 0
  })
}

const sortKey = ({ verbs, group, resource, names, urls }: SimpleRule) =>
  urls.length
    ? `[${verbs.join(' ')}],[],[],[],[${urls.join(' ')}]`
    : `[${verbs.join(' ')}],[${group}],[${resource}],[${names.join(' ')}],[]`

/** `deployments.apps/scale`: the group belongs to the resource, not to the subresource. */
function withGroup(resource: string, group: string): string {
  const [name = '', ...rest] = group ? resource.split('/') : [resource]
  return [group ? `${name}.${group}` : name, ...rest].join('/')
}
