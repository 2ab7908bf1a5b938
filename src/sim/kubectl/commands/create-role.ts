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

/** One rule a group, in the order in which groups are first named. Throws CommandError. */
function* resourceRules(kubectl: Kubectl, verbs: readonly string[]): Proc<Rule[]> {
  const { flags } = kubectl
  const words = flags.list('resource')
  const names = [...new Set(flags.list('resource-name'))]
  if (words.length === 0) throw new CommandError('at least one resource must be specified')
  for (const verb of verbs) if (!knownVerbs.includes(verb)) yield* err(`Warning: '${verb}' is not a standard resource verb\n`)
  const byGroup = new Map<string, string[]>()
  for (const word of new Set(words)) {
    if (word === '*' || word.startsWith('*.')) {
      byGroup.set(word.slice(2), ['*'])
      continue
    }
    const [path = '', subresource] = word.split('/')
    const type = yield* findWithRetry(kubectl, (mapper) => findResource(mapper, path))
    if (!type) throw new ErrorList([noMatch(path)])
    const resource = subresource ? `${type.plural}/${subresource}` : type.plural
    const unfit = verbs.find((verb) => particularVerbs[verb] && !particularVerbs[verb].includes(`${type.plural}.${type.group}`))
    if (unfit !== undefined) throw new CommandError(`can not perform '${unfit}' on '${type.plural}' in group '${type.group}'`)
    byGroup.set(type.group, [...(byGroup.get(type.group) ?? []), resource])
  }
  return [...byGroup].map(([group, resources]) => ({
    verbs,
    apiGroups: [group === '' && resources[0] === '*' ? '' : group],
    resources: [...new Set(resources)],
    ...(names.length ? { resourceNames: names } : {}),
  }))
}
