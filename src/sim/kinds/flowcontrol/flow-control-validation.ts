import type { FieldError, FieldPath } from '../../api/field-path'
import type {
  LimitedPriorityLevelConfiguration,
  LimitResponse,
  PolicyRulesWithSubjects,
  QueuingConfiguration,
  Subject,
} from '../../api/types/flowcontrol-v1.gen'
import { notBetween } from '../../formats/names'

/** Complaints about how a priority level limits its requests. */
export function limitedErrors(limited: LimitedPriorityLevelConfiguration, at: FieldPath): readonly FieldError[] {
  const { nominalConcurrencyShares: shares = 0, lendablePercent: lendable = 0, borrowingLimitPercent: borrowing = 0 } = limited
  return [
    ...(shares < 0 ? [at('nominalConcurrencyShares').invalid(shares, 'must be a non-negative integer')] : []),
    ...responseErrors(limited.limitResponse ?? {}, at('limitResponse')),
    ...(lendable < 0 || lendable > 100 ? [at('lendablePercent').invalid(lendable, notBetween(0, 100))] : []),
    ...(borrowing < 0 ? [at('borrowingLimitPercent').invalid(borrowing, 'if specified, must be a non-negative integer')] : []),
  ]
}

function responseErrors({ type = '', queuing }: Partial<LimitResponse>, at: FieldPath): readonly FieldError[] {
  if (type === 'Reject') return queuing ? [at('queuing').forbidden('must be nil if limited.limitResponse.type is not Limited')] : []
  if (type !== 'Queue') return [at('type').notSupported(type, ['Queue', 'Reject'])]
  return queuing ? queuingErrors(queuing, at('queuing')) : [at('queuing').required('must not be empty if limited.limitResponse.type is Limited')] // prettier-ignore
}

const MOST_QUEUES = 10_000_000

function queuingErrors({ queueLengthLimit = 0, queues = 0, handSize = 0 }: QueuingConfiguration, at: FieldPath): readonly FieldError[] {
  const positive = (name: string, value: number) => (value > 0 ? [] : [at(name).invalid(value, 'must be positive')])
  return [
    ...positive('queueLengthLimit', queueLengthLimit),
    ...positive('queues', queues),
    ...(queues > MOST_QUEUES ? [at('queues').invalid(queues, `must not be greater than ${MOST_QUEUES}`)] : []),
    ...positive('handSize', handSize),
    ...(handSize > queues ? [at('handSize').invalid(handSize, `should not be greater than queues (${queues})`)] : []),
  ]
}

/** Complaints about one rule of a flow schema: whose requests it is for, and which. */
export function flowRuleErrors(rule: PolicyRulesWithSubjects, at: FieldPath): readonly FieldError[] {
  const { subjects = [], resourceRules = [], nonResourceRules = [] } = rule
  return [
    ...(subjects.length === 0 ? [at('subjects').required('subjects must contain at least one value')] : []),
    ...subjects.flatMap((subject, index) => subjectErrors(subject, at('subjects', index))),
    ...(resourceRules.length + nonResourceRules.length === 0
      ? [at.required('at least one of resourceRules and nonResourceRules has to be non-empty')]
      : []),
    ...resourceRules.flatMap(({ verbs, apiGroups, resources, namespaces, clusterScope }, index) => {
      const here = at('resourceRules', index)
      return [
        ...wordsErrors(verbs, here('verbs'), 'verbs', 'verbs must contain at least one value'),
        ...wordsErrors(apiGroups, here('apiGroups'), 'api groups', 'resource rules must supply at least one api group'),
        ...wordsErrors(resources, here('resources'), 'resources', 'resource rules must supply at least one resource'),
        ...(clusterScope && !namespaces?.length
          ? []
          : wordsErrors(
              namespaces,
              here('namespaces'),
              'namespaces',
              'resource rules that are not cluster scoped must supply at least one namespace',
            )),
      ]
    }),
    ...nonResourceRules.flatMap(({ verbs, nonResourceURLs }, index) => {
      const here = at('nonResourceRules', index)
      return [
        ...wordsErrors(verbs, here('verbs'), 'verbs', 'verbs must contain at least one value'),
        ...wordsErrors(
          nonResourceURLs,
          here('nonResourceURLs'),
          'non-resource URLs',
          'non-resource rules must supply at least one nonResourceURL',
        ),
      ]
    }),
  ]
}

function wordsErrors(words: readonly string[] = [], at: FieldPath, what: string, missing: string): readonly FieldError[] {
  if (words.length === 0) return [at.required(missing)]
  return words.includes('*') && words.length > 1 ? [at.invalid(words, `if '*' is present, must not specify other ${what}`)] : []
}

function subjectErrors({ kind, user, group, serviceAccount }: Subject, at: FieldPath): readonly FieldError[] {
  switch (kind) {
    case 'User':
      return user?.name ? [] : [at('user', 'name').required()]
    case 'Group':
      return group?.name ? [] : [at('group', 'name').required()]
    case 'ServiceAccount':
      return [
        ...(serviceAccount?.name ? [] : [at('serviceAccount', 'name').required()]),
        ...(serviceAccount?.namespace ? [] : [at('serviceAccount', 'namespace').required('must specify namespace for service account')]),
      ]
    default:
      return [at('kind').notSupported(kind ?? '', ['Group', 'ServiceAccount', 'User'])]
  }
}
