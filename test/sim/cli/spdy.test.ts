import { deflateSync, constants } from 'node:zlib'
import { expect, test } from 'vitest'
import type { Serve } from '../../../src/sim/api/http'
import { createSpdyConnection, DICTIONARY } from '../../../src/sim/cli/spdy'
import { forwardPorts, joinStreams } from '../../../src/sim/cli/spdy-channels'

/** The first stream of a connection, as a client opens it. */
function synStream(id: number, headers: Readonly<Record<string, string>>): Buffer {
  const number = (value: number) => Buffer.from([value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255])
  const text = (value: string) => Buffer.concat([number(value.length), Buffer.from(value)])
  const pairs = Object.entries(headers).flatMap(([name, value]) => [text(name), text(value)])
  const block = deflateSync(Buffer.concat([number(Object.keys(headers).length), ...pairs]), {
    dictionary: DICTIONARY,
    finishFlush: constants.Z_SYNC_FLUSH,
  })
  const payload = Buffer.concat([number(id), number(0), Buffer.alloc(2), block])
  return Buffer.concat([Buffer.from([0x80, 3, 0, 1, 0]), number(payload.length).subarray(1), payload])
}

const data = (id: number, text: string, fin = false) =>
  Buffer.concat([Buffer.from([0, 0, 0, id, fin ? 1 : 0, 0, 0, text.length]), Buffer.from(text)])

/** What a server sent, data frames as text. */
function readable(sent: readonly Uint8Array[]): readonly string[] {
  return sent.map((frame) =>
    frame[0] === 0x80 ? `control ${frame[3]}` : `stream ${frame[3]}${frame[4] ? ' end' : ''}: ${Buffer.from(frame.subarray(8)).toString()}`,
  )
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 50))

test('a stream is answered, carries data both ways and ends; pings come back', async () => {
  const sent: Uint8Array[] = []
  const seen: string[] = []
  const connection = createSpdyConnection((bytes) => sent.push(bytes), {
    open: (stream) => {
      seen.push(JSON.stringify(stream.headers))
      return { data: (bytes) => stream.write(bytes), end: () => stream.end() }
    },
  })
  const bytes = Buffer.concat([
    synStream(1, { streamType: 'data', port: '80' }),
    data(1, 'hello', true),
    Buffer.from([0x80, 3, 0, 6, 0, 0, 0, 4, 0, 0, 0, 9]),
  ])
  for (const byte of bytes) connection.receive(Uint8Array.of(byte)) // however the network cuts it
  await settled()
  expect(seen).toEqual(['{"streamtype":"data","port":"80"}'])
  expect(readable(sent)).toEqual(['control 2', 'stream 1: hello', 'stream 1 end: ', 'control 6'])
})

test('exec begins once every channel that was asked for is open', () => {
  let connected = 0
  const handler = joinStreams(
    (peer) => {
      connected++
      return { data: (_, text) => peer.data(1, text.toUpperCase()), close: () => peer.close() }
    },
    new URLSearchParams('stdin=true&stdout=true'),
    () => undefined,
  )
  const heard: string[] = []
  const open = (streamtype: string) =>
    handler.open({
      id: 1,
      headers: { streamtype },
      write: (bytes) => heard.push(`${streamtype} ${Buffer.from(bytes).toString()}`),
      end: () => heard.push(`${streamtype} ends`),
    })
  open('error')
  const stdin = open('stdin')
  stdin.data(Buffer.from('early'))
  expect(connected).toBe(0)
  open('stdout')
  stdin.end()
  expect([connected, ...heard]).toEqual([1, 'stdout EARLY', 'error ends', 'stdin ends', 'stdout ends'])
})

test('each pair of streams becomes a connection to its port; a refusal is told on the error stream', () => {
  const asked: string[] = []
  const core: Serve = (request, answered) => {
    asked.push(request.url)
    answered({ status: 404, headers: {}, body: 'pods "x" not found' })
  }
  const handler = forwardPorts(core, { method: 'GET', url: '/portforward', headers: {} })
  const heard: string[] = []
  for (const streamtype of ['error', 'data']) {
    const headers = { streamtype, port: '80', requestid: '0' }
    handler.open({
      id: 1,
      headers,
      write: (bytes) => heard.push(`${streamtype}: ${Buffer.from(bytes).toString()}`),
      end: () => heard.push(`${streamtype} ends`),
    })
  }
  expect([...asked, ...heard]).toEqual(['/portforward?ports=80', 'error: pods "x" not found', 'data ends', 'error ends'])
})
