import type { Listener } from '../node/os/socket'
import { createSocketPair } from '../node/os/pipe'
import { byteLength } from '../node/os/text'

/** A web site outside the cluster. */
interface Site {
  readonly names: readonly string[]
  readonly address: string
  readonly page: string
}

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
  { names: ['google.com', 'www.google.com'], address: '142.250.196.110', page: page('Google', '') },
  { names: ['github.com', 'www.github.com'], address: '20.27.177.113', page: page('GitHub', '') },
]

/** The address behind a name of the outside. */
export const resolveOutside = (name: string): string | undefined => sites.find(({ names }) => names.includes(name))?.address

/** What listens at an address and port of the outside: web servers on 80 and 443. */
export function listenerOutside(address: string, port: number): Listener | undefined {
  const site = sites.find((each) => each.address === address)
  if (!site || (port !== 80 && port !== 443)) return undefined
  return answering(address, port, (request) => answer(site, request))
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

function answer({ page }: Site, request: string): string {
  const body = request.startsWith('HEAD ') ? '' : page
  return `HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=UTF-8\r\nContent-Length: ${byteLength(body)}\r\nConnection: close\r\n\r\n${body}`
}
