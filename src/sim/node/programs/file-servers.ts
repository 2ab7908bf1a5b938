import { listDirectory, nowMs, readFile, spawn, stat, write } from '../os/calls'
import type { Proc, Program, Self } from '../os/syscalls'
import { logDate } from './dates'
import { serveHttp, type HttpResponse } from './http-server'

/** Servers that people start in a shell to show the files of a directory: `python3 -m http.server` and busybox' httpd. */

const types: Readonly<Record<string, string>> = {
  css: 'text/css', html: 'text/html', htm: 'text/html', js: 'text/javascript', json: 'application/json', txt: 'text/plain',
} // prettier-ignore

const html = (body: string, status = 200): HttpResponse => ({ status, headers: { 'Content-Type': 'text/html' }, body })

function* fileAt(path: string, unknown: string): Proc<HttpResponse> {
  return { status: 200, headers: { 'Content-Type': types[/\.(\w+)$/.exec(path)?.[1] ?? ''] ?? unknown }, body: yield* readFile(path) }
}

const withoutPort = (peer: string) => peer.replace(/:\d+$/, '')

/** `python3 -m http.server`: files below the working directory; of a directory its index.html, or what is in it. */
export function* pythonFileServer(self: Self, port: number): Proc<number> {
  const answer = function* (path: string): Proc<HttpResponse> {
    const full = `${self.cwd.replace(/\/$/, '')}${path}`
    const kind = (yield* stat(full))?.type
    if (kind === 'file') return yield* fileAt(full, 'application/octet-stream')
    if (kind !== 'directory') return html(PYTHON_NOT_FOUND, 404)
    if (!path.endsWith('/')) return { status: 301, headers: { Location: `${path}/` }, body: '' }
    return (yield* stat(`${full}index.html`)) ? yield* fileAt(`${full}index.html`, 'text/html') : html(yield* listing(full, path))
  }
  return yield* serveHttp({
    self,
    ports: [port],
    *handle({ method, path, target, version, peer }) {
      const response = yield* answer(path)
      const stamp = logDate(yield* nowMs())
        .replace(':', ' ')
        .replace(' +0000', '')
      const line = (what: string) => `${withoutPort(peer)} - - [${stamp}] ${what}\n`
      if (response.status === 404) yield* write(2, line('code 404, message File not found'))
      yield* write(2, line(`"${method} ${target} ${version}" ${response.status} -`))
      return response
    },
  })
}

function* listing(directory: string, path: string): Proc<string> {
  const title = `Directory listing for ${path}`
  const items: string[] = []
  for (const name of [...(yield* listDirectory(directory))].sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1))) {
    const shown = (yield* stat(directory + name))?.type === 'directory' ? `${name}/` : name
    items.push(`<li><a href="${shown}">${shown}</a></li>\n`)
  }
  return `<!DOCTYPE HTML>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>${title}</title>\n</head>\n<body>\n<h1>${title}</h1>\n<hr>\n<ul>\n${items.join('')}</ul>\n<hr>\n</body>\n</html>\n`
}

const PYTHON_NOT_FOUND = `<!DOCTYPE HTML>
<html lang="en">
    <head>
        <meta charset="utf-8">
        <title>Error response</title>
    </head>
    <body>
        <h1>Error response</h1>
        <p>Error code: 404</p>
        <p>Message: File not found.</p>
        <p>Error code explanation: 404 - Nothing matches the given URI.</p>
    </body>
</html>
`

/**
 * busybox' httpd: files below its home (`-h`, or where it was started), index.html for a directory, at a port (`-p`). With `-f` it stays, without it
 * goes on in the background; with `-v` it tells of each answer. Its configuration file, passwords and CGI programs are not there.
 */
export const busyboxHttpd: Program = function* (self) {
  const words = self.argv.slice(1)
  const value = (letter: string) => {
    const at = words.findIndex((word) => /^-[fvi]*[ph]/.test(word) && word.includes(letter))
    return at < 0 ? undefined : words[at]!.slice(words[at]!.indexOf(letter) + 1) || words[at + 1]
  }
  const has = (letter: string) => words.some((word) => /^-[fvi]+/.test(word) && word.includes(letter))
  const port = Number(/\d+$/.exec(value('p') ?? '80')?.[0] ?? 80)
  const home = value('h') ?? self.cwd
  const serve = () =>
    serveHttp({
      self,
      ports: [port],
      *handle({ path, peer }) {
        const full = `${home.replace(/\/$/, '')}${path.endsWith('/') ? `${path}index.html` : path}`
        const found = (yield* stat(full))?.type === 'file'
        if (has('v')) yield* write(2, `[::ffff:${withoutPort(peer)}]: response:${found ? 200 : 404}\n`)
        return found ? yield* fileAt(full, 'application/octet-stream') : html(HTTPD_NOT_FOUND, 404)
      },
    })
  if (has('f')) return yield* serve()
  yield* spawn({ argv: self.argv, env: self.env, cwd: self.cwd, fds: { 0: 0, 1: 1, 2: 2 }, run: serve })
  return 0
}

const HTTPD_NOT_FOUND =
  '<HTML><HEAD><TITLE>404 Not Found</TITLE></HEAD>\n<BODY><H1>404 Not Found</H1>\nThe requested URL was not found\n</BODY></HTML>\n'
