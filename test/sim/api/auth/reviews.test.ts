import { expect, test } from 'vitest'
import { testServer } from '../test-server'

const review = (kind: string, spec: object) => ({ apiVersion: 'authorization.k8s.io/v1', kind, spec })
const about = { resourceAttributes: { resource: 'pods', verb: 'get' } }
const path = { nonResourceAttributes: { path: '/a', verb: 'get' } }

test.each([
  ['SubjectAccessReview', { user: 'jane', ...about, ...path }, 'spec.nonResourceAttributes: Invalid value: {"Path":"/a","Verb":"get"}: cannot be specified in combination with resourceAttributes'], // prettier-ignore
  ['SubjectAccessReview', { user: 'jane' }, 'spec.resourceAttributes: Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified'], // prettier-ignore
  ['SubjectAccessReview', about, 'spec.user: Required value: at least one of user or group must be specified'],
  ['SelfSubjectAccessReview', {}, 'spec.resourceAttributes: Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified'], // prettier-ignore
])('a %s of %j is no question', (kind, spec, complaint) => {
  const { send } = testServer()
  expect(send('POST', `/apis/authorization.k8s.io/v1/${kind.toLowerCase()}s`, review(kind, spec))).toMatchObject({
    code: 422,
    message: `${kind}.authorization.k8s.io "" is invalid: ${complaint}`,
  })
})
