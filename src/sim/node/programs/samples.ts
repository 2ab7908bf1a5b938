import { connect, nowMs, read, write, close, useCpu, addresses } from '../os/calls'
import { SyscallError, type Proc, type Program } from '../os/syscalls'
import { sha256 } from '../../formats/sha256'
import { httpDate, logDate, slashDate } from './dates'
import { serveHttp, type HttpRequest, type HttpResponse } from './http-server'

const text = (body: string, status = 200): HttpResponse => ({ status, headers: { 'Content-Type': 'text/plain; charset=utf-8' }, body })
const flag = (argv: readonly string[], name: string) => {
  const at = argv.findIndex((word) => word === `-${name}` || word === `--${name}`)
  return at >= 0
    ? argv[at + 1]
    : argv.find((word) => word.startsWith(`-${name}=`) || word.startsWith(`--${name}=`))?.replace(/^--?[\w-]+=/, '')
}

/** Google's hello-app: says its version and host name. */
export const helloApp = (version: string): Program =>
  function* (self) {
    const port = Number(self.env.PORT ?? 8080)
    yield* write(2, `${slashDate(yield* nowMs())} Server listening on port ${port}\n`)
    return yield* serveHttp({
      self,
      ports: [port],
      *handle(request) {
        yield* write(2, `${slashDate(yield* nowMs())} Serving request: ${request.path}\n`)
        return text(`Hello, world!\nVersion: ${version}\nHostname: ${self.hostname}\n`)
      },
    })
  }

/** The backend of the tutorial that connects a front end to it. */
export const helloGo: Program = (self) =>
  serveHttp({
    self,
    ports: [80],
    handle: () => constant({ status: 200, headers: { 'Content-Type': 'application/json' }, body: '{"message":"Hello"}\n' }),
  })

/** The server of the "Kubernetes basics" tutorial. */
export const bootcamp = (version: string): Program =>
  function* (self) {
    yield* write(1, `Kubernetes Bootcamp App Started At: ${httpDate(yield* nowMs())} | Running On:  ${self.hostname} \n\n`)
    const startedMs = yield* nowMs()
    let requests = 0
    return yield* serveHttp({
      self,
      ports: [8080],
      *handle() {
        requests++
        const uptime = ((yield* nowMs()) - startedMs) / 1000
        yield* write(
          1,
          `Running On: ${self.hostname} | Total Requests: ${requests} | App Uptime: ${uptime} seconds | Log Time: ${httpDate(yield* nowMs())}\n`,
        )
        return {
          status: 200,
          headers: { 'Content-Type': 'text/plain' },
          body: `Hello Kubernetes bootcamp! | Running on: ${self.hostname} | v=${version}\n`,
        }
      },
    })
  }

export const nodeHello: Program = (self) => serveHttp({ self, ports: [8080], handle: () => constant(text('Hello Kubernetes!')) })

export const helloWorld: Program = function* () {
  yield* write(1, '\nHello from Docker!\nThis message shows that your installation appears to be working correctly.\n')
  return 0
}

/** The sample for graphics cards: adds two vectors, as somebody who has one would see it. */
export const cudaVectorAdd: Program = function* () {
  yield* write(1, '[Vector addition of 50000 elements]\nCopy input data from the host memory to the CUDA device\n')
  yield* write(1, 'CUDA kernel launch with 196 blocks of 256 threads\nCopy output data from the CUDA device to the host memory\n')
  yield* write(1, 'Test PASSED\nDone\n')
  return 0
}

export const httpEcho: Program = function* (self) {
  const port = Number((flag(self.argv, 'listen') ?? ':5678').replace(/^.*:/, ''))
  const says = flag(self.argv, 'text') ?? self.env.ECHO_TEXT ?? 'hello-world'
  yield* write(2, `${slashDate(yield* nowMs())} [INFO] server is listening on :${port}\n`)
  return yield* serveHttp({ self, ports: [port], handle: () => constant(text(`${says}\n`)) })
}

/** Tells which Pod answers, and what it was asked. The parameter is its port and the image's tag: `80/plain-text`. */
export const nginxHello = (parameter: string): Program => {
  const [port = '80', tag = ''] = parameter.split('/')
  const isPlain = tag.includes('plain-text')
  return (self) => {
    let requests = 0
    return serveHttp({
      self,
      ports: [Number(port)],
      *handle(request) {
        const now = yield* nowMs()
        const own = (yield* addresses()).find(({ address }) => address !== '127.0.0.1')?.address ?? ''
        const id = sha256(`${self.hostname} ${requests++} ${now}`).slice(0, 32)
        const lines = `Server address: ${own}:${port}\nServer name: ${self.hostname}\nDate: ${logDate(now)}\nURI: ${request.target}\nRequest ID: ${id}\n`
        if (isPlain) return { status: 200, headers: { 'Content-Type': 'text/plain' }, body: lines }
        const body = `<!DOCTYPE html>\n<html>\n<head>\n<title>Hello World</title>\n</head>\n<body>\n<pre>\n${lines}</pre>\n</body>\n</html>\n`
        return { status: 200, headers: { 'Content-Type': 'text/html' }, body }
      },
    })
  }
}

/** Repeats the request to whoever sent it. */
export const whoami: Program = (self) =>
  serveHttp({
    self,
    ports: [Number(flag(self.argv, 'port') ?? self.env.WHOAMI_PORT_NUMBER ?? 80)],
    *handle(request) {
      const own = (yield* addresses()).map(({ address }) => `IP: ${address}\n`).join('')
      return text(`Hostname: ${self.hostname}\n${own}RemoteAddr: ${request.peer}\n${requestText(request)}\n`)
    },
  })

