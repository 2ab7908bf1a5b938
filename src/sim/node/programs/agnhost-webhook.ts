import { SERVED_CERTIFICATE } from '../../api/served-certificate'
import { readFile, sleep, write } from '../os/calls'
import { SyscallError, type Proc, type Program } from '../os/syscalls'
import { serveHttp, type HttpRequest, type HttpResponse } from './http-server'
import { answerReview, parsed, type Verdict } from './webhook'

/*
 * `agnhost webhook`: the webhook server of Kubernetes' end-to-end tests. Each path is a webhook of its own.
 */

interface Labelled {
  readonly metadata?: { readonly name?: string; readonly labels?: Readonly<Record<string, string>> }
  readonly data?: Readonly<Record<string, string>>
  readonly spec?: { readonly containers?: readonly { readonly name: string }[]; readonly initContainers?: readonly unknown[] }
}

const allow: Verdict = { allowed: true }

const paths: Readonly<Record<string, (object: Labelled) => Verdict>> = {
  '/always-deny': () => ({ allowed: false, message: 'this webhook denies all requests' }),
  '/always-allow-delay-5s': () => allow,
  '/add-label': ({ metadata }) =>
    metadata?.labels?.['added-label']
      ? {
          allowed: true,
          patch: metadata.labels['added-label'] === 'yes' ? [] : [{ op: 'replace', path: '/metadata/labels/added-label', value: 'yes' }],
        }
      : {
          allowed: true,
          patch: [
            metadata?.labels
              ? { op: 'add', path: '/metadata/labels/added-label', value: 'yes' }
              : { op: 'add', path: '/metadata/labels', value: { 'added-label': 'yes' } },
          ],
        },
  '/pods': ({ metadata, spec }) => {
    const labelled = metadata?.labels?.['webhook-e2e-test'] === 'webhook-disallow'
    const named = spec?.containers?.some(({ name }) => name.includes('webhook-disallow'))
    const complaints = [
      ...(named ? ['the pod contains unwanted container name'] : []),
      ...(labelled ? ['the pod contains unwanted label'] : []),
    ]
    return complaints.length > 0 ? { allowed: false, message: complaints.join('; ') } : allow
  },
  '/pods/attach': ({ metadata }) =>
    metadata?.name === 'to-be-attached-pod' ? { allowed: false, message: "attaching to pod 'to-be-attached-pod' is not allowed" } : allow,
  '/mutating-pods': ({ metadata, spec }) =>
    metadata?.name === 'webhook-to-be-mutated'
      ? {
          allowed: true,
          patch: [
            {
              op: 'add',
              path: '/spec/initContainers',
              value: [
                ...(spec?.initContainers ?? []),
                { image: 'webhook-added-image', name: 'webhook-added-init-container', resources: {} },
              ],
            },
          ],
        }
      : allow,
  '/mutating-pods-sidecar': ({ spec }) => ({
    allowed: true,
    patch: spec?.containers?.some(({ name }) => name === 'webhook-added-sidecar')
      ? []
      : [{ op: 'add', path: '/spec/containers/-', value: { image: 'busybox', name: 'webhook-added-sidecar', command: ['sleep', '3600'] } }],
  }),
  '/configmaps': ({ data }) =>
    Object.entries(data ?? {}).some(([key, value]) => key === 'webhook-e2e-test' && value === 'webhook-disallow')
      ? { allowed: false, message: 'the configmap contains unwanted key and value' }
      : allow,
  '/mutating-configmaps': ({ data }) => ({ allowed: true, patch: mutations(data) }),
  '/custom-resource': ({ data }) =>
    data?.['webhook-e2e-test'] === 'webhook-disallow' ? { allowed: false, message: 'the custom resource contains unwanted data' } : allow,
  '/mutating-custom-resource': ({ data }) => ({ allowed: true, patch: mutations(data) }),
}

function mutations(data: Labelled['data']): readonly unknown[] {
  if (data?.['mutation-start'] === 'yes' && !data['mutation-stage-1']) return [{ op: 'add', path: '/data/mutation-stage-1', value: 'yes' }]
  if (data?.['mutation-stage-1'] === 'yes' && !data['mutation-stage-2'])
    return [{ op: 'add', path: '/data/mutation-stage-2', value: 'yes' }]
  return []
}

const flagOf = (argv: readonly string[], name: string) => {
  const at = argv.findIndex((word) => word === `--${name}`)
  return at >= 0 ? argv[at + 1] : argv.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3)
}

/** `agnhost webhook` and `agnhost crd-conversion-webhook`, `--tls-cert-file=… --tls-private-key-file=… [--port=443]`. */
export const agnhostWebhook: Program = function* (self) {
  let certificate = ''
  for (const flag of ['tls-cert-file', 'tls-private-key-file']) {
    const path = flagOf(self.argv, flag)
    if (path === undefined) continue
    try {
      const content = yield* readFile(path)
      if (flag === 'tls-cert-file') certificate = content
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error
      yield* write(2, `panic: open ${path}: no such file or directory\n`)
      return 2
    }
  }
  return yield* serveHttp({
    self,
    ports: [Number(flagOf(self.argv, 'port') ?? 443)],
    slow: () => true,
    handle: (request) => answerShowing(certificate, request),
  })
}

/** An answer with the certificate that the server would present in TLS. */
function* answerShowing(certificate: string, request: HttpRequest): Proc<HttpResponse> {
  const answer = yield* answerPath(request)
  return { ...answer, headers: { ...answer.headers, ...(certificate && { [SERVED_CERTIFICATE]: btoa(certificate) }) } }
}

function* answerPath(request: HttpRequest): Proc<HttpResponse> {
  const { path } = request
  yield* write(2, `I handling request: ${request.body}\n`)
  if (path === '/readyz') return { status: 200, headers: { 'Content-Type': 'text/plain' }, body: 'ok' }
  if (path === '/crdconvert') return converted(request)
  const judge = paths[path]
  if (!judge) return { status: 404, headers: { 'Content-Type': 'text/plain; charset=utf-8' }, body: '404 page not found\n' }
  if (path === '/always-allow-delay-5s') yield* sleep(5000)
  return answerReview(request, ({ object, oldObject }) => judge((object ?? oldObject ?? {}) as Labelled))
}

interface Conversion {
  readonly apiVersion: string
  readonly kind: string
  readonly request: { readonly uid: string; readonly desiredAPIVersion: string; readonly objects: readonly Record<string, unknown>[] }
}

/** `hostPort: "host:port"` in v1 is `host` and `port` in v2, as in the documentation's example of a conversion webhook. */
function converted(request: HttpRequest): HttpResponse {
  const { apiVersion, kind, request: asked } = parsed(request.body) as Conversion
  const { uid, desiredAPIVersion } = asked
  const convertedObjects = asked.objects.map((object) => {
    const { hostPort, host, port, ...rest } = object
    const version = desiredAPIVersion.split('/')[1]
    const [first = '', second = ''] = String(hostPort ?? '').split(':')
    const own =
      hostPort === undefined && host === undefined && port === undefined
        ? {}
        : version === 'v1'
          ? { hostPort: hostPort ?? `${host}:${port}` }
          : hostPort === undefined
            ? { host, port }
            : { host: first, port: second }
    return { ...rest, ...own, apiVersion: desiredAPIVersion }
  })
  const body = { kind, apiVersion, response: { uid, convertedObjects, result: { status: 'Success' } } }
  return { status: 200, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }
}
