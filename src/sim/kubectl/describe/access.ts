import type { Secret, ServiceAccount } from '../../api/types/core-v1.gen'
import type { ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding } from '../../api/types/rbac-v1.gen'
import { bracketed, closeWithEvents, describing } from './describer'
import { writeAnnotations, writeHead, writeLabels } from './writer'

export const describeServiceAccount = describing<ServiceAccount>(function* (d, account, around) {
  const { write } = d
  const { metadata } = account
  const secrets = yield* around.list<Secret>('v1', 'Secret', metadata.namespace ?? '')
  const tokens = secrets.filter(
    ({ type, metadata: { annotations } }) =>
      type === 'kubernetes.io/service-account-token' &&
      annotations?.['kubernetes.io/service-account.name'] === metadata.name &&
      annotations?.['kubernetes.io/service-account.uid'] === metadata.uid,
  )
  const present = new Set(secrets.map((secret) => secret.metadata.name))
  writeHead(d, metadata)
  const sections = [
    ['Image pull secrets:', account.imagePullSecrets ?? []],
    ['Mountable secrets: ', account.secrets ?? []],
    ['Tokens:            ', tokens.map((token) => ({ name: token.metadata.name }))],
  ] as const
  for (const [title, named] of sections) {
    if (named.length === 0) write(0, `${title}\t<none>`)
    named.forEach(({ name = '' }, i) =>
      write(0, `${i === 0 ? title : ' '.repeat(title.length)}\t${name}${present.has(name) ? '' : ' (not found)'}`),
    )
  }
  yield* closeWithEvents(d, around)
})

export const describeRole = describing<Role | ClusterRole>(function* (d, { metadata, rules }) {
  const { write } = d
  write(0, `Name:\t${metadata.name}`)
  writeLabels(d, 'Labels', metadata.labels)
  writeAnnotations(d, 'Annotations', metadata.annotations)
  write(0, 'PolicyRule:')
  write(1, 'Resources\tNon-Resource URLs\tResource Names\tVerbs')
  write(1, '---------\t-----------------\t--------------\t-----')
  for (const { resource, urls, names, verbs } of compactRules(rules ?? []))
    write(1, `${resource}\t${bracketed(urls)}\t${bracketed(names)}\t${bracketed(verbs)}`)
})

interface CompactRule {
  /** `deployments.apps/scale`. */
  readonly resource: string
  readonly urls: readonly string[]
  readonly names: readonly string[]
  readonly verbs: readonly string[]
  /** What kubectl sorts by: the rule as Go prints it. */
  readonly order: string
}

/** Rules taken apart into one group, resource and name each, then put together again by their verbs. */
function compactRules(rules: readonly PolicyRule[]): CompactRule[] {
  const byPlace = new Map<string, { group: string; resource: string; names: readonly string[]; verbs: string[] }>()
  const urls: { url: string; verb: string }[] = []
  for (const { apiGroups = [], resources = [], resourceNames, nonResourceURLs = [], verbs } of rules) {
    for (const group of apiGroups)
      for (const resource of resources)
        for (const names of resourceNames?.length ? resourceNames.map((name) => [name]) : [[]]) {
          const key = JSON.stringify([group, resource, names])
          const place = byPlace.get(key)
          if (place) place.verbs.push(...verbs.filter((verb) => !place.verbs.includes(verb)))
          else byPlace.set(key, { group, resource, names, verbs: [...verbs] })
        }
    for (const url of nonResourceURLs) for (const verb of verbs) urls.push({ url, verb })
  }
  const compact = [
    ...urls.map(({ url, verb }) => compactRule({ group: undefined, resource: undefined, names: [], urls: [url], verbs: [verb] })),
    ...[...byPlace.values()].map((place) => compactRule({ ...place, urls: [] })),
  ]
  return compact.sort((a, b) => (a.order < b.order ? -1 : a.order > b.order ? 1 : 0))
}

function compactRule(rule: {
  readonly group: string | undefined
  readonly resource: string | undefined
  readonly names: readonly string[]
  readonly urls: readonly string[]
  readonly verbs: readonly string[]
}): CompactRule {
  const { group, resource, names, urls, verbs } = rule
  const [main = '', ...sub] = (resource ?? '').split('/')
  return {
    resource: `${main}${group ? `.${group}` : ''}${sub.length ? `/${sub.join('/')}` : ''}`,
    urls,
    names,
    verbs,
    order: `&PolicyRule{Verbs:${bracketed(verbs)},APIGroups:[${group ?? ''}],Resources:[${resource ?? ''}],ResourceNames:${bracketed(names)},NonResourceURLs:${bracketed(urls)},}`,
  }
}

export const describeRoleBinding = describing<RoleBinding | ClusterRoleBinding>(function* (d, { metadata, roleRef, subjects }) {
  const { write } = d
  write(0, `Name:\t${metadata.name}`)
  writeLabels(d, 'Labels', metadata.labels)
  writeAnnotations(d, 'Annotations', metadata.annotations)
  write(0, 'Role:')
  write(1, `Kind:\t${roleRef.kind}`)
  write(1, `Name:\t${roleRef.name}`)
  write(0, 'Subjects:')
  write(1, 'Kind\tName\tNamespace')
  write(1, '----\t----\t---------')
  for (const { kind, name, namespace } of subjects ?? []) write(1, `${kind}\t${name}\t${namespace ?? ''}`)
})