export const echoServer: Program = (self) =>
  serveHttp({
    self,
    ports: [Number(self.env.PORT ?? 8080)],
    *handle(request) {
      const pod = Object.entries({
        'node name': self.env.NODE_NAME,
        'pod name': self.env.POD_NAME,
        'pod namespace': self.env.POD_NAMESPACE,
        'pod IP': self.env.POD_IP,
      })
      const known = pod.filter(([, value]) => value !== undefined).map(([name, value]) => `\t${name}:\t${value}\n`)
      return text(
        `\n\nHostname: ${self.hostname}\n\nPod Information:\n${known.join('') || '\t-no pod information available-\n'}\nServer values:\n\tserver_version=nginx: 1.14.2 - lua: 10015\n\nRequest Information:\n\tclient_address=${request.peer.replace(/:\d+$/, '')}\n\tmethod=${request.method}\n\treal path=${request.target}\n\tquery=${request.query.toString()}\n\trequest_version=${request.version.slice(5)}\n\trequest_uri=http://${request.headers.host}:8080${request.target}\n\nRequest Headers:\n${Object.entries(
          request.headers,
        )
          .map(([name, value]) => `\t${name}=${value}\n`)
          .join('')}\nRequest Body:\n${request.body || '\t-no body in request-'}\n\n`,
      )
    },
  })

const requestText = (request: HttpRequest) =>
  `${request.method} ${request.target} ${request.version}\nHost: ${request.headers.host ?? ''}\n${Object.entries(request.headers)
    .filter(([name]) => name !== 'host')
    .map(([name, value]) => `${name.replace(/(^|-)[a-z]/g, (start) => start.toUpperCase())}: ${value}\n`)
    .join('')}`

/** podinfo, as far as tutorials look at it. */
export const podinfo = (version: string): Program =>
  function* (self) {
    yield* write(1, `{"level":"info","msg":"Starting podinfo","version":"${version}","port":"9898"}\n`)
    let ready = true
    return yield* serveHttp({
      self,
      ports: [9898],
      *handle(request) {
        if (request.path === '/readyz/disable') ready = false
        if (request.path === '/readyz/enable') ready = true
        if (request.path === '/readyz') return ready ? json({ status: 'OK' }) : json({ status: 'not ready' }, 503)
        if (request.path === '/healthz' || request.path.startsWith('/readyz/')) return json({ status: 'OK' })
        if (request.path === '/version') return json({ version })
        const status = /^\/status\/(\d{3})$/.exec(request.path)
        if (status) return json({ status: Number(status[1]) }, Number(status[1]))
        yield* useCpu(1)
        return json({ hostname: self.hostname, version, message: self.env.PODINFO_UI_MESSAGE ?? `greetings from podinfo v${version}` })
      },
    })
  }

const json = (value: unknown, status = 200): HttpResponse => ({
  status,
  headers: { 'Content-Type': 'application/json; charset=utf-8' },
  body: `${JSON.stringify(value, null, 2)}\n`,
})

export const goproxy: Program = (self) =>
  serveHttp({ self, ports: [8080], handle: () => constant(text('This is a proxy server. Does not respond to non-proxy requests.\n', 500)) })

/** The load example of the autoscaler walkthrough: each request keeps a CPU busy for a while. */
export const hpaExample: Program = (self) =>
  serveHttp({
    self,
    ports: [80],
    slow: () => true,
    *handle() {
      yield* useCpu(80)
      return { status: 200, headers: { 'Content-Type': 'text/html; charset=UTF-8' }, body: 'OK!' }
    },
  })

/** The guestbook's front end: a page, and a small script between it and Redis. */
export const gbFrontend: Program = (self) =>
  serveHttp({
    self,
    ports: [80],
    slow: ({ path }) => path.endsWith('guestbook.php'),
    *handle(request) {
      if (!request.path.endsWith('guestbook.php')) {
        return {
          status: 200,
          headers: { 'Content-Type': 'text/html' },
          body: '<html ng-app="redis">\n  <head>\n    <title>Guestbook</title>\n  </head>\n  <body>\n    <h2>Guestbook</h2>\n  </body>\n</html>\n',
        }
      }
      const key = request.query.get('key') ?? 'messages'
      const writing = request.query.get('cmd') === 'set'
      const value = request.query.get('value') ?? ''
      const answer = yield* askRedis(
        writing ? 'redis-leader' : 'redis-follower',
        writing ? `SET ${key} ${JSON.stringify(value)}` : `GET ${key}`,
      )
      if (answer === undefined) return { status: 500, body: '' }
      return {
        status: 200,
        headers: { 'Content-Type': 'text/html' },
        body: writing ? '{"message": "Updated"}' : `{"data": "${answer}"}`,
      }
    },
  })

function* askRedis(host: string, command: string): Proc<string | undefined> {
  try {
    const fd = yield* connect(host, 6379)
    yield* write(fd, `${command}\r\n`)
    const answer = yield* read(fd)
    yield* close(fd)
    return answer.startsWith('$-1') ? '' : answer.replace(/^\$\d+\r\n|^\+/, '').replace(/\r\n$/, '')
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
    return undefined
  }
}

function* constant(response: HttpResponse): Proc<HttpResponse> {
  return response
}
