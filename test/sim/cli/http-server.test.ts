import { afterEach, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { ApiRequest, ApiResponse, ChannelPeer } from '../../../src/sim/api/http'
import { startHttpServer, type HttpServer } from '../../../src/sim/cli/http-server'

let server: HttpServer | undefined
afterEach(() => server?.close())
const serve = async (request: (request: ApiRequest) => ApiResponse) => {
  server = await startHttpServer({ serve: (asked, answered) => answered(request(asked)), port: 0 })
  return `http://127.0.0.1:${server.port}`
}

test('a body over the limit reaches the core only so far that it can refuse it', async () => {
  const address = await serve(({ body }) => ({ status: 413, headers: {}, body: String(body?.length) }))
  const answer = await fetch(address, { method: 'POST', body: 'x'.repeat(5_000_000) })
  expect(answer.status).toBe(413)
  expect(Number(await answer.text())).toBeGreaterThan(3 * 1024 * 1024)
})

test('a watch arrives in chunks until the server ends it', async () => {
  const address = await serve(() => ({
    status: 200,
    headers: {},
    stream: (sink) => {
      sink.data('one\n')
      sink.data('two\n')
      sink.end()
      return () => {}
    },
  }))
  expect(await (await fetch(address)).text()).toBe('one\ntwo\n')
})

test('exec joins the numbered channels of a WebSocket, and a closed stdin arrives in v5', async () => {
  const heard: string[] = []
  const address = await serve(() => ({
    status: 101,
    headers: {},
    connect: (client): ChannelPeer => ({
      data: (channel, text) => client.data(1, `${channel}:${text}`),
      close: (channel) => {
        if (channel !== 0) return
        client.data(3, '{"status":"Success"}')
        client.close()
      },
    }),
  }))
  const socket = new WebSocket(`${address.replace('http', 'ws')}/exec`, ['v5.channel.k8s.io', 'v4.channel.k8s.io'])
  socket.on('open', () => {
    socket.send(Buffer.from('\x00hé'))
    socket.send(Buffer.of(255, 0))
  })
  socket.on('message', (message: Buffer) => heard.push(`${message[0]} ${message.subarray(1).toString()}`))
  const code = await new Promise((resolve) => socket.on('close', resolve))
  expect([socket.protocol, code, ...heard]).toEqual(['v5.channel.k8s.io', 1000, '1 0:hé', '3 {"status":"Success"}'])
})

test('an upgrade to a protocol that is not spoken is refused in words', async () => {
  const address = await serve(() => ({ status: 200, headers: {}, body: '' }))
  const socket = new WebSocket(address.replace('http', 'ws'), ['v9.channel.k8s.io'])
  const status = await new Promise((resolve) => {
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode))
    socket.on('error', resolve)
  })
  expect(status).toBe(400)
})
