import { listDirectory, nowMs, readFile, stat, write } from '../os/calls'
import { calendar } from '../../engine/time'
import type { Program } from '../os/syscalls'
import { httpDate, logDate } from './dates'
import { serveHttp } from './http-server'

const ROOT = '/usr/local/apache2/htdocs'
const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const two = (value: number) => String(value).padStart(2, '0')

/** Apache's error log has a date of its own. */
function errorDate(timeMs: number): string {
  const t = calendar(timeMs)
  return `${weekdays[t.weekday]} ${months[t.month - 1]} ${two(t.day)} ${two(t.hour)}:${two(t.minute)}:${two(t.second)}.${String(t.millisecond).padStart(3, '0')}000 ${t.year}`
}

/** Apache httpd: serves the files of htdocs (or /var/www/html in PHP images). */
export const httpd = (version: string): Program =>
  function* (self) {
    const root = (yield* stat(ROOT)) ? ROOT : '/var/www/html'
    const address = self.hostname
    yield* write(
      2,
      `AH00558: httpd: Could not reliably determine the server's fully qualified domain name, using ${address}. Set the 'ServerName' directive globally to suppress this message\n`,
    )
    const time = errorDate(yield* nowMs())
    yield* write(
      2,
      `[${time}] [mpm_event:notice] [pid 1:tid 1] AH00489: Apache/${version} (Unix) configured -- resuming normal operations\n[${time}] [core:notice] [pid 1:tid 1] AH00094: Command line: 'httpd -D FOREGROUND'\n`,
    )
    return yield* serveHttp({
      self,
      ports: [80],
      stopOn: ['SIGTERM', 'SIGWINCH', 'SIGINT'],
      *handle(request) {
        const now = yield* nowMs()
        let path = `${root}${request.path}`
        let found = yield* stat(path)
        let status = 200
        let body = ''
        if (found?.type === 'directory' && (yield* stat(`${path}/index.html`))?.type === 'file')
          found = yield* stat((path = `${path.replace(/\/$/, '')}/index.html`))
        if (found?.type === 'file') body = yield* readFile(path)
        else if (found?.type === 'directory') {
          const names = yield* listDirectory(path)
          body = `<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN" "http://www.w3.org/TR/html4/strict.dtd">\n<html>\n <head>\n  <title>Index of ${request.path}</title>\n </head>\n <body>\n<h1>Index of ${request.path}</h1>\n<ul>${names.map((name) => `<li><a href="${name}"> ${name}</a></li>\n`).join('')}</ul>\n</body></html>\n`
        } else {
          status = 404
          body = `<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">\n<html><head>\n<title>404 Not Found</title>\n</head><body>\n<h1>Not Found</h1>\n<p>The requested URL was not found on this server.</p>\n</body></html>\n`
        }
        yield* write(
          1,
          `${request.peer.replace(/:\d+$/, '')} - - [${logDate(now)}] "${request.method} ${request.target} ${request.version}" ${status} ${body.length}\n`,
        )
        const type =
          status !== 404 && path.endsWith('.html') ? 'text/html' : status === 404 ? 'text/html; charset=iso-8859-1' : 'text/plain'
        return {
          status,
          headers: {
            Date: httpDate(now),
            Server: `Apache/${version} (Unix)`,
            ...(found && { 'Last-Modified': httpDate(found.modifiedMs) }),
            'Content-Type': type,
          },
          body,
        }
      },
    })
  }
