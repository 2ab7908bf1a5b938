import { expect, test } from 'vitest'
import { createApi } from '../api'

test.each(['example.com/own', 'constructor', 'toString', '__proto__'])(
  'a Secret of type %s, which nobody knows, may hold anything',
  (type) => {
    const { ask } = createApi()
    const answer = ask('POST', '/api/v1/namespaces/default/secrets', { metadata: { name: 's' }, type, data: { a: 'YQ==' } })
    expect(answer).toMatchObject({ status: 201, body: { type, data: { a: 'YQ==' } } })
  },
)
