import type { ApiServer, RequestAttributes, User } from '../hooks'
import type { Asker } from '../kind'
import { fieldPath } from '../field-path'
import { badRequest, invalid } from '../status'
import type { SelfSubjectReview, TokenReview, UserInfo } from '../types/authentication-v1.gen'
import type {
  LocalSubjectAccessReview,
  NonResourceRule,
  ResourceRule,
  SelfSubjectAccessReview,
  SelfSubjectRulesReview,
  SubjectAccessReview,
  SubjectAccessReviewSpec,
  SubjectAccessReviewStatus,
} from '../types/authorization-v1.gen'
import { judgeToken } from './authenticate'
import { grantsOf } from './rbac'
import { ISSUER } from './token'

const AUTHORIZATION = 'authorization.k8s.io'

type Question = Pick<SubjectAccessReviewSpec, 'resourceAttributes' | 'nonResourceAttributes'>

function accessStatus(server: ApiServer, user: User, question: Question): SubjectAccessReviewStatus {
  const { allowed, reason } = server.may(user, attributesOf(question))
  return { allowed, ...(reason && { reason }) }
}

/** Whether a question can be asked at all: about one thing, and about somebody where that is not whoever asks. */
function refuseUnclear(
  kind: string,
  { resourceAttributes, nonResourceAttributes, ...who }: SubjectAccessReviewSpec,
  isAboutAnother: boolean,
) {
  const at = fieldPath('spec')
  const { path: Path = '', verb: Verb = '' } = nonResourceAttributes ?? {}
  const errors = [
    ...(resourceAttributes && nonResourceAttributes
      ? [at('nonResourceAttributes').invalid({ Path, Verb }, 'cannot be specified in combination with resourceAttributes')]
      : []),
    ...(resourceAttributes || nonResourceAttributes
      ? []
      : [at('resourceAttributes').invalid(null, 'exactly one of nonResourceAttributes or resourceAttributes must be specified')]),
    ...(isAboutAnother && !who.user && !who.groups?.length ? [at('user').required('at least one of user or group must be specified')] : []),
  ]
  if (errors.length > 0) throw invalid({ group: AUTHORIZATION, kind }, '', errors)
}

function attributesOf({ resourceAttributes: asked, nonResourceAttributes }: Question): RequestAttributes {
  const query = new URLSearchParams()
  if (nonResourceAttributes) return { verb: nonResourceAttributes.verb ?? '', path: nonResourceAttributes.path ?? '', query }
  const { verb = '', group = '', version = '', resource: plural = '', subresource, namespace, name } = asked ?? {}
  const resource = { group, version, plural, ...(subresource && { subresource }), ...(namespace && { namespace }), ...(name && { name }) }
  return { verb, path: '/review', query, resource }
}

const userOfSpec = ({ user = '', groups = [], uid, extra }: SubjectAccessReviewSpec): User => ({
  name: user,
  groups,
  ...(uid && { uid }),
  ...(extra && { extra }),
})

function rulesStatus(server: ApiServer, user: User, namespace: string) {
  const rules = [...grantsOf(server, user, namespace)].flatMap((grant) => grant.rules)
  const resourceRules = rules
    .filter(({ resources }) => resources?.length)
    .map(({ verbs, apiGroups, resources, resourceNames }): ResourceRule => ({
      verbs,
      apiGroups: apiGroups ?? [],
      resources: resources ?? [],
      ...(resourceNames && { resourceNames }),
    }))
  const nonResourceRules = rules
    .filter(({ nonResourceURLs }) => nonResourceURLs?.length)
    .map(({ verbs, nonResourceURLs }): NonResourceRule => ({ verbs, nonResourceURLs: nonResourceURLs ?? [] }))
  // The Node authoriser cannot tell what it would allow, so a node's list is never whole.
  const isNode = user.groups.includes('system:nodes')
  return {
    resourceRules,
    nonResourceRules,
    incomplete: isNode,
    ...(isNode && { evaluationError: 'node authorizer does not support user rule resolution' }),
  }
}

const userInfo = ({ name, uid, groups, extra }: User): UserInfo => ({
  username: name,
  ...(uid && { uid }),
  groups,
  ...(extra && { extra }),
})

/** What is answered to the questions of `authorization.k8s.io` and `authentication.k8s.io`. Throws a Status for one that is unclear. */
export const reviewAnswers = {
  SelfSubjectReview: (review: SelfSubjectReview, { user }: Asker): SelfSubjectReview => ({
    ...review,
    status: { userInfo: userInfo(user) },
  }),
  TokenReview(review: TokenReview, { server }: Asker): TokenReview {
    const { token = '', audiences: wanted = [ISSUER] } = review.spec
    const judged = judgeToken(token, server, wanted)
    if (judged && 'user' in judged)
      return { ...review, status: { authenticated: true, user: userInfo(judged.user), audiences: judged.audiences } }
    const error = judged ? `[invalid bearer token, ${judged.why}]` : 'invalid bearer token'
    return { ...review, status: { user: {}, error } }
  },
  LocalSubjectAccessReview(review: LocalSubjectAccessReview, { server }: Asker): LocalSubjectAccessReview {
    refuseUnclear('LocalSubjectAccessReview', review.spec, true)
    return { ...review, status: accessStatus(server, userOfSpec(review.spec), review.spec) }
  },
  SelfSubjectAccessReview(review: SelfSubjectAccessReview, { user, server }: Asker): SelfSubjectAccessReview {
    refuseUnclear('SelfSubjectAccessReview', review.spec, false)
    return { ...review, status: accessStatus(server, user, review.spec) }
  },
  SelfSubjectRulesReview(review: SelfSubjectRulesReview, { user, server }: Asker): SelfSubjectRulesReview {
    if (!review.spec.namespace) throw badRequest('no namespace on request')
    return { ...review, status: rulesStatus(server, user, review.spec.namespace) }
  },
  SubjectAccessReview(review: SubjectAccessReview, { server }: Asker): SubjectAccessReview {
    refuseUnclear('SubjectAccessReview', review.spec, true)
    return { ...review, status: accessStatus(server, userOfSpec(review.spec), review.spec) }
  },
}
