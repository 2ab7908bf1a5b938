import { keyOf, type KubeObject } from '../../api/object'
import { close, fetch, nowMs, poll, readFile, readLine, stat } from '../os/calls'
import { SyscallError, type FetchResponse, type Proc, type Self } from '../os/syscalls'

const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount'

/** What the API server refused, in its own words. */
export class Refused extends Error {
  constructor(
    message: string,
    readonly status = 0,
  ) {
    super(message)
  }
}

/** The namespace of the Pod, as its service account's files tell; '' without them. */
export function* ownNamespace(): Proc<string> {
  const path = `${ACCOUNT}/namespace`
  return (yield* stat(path)) ? yield* readFile(path) : ''
}

function* send(self: Self, method: string, path: string, body: unknown, stream: boolean, contentType: string): Proc<FetchResponse> {
  const token = (yield* stat(`${ACCOUNT}/token`)) ? yield* readFile(`${ACCOUNT}/token`) : ''
  const { KUBERNETES_SERVICE_HOST: host = 'kubernetes.default.svc', KUBERNETES_SERVICE_PORT: port = '443' } = self.env
  return yield* fetch({
    method,
    url: `https://${host}:${port}${path}`,
    headers: { Accept: 'application/json', 'Content-Type': contentType, Authorization: `Bearer ${token}` },
    stream,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
}

/**
 * A request to the API server as the Pod's account; undefined when there is no such object. Throws Refused for any other refusal, SyscallError when
 * the server cannot be reached.
 */
export function* ask<T>(self: Self, method: string, path: string, body?: unknown): Proc<T | undefined> {
  const contentType = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'
  const answer = yield* send(self, method, path, body, false, contentType)
  if (answer.status === 404) return undefined
  const value = (answer.value ?? JSON.parse(answer.body)) as { readonly message?: string }
  if (answer.status >= 400) throw new Refused(value.message ?? `the server answered ${answer.status}`, answer.status)
  return value as T // what this path serves
}

/** A change that an informer has heard of; `object` is what is there now, `before` what was. */
export interface Change {
  readonly resource: string
  readonly before: KubeObject | undefined
  readonly object: KubeObject | undefined
}

/** Why a resource cannot be listed, in client-go's words. */
export interface Trouble {
  readonly resource: string
  readonly kind: string
  readonly why: string
}

interface Informer {
  readonly path: string
  readonly kind: string
  readonly objects: Map<string, KubeObject>
  fd: number | undefined
  version: string
  dueMs: number
  failures: number
}

/** Copies of what the API server has, kept up to date by lists and watches as client-go's informers do it. */
export interface Informers {
  /** Every object of a resource that is known of, in order of their names. */
  all<T>(resource: string): readonly T[]
  get<T>(resource: string, namespace: string | undefined, name: string): T | undefined
  /** Every resource has been listed. */
  synced(): boolean
  /** Waits for changes, no longer than told, or until one of `others` can be read; answers those that have come. `onTrouble` hears what cannot be listed. */
  next(self: Self, timeoutMs: number, onTrouble: (trouble: Trouble) => Proc, others?: readonly number[]): Proc<readonly Change[]>
}

const FIRST_BACK_OFF_MS = 800
const LONGEST_BACK_OFF_MS = 30_000

/** Informers for resources by their plural: `{ ingresses: { path: '/apis/networking.k8s.io/v1/ingresses', kind: 'Ingress' } }`. */
export function createInformers(resources: Readonly<Record<string, { readonly path: string; readonly kind: string }>>): Informers {
  const informers = new Map<string, Informer>(
    Object.entries(resources).map(([resource, { path, kind }]) => [
      resource,
      { path, kind, objects: new Map(), fd: undefined, version: '', dueMs: 0, failures: 0 },
    ]),
  )
  return {
    all: <T>(resource: string) => {
      const objects = informers.get(resource)?.objects
      return [...(objects ?? [])].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object) as unknown as readonly T[] // the caller knows what the resource holds
    },
    get: <T>(resource: string, namespace: string | undefined, name: string) =>
      informers.get(resource)?.objects.get(namespace ? `${namespace}/${name}` : name) as T | undefined,
    synced: () => [...informers.values()].every(({ version }) => version !== ''),
    *next(self, timeoutMs, onTrouble, others = []) {
      const changes: Change[] = []
      const now = yield* nowMs()
      for (const [resource, informer] of informers)
        if (informer.fd === undefined && informer.dueMs <= now) yield* begin(self, resource, informer, changes, onTrouble)
      const watching = () => [...informers].flatMap(([resource, informer]) => (informer.fd === undefined ? [] : [{ resource, informer }]))
      const due = Math.min(...[...informers.values()].filter(({ fd }) => fd === undefined).map(({ dueMs }) => Math.max(0, dueMs - now)))
      let wait = changes.length > 0 ? 0 : Math.min(timeoutMs, due)
      for (;;) {
        const open = watching()
        const fd = yield* poll([...open.map(({ informer }) => informer.fd!), ...others], wait)
        const heard = open.find((each) => each.informer.fd === fd)
        if (!heard) return changes
        const { resource, informer } = heard
        yield* hear(resource, informer, changes)
        wait = 0
      }
    },
  }
}

/** Lists a resource anew and begins to watch it from there. */
function* begin(self: Self, resource: string, informer: Informer, changes: Change[], onTrouble: (trouble: Trouble) => Proc): Proc {
  const give = function* (why: string): Proc {
    informer.dueMs = (yield* nowMs()) + Math.min(LONGEST_BACK_OFF_MS, FIRST_BACK_OFF_MS * 2 ** informer.failures++)
    yield* onTrouble({ resource, kind: informer.kind, why })
  }
  try {
    const list = yield* ask<{ readonly metadata: { readonly resourceVersion: string }; readonly items: readonly KubeObject[] }>(
      self,
      'GET',
      informer.path,
    )
    if (!list) return yield* give('the server could not find the requested resource')
    const gone = new Map(informer.objects)
    for (const object of list.items) {
      gone.delete(keyOf(object))
      note(resource, informer, keyOf(object), object, changes)
    }
    for (const key of gone.keys()) note(resource, informer, key, undefined, changes)
    informer.version = list.metadata.resourceVersion
    const query = `watch=true&allowWatchBookmarks=true&resourceVersion=${informer.version}`
    const answer = yield* send(self, 'GET', `${informer.path}?${query}`, undefined, true, 'application/json')
    if (answer.status !== 200 || answer.fd === undefined) {
      if (answer.fd !== undefined) yield* close(answer.fd)
      return yield* give(`the server answered ${answer.status}`)
    }
    informer.fd = answer.fd
    informer.failures = 0
  } catch (error) {
    if (error instanceof SyscallError && error.code !== 'EINTR') yield* give(error.message)
    else if (error instanceof Refused) yield* give(error.message)
    else throw error
  }
}

/** Takes one event from a watch; its end, or an error in it, means that the resource is listed again. */
function* hear(resource: string, informer: Informer, changes: Change[]): Proc {
  const line = yield* readLine(informer.fd!)
  const event = line === '' ? undefined : (JSON.parse(line) as { readonly type: string; readonly object: KubeObject })
  if (!event || event.type === 'ERROR') {
    yield* close(informer.fd!)
    informer.fd = undefined
    informer.dueMs = (yield* nowMs()) + FIRST_BACK_OFF_MS
    return
  }
  if (event.type === 'BOOKMARK') return
  note(resource, informer, keyOf(event.object), event.type === 'DELETED' ? undefined : event.object, changes)
}

function note(resource: string, informer: Informer, key: string, object: KubeObject | undefined, changes: Change[]) {
  const before = informer.objects.get(key)
  if (before && object && before.metadata.resourceVersion === object.metadata.resourceVersion) return
  if (object) informer.objects.set(key, object)
  else informer.objects.delete(key)
  if (before || object) changes.push({ resource, before, object })
}
