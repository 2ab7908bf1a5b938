import { expect, test } from 'vitest'
import { fetchHandler } from '../../../src/sim/api/edge-http'
import type { ApiRequest, ApiResponse, StreamSink } from '../../../src/sim/api/http'
import { bytesFromText } from '../../../src/sim/node/os/text'

const handler = (request: (request: ApiRequest) => ApiResponse) =>
  fetchHandler({ serve: (asked, answered) => answered(request(asked)), bytesFromText })

test('a fetch request reaches the core with path, query, lower-case headers and its body', async () => {
  const seen: ApiRequest[] = []
  const handle = handler((request) => {
    seen.push(request)
    return { status: 201, headers: { 'content-type': 'application/json' }, body: '{}' }
  })
  const answer = await handle(
    new Request('http://cluster/api/v1/pods?limit=5', { method: 'POST', body: '{"a":1}', headers: { 'X-Thing': 'y' } }),
  )
  expect([answer.status, await answer.text()]).toEqual([201, '{}'])
  expect(seen[0]).toMatchObject({ method: 'POST', url: '/api/v1/pods?limit=5', headers: { 'x-thing': 'y' } })
  expect(new TextDecoder().decode(seen[0]?.body as Uint8Array)).toBe('{"a":1}')
})

test('a watch is a streamed body that ends the subscription when the reader goes away', async () => {
  let sink: StreamSink | undefined
  let stopped = false
  const handle = handler(() => ({
    status: 200,
    headers: {},
    stream: (to) => {
      sink = to
      return () => (stopped = true)
    },
  }))
  const { body } = await handle(new Request('http://cluster/api/v1/pods?watch=true'))
  const reader = body!.getReader()
  sink!.data('{"type":"ADDED"}\n')
  expect(new TextDecoder().decode((await reader.read()).value)).toBe('{"type":"ADDED"}\n')
  await reader.cancel()
  expect(stopped).toBe(true)
})
