import { isStreamed, isUpgraded, type ApiResponse, type Serve } from './api/http'
import { withFields } from './api/object'
import { serveHttp, type HttpRequest, type HttpResponse } from './node/programs/http-server'
import { close, hostWork, listen, nowMs, readFile, sleep, stat, write } from './node/os/calls'
import { SyscallError, type Proc, type Program, type Self } from './node/os/syscalls'
import { textFromBytes } from './node/os/text'
import { API_SERVER_PORT } from './bootstrap/addresses'
import { readToken } from './api/auth/token'
import { calendar } from './engine/time'
import { readYaml } from './formats/late-yaml'
import { klogHead } from './node/programs/dates'
import { lateConfiguration } from './scheduler/late-configuration'
import type { ProfileOptions } from './scheduler/profile'
import type { Ciphers } from './api/encryption-configuration'
import type { AuditTrail } from './audit-writer'
import { lateServerFlags } from './late-server-flags'

/** How often a request by hand looks whether its answer is there. */
const POLL_MS = 10

/** A part of the control plane that works exactly while its process runs. */
export interface Switch {
  start(): void
  stop(): void
}

/** What the control plane's programs switch on and off, and where the API server's requests go. */
export interface ControlPlane {
  readonly apiServer: {
    start(audit?: AuditTrail): void
    stop(): void
    /** How objects are written to etcd from now on: as they are unless told. */
    encrypt(ciphers: Ciphers | undefined): void
    /** Which versions and resources are served besides what the release serves of itself (`--runtime-config`). Answers why that cannot be. */
    serve(runtimeConfig: string | undefined): string | undefined
  }
  readonly controllerManager: Switch
  /** A scheduler as its command line and its configuration file say. */
  readonly scheduler: (profiles: readonly ProfileOptions[] | undefined, account: string | undefined) => Switch
  readonly serve: Serve
}

/**
 * The programs of the control plane's images, by the name before the version in their files. Each one's process *is* the component: kill the
 * scheduler's and scheduling stops.
 */
export function controlPlanePrograms({ apiServer, controllerManager, scheduler, serve }: ControlPlane): Readonly<Record<string, Program>> {
  return {
    'kube-apiserver': apiServerProgram(apiServer, function* (asked) {
      let answer: ApiResponse | undefined
      const headers = withFields(asked.headers, { 'x-forwarded-proto': 'https' })
      serve(
        { method: asked.method, url: asked.target, headers, body: asked.body, from: asked.peer },
        (response) => void (answer = response),
      )
      while (!answer) yield* sleep(POLL_MS)
      return plain(answer)
    }),
    'kube-controller-manager': component('kube-controller-manager', 10257, controllerManager, healthy),
    'kube-scheduler': (self) => runScheduler(self, scheduler),
  }
}

type Answer = (request: HttpRequest) => Proc<HttpResponse>

const RUNTIME_CONFIG = 'runtime-config'

/** kube-apiserver: with an audit policy it writes down what it was asked, with an encryption configuration it encrypts what it stores. */
const apiServerProgram = (part: ControlPlane['apiServer'], handle: Answer): Program =>
  function* (self) {
    let trail: AuditTrail | undefined
    const has = (flag: string) => self.argv.some((word) => word.startsWith(`--${flag}=`))
    const encrypts = has('encryption-provider-config')
    if (encrypts || has('audit-policy-file') || has(RUNTIME_CONFIG)) yield* hostWork(lateServerFlags.coming)
    const refusal = part.serve(self.argv.find((word) => word.startsWith(`--${RUNTIME_CONFIG}=`))?.slice(RUNTIME_CONFIG.length + 3))
    if (refusal !== undefined) return yield* refuse(self, refusal)
    if (has('audit-policy-file')) {
      const started = yield* lateServerFlags.code.startAudit(self)
      if (typeof started === 'string') return yield* refuse(self, started)
      trail = started
    }
    if (!encrypts) part.encrypt(undefined)
    else {
      const problem = yield* lateServerFlags.code.startEncryption(self, part.encrypt)
      if (problem !== undefined) return yield* refuse(self, problem)
    }
    return yield* component('kube-apiserver', API_SERVER_PORT, { start: () => part.start(trail), stop: () => part.stop() }, handle)(self)
  }

/** A program that switches its component on, answers its port, and switches it off however it ends. */
function component(name: string, port: number, part: Switch, handle: Answer): Program {
  return function* (self) {
    const t = calendar(yield* nowMs())
    const two = (value: number) => String(value).padStart(2, '0')
    const stamp = `${two(t.month)}${two(t.day)} ${two(t.hour)}:${two(t.minute)}:${two(t.second)}.${String(t.millisecond).padStart(3, '0')}000`
    yield* write(2, `I${stamp}       ${self.pid} server.go:150] "Starting ${name}"\n`)
    // Whoever comes second ends before he has switched anything: he must not switch off what another does.
    if (yield* isTaken(port)) return yield* refuse(self, `failed to create listener: failed to listen on 0.0.0.0:${port}: listen tcp 0.0.0.0:${port}: bind: address already in use`) // prettier-ignore
    part.start()
    try {
      return yield* serveHttp({ self, ports: [port], handle })
    } finally {
      part.stop()
    }
  }
}

function* isTaken(port: number): Proc<boolean> {
  try {
    yield* close(yield* listen(port))
    return false
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
    return true
  }
}

const TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount/token'

/** kube-scheduler: serves the profiles of its `--config` file, as the service account whose token it finds, if there is one. */
function* runScheduler(self: Self, schedulerOf: ControlPlane['scheduler']): Proc<number> {
  const path = self.argv.find((word) => word.startsWith('--config='))?.slice('--config='.length)
  let profiles: readonly ProfileOptions[] | undefined
  if (path !== undefined) {
    if (!(yield* stat(path))) return yield* refuse(self, `open ${path}: no such file or directory`)
    yield* hostWork(lateConfiguration.coming)
    const read = lateConfiguration.code(readYaml(yield* readFile(path)))
    if (typeof read === 'string') return yield* refuse(self, read)
    profiles = read
  }
  const account = (yield* stat(TOKEN)) ? readToken(yield* readFile(TOKEN))?.sub : undefined
  return yield* component('kube-scheduler', 10259, schedulerOf(profiles, account), healthy)(self)
}

function* refuse(self: Self, why: string): Proc<number> {
  yield* write(2, `${klogHead(yield* nowMs(), 'E', self.pid)}run.go:72] "command failed" err=${JSON.stringify(why)}\n`)
  return 1
}

const healthy: Answer = function* ({ path }) {
  return /^\/(healthz|livez|readyz)\b/.test(path) ? { status: 200, body: 'ok' } : { status: 404, body: '404 page not found\n' }
}

/** An API answer for a program that speaks HTTP by hand; watches and terminals need a client library's connection. */
function plain(response: ApiResponse): HttpResponse {
  if (isStreamed(response) || isUpgraded(response)) return { status: 400, body: 'this connection cannot carry a stream\n' }
  return {
    status: response.status,
    headers: response.headers,
    body: typeof response.body === 'string' ? response.body : textFromBytes(response.body),
  }
}
