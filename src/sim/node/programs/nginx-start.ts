import { changeOwner, makeDirectory, nowMs, readFile, stat, write, writeFile } from '../os/calls'
import { SyscallError, type Proc, type Self } from '../os/syscalls'
import { slashDate } from './dates'

const CONFIGURATION = '/etc/nginx/nginx.conf'
/** Where nginx keeps what is too large for memory, by directive, in the images of Docker Hub. */
const TEMPORARY: Readonly<Record<string, string>> = {
  client_body_temp_path: '/var/cache/nginx/client_temp',
  proxy_temp_path: '/var/cache/nginx/proxy_temp',
  fastcgi_temp_path: '/var/cache/nginx/fastcgi_temp',
  uwsgi_temp_path: '/var/cache/nginx/uwsgi_temp',
  scgi_temp_path: '/var/cache/nginx/scgi_temp',
}
/** The account that workers run as. */
const WORKER_UID = 101

/**
 * What nginx does before it listens: directories for temporary files, which it gives to its workers, and a file with its number. Answers what keeps it
 * from that: another user than root, a read-only root file system, dropped capabilities. Where nothing can, nothing is tried or written.
 */
export function* prepareNginx(self: Self): Proc<string | undefined> {
  if (self.unhindered) return undefined
  const text = (yield* stat(CONFIGURATION)) ? yield* readFile(CONFIGURATION) : ''
  const named = (directive: string) => new RegExp(`^\\s*${directive}\\s+([^;\\s]+)`, 'm').exec(text)?.[1]
  if (self.uid !== 0 && named('user')) yield* warnOfUser(self, text)
  for (const [directive, usual] of Object.entries(TEMPORARY)) {
    const path = named(directive) ?? usual
    if (yield* stat(path)) continue
    const obstacle = (yield* attempt(`mkdir() "${path}" failed`, makeDirectory(path, { mode: 0o700 }))) ?? (yield* giveAway(self, path))
    if (obstacle !== undefined) return obstacle
  }
  const file = named('pid') ?? '/run/nginx.pid'
  return yield* attempt(`open() "${file}" failed`, writeFile(file, `${self.pid}\n`))
}

function* giveAway(self: Self, path: string): Proc<string | undefined> {
  return self.uid === 0 ? yield* attempt(`chown("${path}", ${WORKER_UID}) failed`, changeOwner(path, WORKER_UID, WORKER_UID)) : undefined
}

function* warnOfUser(self: Self, text: string): Proc {
  const line = text.split('\n').findIndex((each) => /^\s*user\s/.test(each)) + 1
  const warning = `the "user" directive makes sense only if the master process runs with super-user privileges, ignored in ${CONFIGURATION}:${line}`
  yield* write(2, `${slashDate(yield* nowMs())} [warn] ${self.pid}#${self.pid}: ${warning}\nnginx: [warn] ${warning}\n`)
}

const errors: Readonly<Record<string, string>> = {
  EPERM: '1: Operation not permitted',
  ENOENT: '2: No such file or directory',
  EACCES: '13: Permission denied',
  EROFS: '30: Read-only file system',
}

/** Does it, or answers in nginx's words why it could not be done. */
function* attempt(what: string, work: Proc<unknown>): Proc<string | undefined> {
  try {
    yield* work
    return undefined
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
    return `${what} (${errors[error.code] ?? error.message})`
  }
}
