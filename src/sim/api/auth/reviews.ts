import { lateCode } from '../../engine/late-code'
import { defineKind, type Asker, type KindDefinition } from '../kind'
import type { AnyObject } from '../object'
import type { reviewAnswers } from './review-answers'

/** What is answered: people and the programs they run ask, nobody at boot. */
export const lateReviews = lateCode<typeof reviewAnswers>('the answers to reviews')

/** A kind that is only ever asked: a create is answered, nothing is stored. */
function question(group: string, kind: keyof typeof reviewAnswers, namespaced = false): KindDefinition {
  return defineKind<AnyObject>({
    group,
    version: 'v1',
    kind,
    plural: `${kind.toLowerCase()}s`,
    namespaced,
    verbs: ['create'],
    answer(object, asker) {
      const answer = lateReviews.code[kind] as unknown as (object: AnyObject, asker: Asker) => AnyObject // only asked with objects of its own kind
      return answer(object, asker)
    },
  })
}

const AUTHORIZATION = 'authorization.k8s.io'
const AUTHENTICATION = 'authentication.k8s.io'

/** The kinds of `authorization.k8s.io` and `authentication.k8s.io`. */
export const reviewKinds: readonly KindDefinition[] = [
  question(AUTHENTICATION, 'SelfSubjectReview'),
  question(AUTHENTICATION, 'TokenReview'),
  question(AUTHORIZATION, 'LocalSubjectAccessReview', true),
  question(AUTHORIZATION, 'SelfSubjectAccessReview'),
  question(AUTHORIZATION, 'SelfSubjectRulesReview'),
  question(AUTHORIZATION, 'SubjectAccessReview'),
]
