import { constants, createDeflate, createInflate, type Deflate, type Inflate } from 'node:zlib'

/*
 * As much of SPDY/3.1 as kubectl needs of a server: streams that the client opens, with headers, data both ways, and half-closing.
 * See "SPDY Protocol - Draft 3.1". Flow control is left out, as in the library that kubectl uses.
 */

/** One stream that the client opened. */
export interface SpdyStream {
  readonly id: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  write(bytes: Uint8Array): void
  /** This side has no more to say. */
  end(): void
}

export interface SpdyHandler {
  /** Told of every new stream; returns what to do with what arrives on it. */
  open(stream: SpdyStream): { data(bytes: Uint8Array): void; end(): void }
}

const SYN_STREAM = 1
const SYN_REPLY = 2
const RST_STREAM = 3
const PING = 6
const FIN = 1

/** The server's side of one connection: give it what arrives, and it calls `send` with what must go out. */
export function createSpdyConnection(send: (bytes: Uint8Array) => void, handler: SpdyHandler): { receive(bytes: Uint8Array): void } {
  const inflate = createInflate({ dictionary: DICTIONARY, flush: constants.Z_SYNC_FLUSH })
  const deflate = createDeflate({ dictionary: DICTIONARY, flush: constants.Z_SYNC_FLUSH })
  const streams = new Map<number, ReturnType<SpdyHandler['open']>>()
  let pending: Buffer = Buffer.alloc(0)
  // Header blocks share one compressor, which answers later: frames are handled one after another.
  let turn: Promise<unknown> = Promise.resolve()

  async function opened(frame: Buffer, flags: number) {
    const id = frame.readUInt32BE(0) & 0x7fffffff
    const headers = readHeaders(await through(inflate, frame.subarray(10)))
    const replied = await through(deflate, Buffer.alloc(4)) // no headers of our own
    const idBytes = Buffer.alloc(4)
    idBytes.writeUInt32BE(id)
    send(controlFrame(SYN_REPLY, Buffer.concat([idBytes, replied])))
    const stream = handler.open({
      id,
      headers,
      write: (bytes) => send(dataFrame(id, 0, bytes)),
      end: () => send(dataFrame(id, FIN, new Uint8Array())),
    })
    streams.set(id, stream)
    if (flags & FIN) stream.end()
  }

  async function control(type: number, flags: number, payload: Buffer) {
    if (type === SYN_STREAM) await opened(payload, flags)
    else if (type === PING) send(controlFrame(PING, payload))
    else if (type === RST_STREAM) {
      const id = payload.readUInt32BE(0) & 0x7fffffff
      streams.get(id)?.end()
      streams.delete(id)
    }
  }

  function arrived(id: number, flags: number, payload: Buffer) {
    const stream = streams.get(id)
    if (payload.length > 0) stream?.data(payload)
    if (flags & FIN) stream?.end()
  }

  return {
    receive(bytes) {
      pending = Buffer.concat([pending, bytes])
      while (pending.length >= 8) {
        const first = pending.readUInt32BE(0)
        const flags = pending[4]!
        const length = pending.readUIntBE(5, 3)
        if (pending.length < 8 + length) return
        const payload = pending.subarray(8, 8 + length)
        pending = pending.subarray(8 + length)
        const isControl = first >= 0x80000000
        turn = turn.then(() => (isControl ? control(first & 0xffff, flags, payload) : arrived(first, flags, payload)))
        // A broken header block ends the connection's usefulness, not the server.
        turn = turn.catch(() => undefined)
      }
    },
  }
}

function controlFrame(type: number, payload: Uint8Array): Uint8Array {
  const head = Buffer.alloc(8)
  head.writeUInt16BE(0x8003, 0)
  head.writeUInt16BE(type, 2)
  head.writeUIntBE(payload.length, 5, 3)
  return Buffer.concat([head, payload])
}

function dataFrame(id: number, flags: number, bytes: Uint8Array): Uint8Array {
  const head = Buffer.alloc(8)
  head.writeUInt32BE(id, 0)
  head[4] = flags
  head.writeUIntBE(bytes.length, 5, 3)
  return Buffer.concat([head, bytes])
}

/** What a compressor makes of one block, keeping its state for the next. */
function through(zlib: Inflate | Deflate, block: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    zlib.once('error', reject)
    zlib.write(block, () => {
      zlib.off('error', reject)
      resolve((zlib.read() as Buffer | null) ?? Buffer.alloc(0)) // binary mode, so buffers
    })
  })
}

function readHeaders(block: Buffer): Record<string, string> {
  const headers: Record<string, string> = {}
  let at = 4
  const text = () => {
    const length = block.readUInt32BE(at)
    at += 4 + length
    return block.toString('utf8', at - length, at)
  }
  for (let count = block.readUInt32BE(0); count > 0; count--) {
    const name = text().toLowerCase()
    headers[name] = text()
  }
  return headers
}

/** The dictionary that both ends begin to compress headers with: words with their lengths, then text. From the specification. */
const WORDS =
  'options head post put delete trace accept accept-charset accept-encoding accept-language accept-ranges age allow authorization cache-control connection content-base content-encoding content-language content-length content-location content-md5 content-range content-type date etag expect expires from host if-match if-modified-since if-none-match if-range if-unmodified-since last-modified location max-forwards pragma proxy-authenticate proxy-authorization range referer retry-after server te trailer transfer-encoding upgrade user-agent vary via warning www-authenticate method get status 200_OK version HTTP/1.1 url public set-cookie keep-alive origin'
const TEXT =
  '100101201202205206300302303304305306307402405406407408409410411412413414415416417502504505203 Non-Authoritative Information204 No Content301 Moved Permanently400 Bad Request401 Unauthorized403 Forbidden404 Not Found500 Internal Server Error501 Not Implemented503 Service UnavailableJan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec 00:00:00 Mon, Tue, Wed, Thu, Fri, Sat, Sun, GMTchunked,text/html,image/png,image/jpg,image/gif,application/xml,application/xhtml+xml,text/plain,text/javascript,publicprivatemax-age=gzip,deflate,sdchcharset=utf-8charset=iso-8859-1,utf-,*,enq=0.'

export const DICTIONARY = Buffer.concat([
  ...WORDS.split(' ').flatMap((word) => {
    const length = Buffer.alloc(4)
    length.writeUInt32BE(word.length)
    return [length, Buffer.from(word.replace('_', ' '))]
  }),
  Buffer.from(TEXT),
])
