import { auditLog } from './api/audit'
import { readAuditPolicy } from './api/audit-policy'
import { authenticate } from './api/auth/authenticate'
import type { Audit } from './api/hooks'
import { readYaml } from './formats/late-yaml'
import { close, makeDirectory, open, readFile, sleep, spawn, stat, write, writeFile } from './node/os/calls'
import type { Proc, Program, Self } from './node/os/syscalls'

/** What is told of every request to a kube-apiserver that keeps an audit log. */
export type AuditTrail = Audit

/**
 * Begins the audit log of a kube-apiserver as its flags say: `--audit-policy-file`, and `--audit-log-path` without which nothing is kept. Answers
 * what is to be told of requests, nothing, or why the server does not start.
 */
export function* startAudit(self: Self): Proc<AuditTrail | string | undefined> {
  const flag = (name: string) => self.argv.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3)
  const [policyPath = '', logPath] = [flag('audit-policy-file'), flag('audit-log-path')]
  if ((yield* stat(policyPath))?.type !== 'file')
    return `loading audit policy file: failed to read file path ${JSON.stringify(policyPath)}: open ${policyPath}: no such file or directory`
  const policy = readAuditPolicy(readYaml(yield* readFile(policyPath)), policyPath)
  if (typeof policy === 'string' || !logPath) return typeof policy === 'string' ? policy : undefined
  const lines: string[] = []
  yield* spawn({ argv: self.argv, env: {}, cwd: '/', fds: { 1: 1, 2: 2 }, run: auditWriter(logPath, lines) })
  return auditLog(policy, (line) => void lines.push(line), authenticate)
}

/** How often lines of the audit log are written. */
const WRITE_MS = 50

/** Writes what has come together: to a file, or (`-`) to where the process' own log goes. */
const auditWriter = (path: string, lines: string[]): Program =>
  function* () {
    const folder = path.slice(0, path.lastIndexOf('/'))
    if (path !== '-' && folder !== '' && !(yield* stat(folder))) yield* makeDirectory(folder, { parents: true, mode: 0o700 })
    if (path !== '-' && !(yield* stat(path))) yield* writeFile(path, '', 0o600)
    for (;;) {
      yield* sleep(WRITE_MS)
      if (lines.length === 0) continue
      const text = lines.splice(0).join('')
      if (path === '-') {
        yield* write(1, text)
        continue
      }
      const fd = yield* open(path, 'append')
      yield* write(fd, text)
      yield* close(fd)
    }
  }
