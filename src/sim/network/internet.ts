import type { Serve } from '../api/http'
import type { Listener } from '../node/os/socket'
import { createSocketPair } from '../node/os/pipe'
import { byteLength } from '../node/os/text'

/** A web site outside the cluster. */
interface Site {
  readonly names: readonly string[]
  readonly address: string
  /** What it shows whatever is asked for; without it the site has downloads only. */
  readonly page?: string
}

/** The text behind a URL that people download from (without its scheme); undefined when there is nothing. */
export type Downloads = (url: string) => string | undefined

const page = (title: string, text: string) =>
  `<!doctype html>\n<html>\n<head>\n    <title>${title}</title>\n</head>\n<body>\n<div>\n    <h1>${title}</h1>\n    <p>${text}</p>\n</div>\n</body>\n</html>\n`

/** The few places of the Internet that tutorials look at from a Pod. Everything else out there has no name and does not answer. */
const sites: readonly Site[] = [
  {
    names: ['info.cern.ch'],
    address: '188.184.67.127',
    page: '<html><head></head><body><header>\n<title>http://info.cern.ch</title>\n</header>\n\n<h1>http://info.cern.ch - home of the first website</h1>\n</body></html>\n',
  },
  {
    names: ['example.com', 'www.example.com', 'example.org'],
    address: '93.184.215.14',
    page: page('Example Domain', 'This domain is for use in documentation examples.'),
  },
  {
    names: ['kubernetes.io', 'www.kubernetes.io'],
    address: '147.75.40.148',
    page: page('Kubernetes', 'Production-Grade Container Orchestration'),
  },
  { names: ['k8s.io'], address: '34.107.204.206' },
  { names: ['raw.githubusercontent.com'], address: '185.199.108.133' },
  { names: ['google.com', 'www.google.com'], address: '142.250.196.110', page: page('Google', '') },
  { names: ['github.com', 'www.github.com'], address: '20.27.177.113', page: page('GitHub', '') },
]

/** The address behind a name of the outside. */
export const resolveOutside = (name: string): string | undefined => sites.find(({ names }) => names.includes(name))?.address

const siteAt = (address: string, port: number): Site | undefined =>
  port === 80 || port === 443 ? sites.find((each) => each.address === address) : undefined

/** What listens at an address and port of the outside: web servers on 80 and 443. */
export function listenerOutside(downloads: Downloads, address: string, port: number): Listener | undefined {
  const site = siteAt(address, port)
  if (!site) return undefined
  return answering(address, port, (request) => {
    const [, path = '/'] = /^\S+ (\S+)/.exec(request) ?? []
    const { status, type, body } = contentOf(site, downloads, path)
    const head = `HTTP/1.1 ${status} ${status === 200 ? 'OK' : 'Not Found'}\r\nContent-Type: ${type}\r\nContent-Length: ${byteLength(body)}\r\nConnection: close\r\n\r\n`
    return request.startsWith('HEAD ') ? head : head + body
  })
}

/** The same for HTTP clients that speak no sockets. */
export function serveOutside(downloads: Downloads, address: string, port: number): Serve | undefined {
  const site = siteAt(address, port)
  return (
    site &&
    ((request, answered) => {
      const { status, type, body } = contentOf(site, downloads, request.url)
      answered({ status, headers: { 'content-type': type }, body })
    })
  )
}

/** What a site has at a path: something to download, or its page. */
function contentOf({ names, page }: Site, downloads: Downloads, path: string): { status: number; type: string; body: string } {
  for (const name of names) {
    const text = downloads(name + path)
    if (text !== undefined) return { status: 200, type: 'text/plain; charset=utf-8', body: text }
  }
  if (page !== undefined && !/\.ya?ml$/.test(path)) return { status: 200, type: 'text/html; charset=UTF-8', body: page }
  return { status: 404, type: 'text/plain; charset=utf-8', body: '404: Not Found' }
}

/** A listener behind which no process runs: it reads one HTTP request from each connection and writes what `respond` makes of it. */
export function answering(address: string, port: number, respond: (request: string) => string): Listener {
  return {
    port,
    address,
    protocol: 'tcp',
    connect() {
      const [near, far] = createSocketPair()
      far.refs = 1
      let request = ''
      const hear = () => {
        const chunk = far.read(undefined, undefined)
        if (chunk === undefined) return
        request += chunk
        if (chunk !== '' && !request.includes('\r\n\r\n')) return
        stop()
        if (chunk !== '') far.write(respond(request))
        far.release()
      }
      const stop = far.onReadable(hear)
      return near
    },
    accept: () => undefined,
    incoming: () => false,
    onIncoming: () => () => {},
    close() {},
  }
}
