import { expect, test } from 'vitest'
import type { ApiResponse } from '../../../src/sim/api/http'
import { forPeople } from '../../../src/sim/api/pretty'

const answer: ApiResponse = { status: 200, headers: { 'content-type': 'application/json' }, body: '{"a":1}\n' }
const ask = (url: string, agent = 'kubectl/v1.36.0') => ({ method: 'GET', url, headers: { 'user-agent': agent } })

test.each([
  ['a program', ask('/api/v1/pods'), false],
  ['curl', ask('/api/v1/pods', 'curl/8.5.0'), true],
  ['wget', ask('/api/v1/pods', 'Wget/1.21'), true],
  ['a browser', ask('/apis', 'Mozilla/5.0 (X11)'), true],
  ['?pretty', ask('/api/v1/pods?pretty=true'), true],
  ['curl with ?pretty=false', ask('/api/v1/pods?limit=1&pretty=false', 'curl/8.5.0'), false],
  ['anybody who asks for the version', ask('/version'), true],
  ['curl that asks for OpenAPI', ask('/openapi/v3', 'curl/8.5.0'), false],
])('whether JSON is indented for %s', (_who, request, indented) => {
  expect(forPeople(request, answer)).toMatchObject({ body: indented ? '{\n  "a": 1\n}\n' : '{"a":1}\n' })
})
