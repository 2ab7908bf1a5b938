import { CommandError, ErrorList } from '../errors'
import { findWithRetry } from '../discovery'
import { findResource, noMatch } from '../mapper'
import { labelSelectorOf } from '../label-selector'
import { parseSelector } from '../../formats/selector'
import { err, type Command, type Kubectl } from '../session'
import { checkWriting, createGenerated, generatedNamespace } from '../writing'
import { oneName } from './create-deployment'
import type { Proc } from '../../node/os/syscalls'

const knownVerbs = [
  'get',
  'delete',
  'list',
  'create',
  'update',
  'patch',
  'watch',
  'proxy',
  'deletecollection',
  'use',
  'bind',
  'escalate',
  'impersonate',
  'approve',
  'sign',
  'attest',
  '*',
]

/** What can be done to a path that is no resource. */
const urlVerbs = ['get', 'put', 'post', 'head', 'options', 'delete', 'patch', '*']

/** Verbs that only some resources know. */
const rbac = 'rbac.authorization.k8s.io'
const particularVerbs: Readonly<Record<string, readonly string[]>> = {
  use: ['podsecuritypolicies.policy', 'podsecuritypolicies.extensions'],
  bind: [`roles.${rbac}`, `clusterroles.${rbac}`],
  escalate: [`roles.${rbac}`, `clusterroles.${rbac}`],
  impersonate: ['users.', 'serviceaccounts.', 'groups.', 'userextras.authentication.k8s.io'],
}

interface Rule {
  readonly verbs: readonly string[]
  readonly apiGroups?: readonly string[]
  readonly resources?: readonly string[]
  readonly resourceNames?: readonly string[]
  readonly nonResourceURLs?: readonly string[]
}

export const createRole: Command = {
  *run(kubectl) {
    const name = oneName(kubectl)
    yield* checkWriting(kubectl)
    const rules = yield* resourceRules(kubectl, verbsOf(kubectl))
    yield* createGenerated(kubectl, {
      object: {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'Role',
        metadata: { name, ...(yield* generatedNamespace(kubectl)) },
        rules,
      },
    })
  },
}

export const createClusterRole: Command = {
  *run(kubectl) {
    const { flags } = kubectl
    const name = oneName(kubectl)
    yield* checkWriting(kubectl)
    const aggregation = flags.map('aggregation-rule')
    const urls = flags.list('non-resource-url')
    const object = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name } }
    if (Object.keys(aggregation).length) {
      if (flags.list('verb').length || urls.length || flags.list('resource').length || flags.list('resource-name').length)
        throw new CommandError('aggregation rule must be specified without nonResourceURLs, verbs, resources or resourceNames')
      const clusterRoleSelectors = [labelSelectorOf(parseSelector(Object.entries(aggregation).map(([key, value]) => `${key}=${value}`).join(',')))] // prettier-ignore
      return yield* createGenerated(kubectl, { object: { ...object, aggregationRule: { clusterRoleSelectors }, rules: null } })
    }
    const verbs = verbsOf(kubectl)
    if (urls.length === 0 && flags.list('resource').length === 0)
      throw new CommandError('one of resource or nonResourceURL must be specified')
    if (urls.length) {
      const unfit = verbs.find((verb) => !urlVerbs.includes(verb))
      if (unfit !== undefined) throw new CommandError(`invalid verb: '${unfit}' for nonResourceURL`)
      const others = flags.list('resource').length ? yield* resourceRules(kubectl, verbs) : []
      for (const url of urls) {
        if (url === '') throw new CommandError('nonResourceURL should start with /')
        if (url !== '*' && !url.startsWith('/')) throw new CommandError('nonResourceURL should start with /')
        if (url !== '*' && url.slice(0, -1).includes('*'))
          throw new CommandError(`nonResourceURL only supports wildcard matches when '*' is at the end`)
      }
      const rule: Rule = { nonResourceURLs: urls, verbs }
      return yield* createGenerated(kubectl, { object: { ...object, rules: [...others, rule] } })
    }
    yield* createGenerated(kubectl, { object: { ...object, rules: yield* resourceRules(kubectl, verbs) } })
  },
}

/** `--verb`, each once; `*` stands for all of them. */
function verbsOf({ flags }: Kubectl): string[] {
  const verbs = [...new Set(flags.list('verb'))]
  if (verbs.length === 0) throw new CommandError('at least one verb must be specified')
  return verbs.includes('*') ? ['*'] : verbs
}

/** One rule a group, groups in alphabetical order. Throws CommandError. */
function* resourceRules(kubectl: Kubectl, verbs: readonly string[]): Proc<Rule[]> {
  const { flags } = kubectl
  const words = flags.list('resource')
  const names = [...new Set(flags.list('resource-name'))]
  if (words.length === 0) throw new CommandError('at least one resource must be specified')
  for (const verb of verbs) if (!knownVerbs.includes(verb)) yield* err(`Warning: '${verb}' is not a standard resource verb\n`)
  const byGroup = new Map<string, string[]>()
  // `*` alone stands for everything else that is named.
  for (const word of words.includes('*') ? ['*'] : words) {
    const { group, resource } = yield* resourceNamed(kubectl, word, verbs)
    byGroup.set(group, [...new Set([...(byGroup.get(group) ?? []), resource])])
  }
  return [...byGroup]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([group, resources]) => ({
      verbs,
      apiGroups: [group],
      resources,
      ...(names.length ? { resourceNames: names } : {}),
    }))
}

/** `deployments.apps/scale`: the resource as the server calls it. Verbs that only some resources know may name ones that are not served. */
function* resourceNamed(kubectl: Kubectl, word: string, verbs: readonly string[]): Proc<{ group: string; resource: string }> {
  const slash = word.indexOf('/')
  const path = slash < 0 ? word : word.slice(0, slash)
  const withSubresource = (plural: string) => (slash < 0 || slash === word.length - 1 ? plural : `${plural}${word.slice(slash)}`)
  if (path === '') throw new CommandError('resource must be specified if apiGroup/subresource specified')
  const [name = '', ...rest] = path.split('.')
  const given = { plural: name, group: rest.join('.') }
  if (name === '*') return { group: given.group, resource: withSubresource('*') }
  const found = yield* findWithRetry(kubectl, (mapper) => findResource(mapper, path))
  const { plural, group } = found ?? given
  const particular = verbs.filter((verb) => particularVerbs[verb])
  const unfit = particular.find((verb) => !particularVerbs[verb]!.includes(`${plural}.${group}`))
  if (unfit !== undefined) throw new CommandError(`can not perform '${unfit}' on '${plural}' in group '${group}'`)
  if (!found && particular.length === 0)
    throw new ErrorList([group ? new CommandError(`${noMatch(path).message} in group "${group}"`) : noMatch(path)])
  return { group, resource: withSubresource(plural) }
}
