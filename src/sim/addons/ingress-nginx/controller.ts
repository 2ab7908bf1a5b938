import type { ConfigMap, Pod, Secret, Service } from '../../api/types/core-v1.gen'
import type { EndpointSlice } from '../../api/types/discovery-v1.gen'
import type { Ingress, IngressClass } from '../../api/types/networking-v1.gen'
import { fromBase64 } from '../../kinds/core/data-size'
import { nowMs, spawn, write } from '../../node/os/calls'
import { SyscallError, type Proc, type Self } from '../../node/os/syscalls'
import { klogHead } from '../../node/programs/dates'
import { serveHttp, type HttpResponse } from '../../node/programs/http-server'
import { ask, createInformers, Refused, type Change, type Trouble } from '../../node/programs/in-cluster'
import type { Addon } from '../addon'
import { createPodEvents, type About } from '../pod-events'
import { electLeader, LEASE_RETRY_MS } from '../pod-leader'
import { certificateFor, fakeCertificate } from './shown-certificate'
import { configurationFor, type Configuration } from './configuration'
import { respond, type Nginx } from './serving'
import { peers, runningAddresses, STATUS_PERIOD_MS, writeAddresses } from './status'

/** A configuration is made no more often than this: `--sync-rate-limit` of 0.3 a second. */
const SYNC_PERIOD_MS = 3300
const CLASS_ANNOTATION = 'kubernetes.io/ingress.class'

/** What the flags of the controller say. */
interface Options {
  readonly controllerClass: string
  readonly annotationClass: string
  readonly watchesWithoutClass: boolean
  readonly configMap: string
  readonly publishService: string
  readonly publishAddress: string
  readonly electionId: string
  readonly namespace: string
  readonly pod: string
  readonly httpPort: number
  readonly httpsPort: number
  readonly healthPort: number
}

function optionsOf({ argv, env }: Self): Options {
  const flag = (name: string) => argv.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3)
  return {
    controllerClass: flag('controller-class') ?? 'k8s.io/ingress-nginx',
    annotationClass: flag('ingress-class') ?? 'nginx',
    watchesWithoutClass: flag('watch-ingress-without-class') === 'true' || argv.includes('--watch-ingress-without-class'),
    configMap: flag('configmap') ?? '',
    publishService: flag('publish-service') ?? '',
    publishAddress: flag('publish-status-address') ?? '',
    electionId: flag('election-id') ?? 'ingress-controller-leader',
    namespace: env.POD_NAMESPACE ?? '',
    pod: env.POD_NAME ?? '',
    httpPort: Number(flag('http-port') ?? 80),
    httpsPort: Number(flag('https-port') ?? 443),
    healthPort: Number(flag('healthz-port') ?? 10254),
  }
}

/** ingress-nginx: watches Ingresses with the rights of its account, and serves them with an nginx of its own. */
export const ingressNginx: Addon = {
  program: 'nginx-ingress-controller',
  *serve(_environment, self, version) {
    yield* write(2, banner(version))
    yield* say(
      'W',
      'client_config.go:667',
      'Neither --kubeconfig nor --master was specified.  Using the inClusterConfig.  This might not work.',
    )
    const options = optionsOf(self)
    if (options.namespace === '' || options.pod === '') {
      yield* say(
        'F',
        'main.go:128',
        'Unexpected error obtaining ingress-nginx pod: unable to get POD information (missing POD_NAME or POD_NAMESPACE environment variable',
      )
      return 255
    }
    yield* say(
      'I',
      'main.go:205',
      `"Creating API client" host="https://${self.env.KUBERNETES_SERVICE_HOST}:${self.env.KUBERNETES_SERVICE_PORT}"`,
    )
    const controller = createController(self, options)
    yield* say('I', 'main.go:101', '"SSL fake certificate created" file="/etc/ingress-controller/ssl/default-fake-certificate.pem"')
    const fake = fakeCertificate(self.hostname, yield* nowMs())
    yield* say('I', 'nginx.go:273', '"Starting NGINX Ingress controller"')
    yield* say('I', 'nginx.go:319', '"Starting NGINX process"')
    yield* spawn({ argv: self.argv, env: {}, cwd: '/', fds: { 0: 0, 1: 1, 2: 2 }, run: () => controller.run() })
    return yield* serveHttp({
      self,
      ports: [options.httpPort, options.httpsPort, options.healthPort],
      certificate: (port) =>
        port === options.httpsPort ? (name) => certificateFor(controller.nginx.configuration, name, fake) : undefined,
      slow: ({ local }) => !local.endsWith(`:${options.healthPort}`),
      *handle(request) {
        const isHealth = request.path === '/healthz'
        if (request.local.endsWith(`:${options.healthPort}`)) return isHealth ? ok : missing
        return yield* respond(controller.nginx, request)
      },
      onStop: () => controller.stop(),
    })
  },
}

const plain = { 'Content-Type': 'text/plain; charset=utf-8' }
const ok: HttpResponse = { status: 200, headers: plain, body: 'ok' }
const missing: HttpResponse = { status: 404, headers: plain, body: '404 page not found\n' }

const LINE = '-------------------------------------------------------------------------------'
const banner = (version: string) => {
  const nginx = Number(version.split('.')[1]) >= 13 ? '1.27.1' : '1.25.5'
  return `${LINE}\nNGINX Ingress controller\n  Release:       ${version}\n  Build:         2ed7bb0b50ac7aaa0b9c6a57e0f0f4cdc1f3b1f9\n  Repository:    https://github.com/kubernetes/ingress-nginx\n  nginx version: nginx/${nginx}\n\n${LINE}\n\n`
}

function* say(level: 'I' | 'W' | 'E' | 'F', source: string, text: string): Proc {
  yield* write(2, `${klogHead(yield* nowMs(), level, 7)}${source}] ${text}\n`)
}

interface Controller {
  readonly nginx: Nginx
  run(): Proc<number>
  stop(): Proc
}

function createController(self: Self, options: Options): Controller {
  const networking = '/apis/networking.k8s.io/v1'
  const [configSpace = options.namespace, configName = ''] = options.configMap.split('/')
  const informers = createInformers({
    ingressclasses: { path: `${networking}/ingressclasses`, kind: 'IngressClass' },
    ingresses: { path: `${networking}/ingresses`, kind: 'Ingress' },
    services: { path: '/api/v1/services', kind: 'Service' },
    endpointslices: { path: '/apis/discovery.k8s.io/v1/endpointslices', kind: 'EndpointSlice' },
    secrets: { path: '/api/v1/secrets', kind: 'Secret' },
    configmaps: { path: `/api/v1/namespaces/${configSpace}/configmaps`, kind: 'ConfigMap' },
  })
  const events = createPodEvents('nginx-ingress-controller')
  const nginx: Nginx = {
    configuration: configurationFor({
      ingresses: [],
      service: () => undefined,
      slices: () => [],
      secret: () => undefined,
      options: {},
      warn: () => {},
    }),
    options: {},
    users(secret, isMap) {
      const [namespace = '', name = ''] = secret.split('/')
      const data = informers.get<Secret>('secrets', namespace, name)?.data
      if (!data) return undefined
      if (isMap)
        return Object.entries(data)
          .map(([user, hash]) => `${user}:${fromBase64(hash) ?? ''}`)
          .join('\n')
      return data.auth === undefined ? undefined : fromBase64(data.auth)
    },
    requests: 0,
    turns: new Map(),
    hostname: self.hostname,
  }
  /** Ingresses of this controller, by key: what is not here was none of its, or is no more. */
  const taken = new Set<string>()
  let shown = ''
  let leader = ''

  /** The class under which an Ingress is this controller's; a text that begins with `!` says why it is not. */
  function classOf({ metadata, spec }: Ingress): string {
    const name = spec.ingressClassName
    if (name !== undefined) {
      const found = informers.get<IngressClass>('ingressclasses', undefined, name)
      return found?.spec.controller === options.controllerClass ? name : `!no object matching key ${JSON.stringify(name)} in local store`
    }
    const annotated = metadata.annotations?.[CLASS_ANNOTATION]
    if (annotated !== undefined)
      return annotated === options.annotationClass
        ? annotated
        : '!ingress class annotation is not equal to the expected by Ingress Controller'
    return options.watchesWithoutClass ? options.annotationClass : '!ingress does not contain a valid IngressClass'
  }

  const mine = () => informers.all<Ingress>('ingresses').filter((ingress) => !classOf(ingress).startsWith('!'))

  /** Tells an event, in the API and in the log. */
  function* tell(about: About, reason: string, message: string): Proc {
    const { name, namespace = '', uid, resourceVersion } = about.metadata
    const reference = `Kind:"${about.kind}", Namespace:"${namespace}", Name:"${name}", UID:"${uid}", APIVersion:"${about.apiVersion}", ResourceVersion:"${resourceVersion}", FieldPath:""`
    yield* say('I', 'event.go:377', `Event(v1.ObjectReference{${reference}}): type: 'Normal' reason: '${reason}' ${message}`)
    yield* events.tell(self, about, 'Normal', reason, message)
  }

  /** An Ingress has come, changed or gone: says whether it is one of ours. */
  function* noteIngress({ before, object }: Change): Proc {
    const ingress = (object ?? before) as Ingress
    const key = `${ingress.metadata.namespace}/${ingress.metadata.name}`
    if (!object) {
      taken.delete(key)
      return
    }
    const found = classOf(ingress)
    if (found.startsWith('!')) {
      if (taken.delete(key)) yield* say('I', 'store.go:457', `"removing ingress" ingress=${JSON.stringify(key)} ingressclass="unknown"`)
      yield* say(
        'I',
        'store.go:430',
        `"Ignoring ingress because of error while validating ingress class" ingress=${JSON.stringify(key)} error=${JSON.stringify(found.slice(1))}`,
      )
      return
    }
    if (!taken.has(key))
      yield* say('I', 'store.go:440', `"Found valid IngressClass" ingress=${JSON.stringify(key)} ingressclass=${JSON.stringify(found)}`)
    taken.add(key)
    yield* tell({ ...ingress, apiVersion: 'networking.k8s.io/v1', kind: 'Ingress' }, 'Sync', 'Scheduled for sync')
  }

  function* sync(): Proc {
    const warnings: string[] = []
    nginx.options = informers.get<ConfigMap>('configmaps', configSpace, configName)?.data ?? {}
    nginx.configuration = configurationFor({
      ingresses: mine(),
      service: (namespace, name) => informers.get<Service>('services', namespace, name),
      slices: (namespace, service) =>
        informers
          .all<EndpointSlice>('endpointslices')
          .filter(({ metadata }) => metadata.namespace === namespace && metadata.labels?.['kubernetes.io/service-name'] === service),
      secret: (namespace, name) => informers.get<Secret>('secrets', namespace, name),
      options: nginx.options,
      warn: (text) => void warnings.push(text),
    })
    for (const warning of new Set(warnings)) yield* say('W', 'controller.go:1232', warning)
    const wanted = serversText(nginx.configuration, nginx.options)
    if (wanted === shown) return
    const isFirst = shown === ''
    shown = wanted
    yield* say('I', 'controller.go:196', '"Configuration changes detected, backend reload required"')
    yield* say('I', 'controller.go:216', '"Backend successfully reloaded"')
    if (isFirst) yield* say('I', 'controller.go:227', '"Initial sync, sleeping for 1 second"')
    const own = yield* attempt(ask<Pod>(self, 'GET', `/api/v1/namespaces/${options.namespace}/pods/${options.pod}`))
    if (own) yield* tell({ ...own, apiVersion: 'v1', kind: 'Pod' }, 'RELOAD', 'NGINX reload triggered due to a change in configuration')
  }

  const publishing = { service: options.publishService, told: options.publishAddress, namespace: options.namespace, pod: options.pod }

  function* publish(): Proc {
    const addresses = yield* attempt(runningAddresses(self, publishing))
    if (!addresses) return
    for (const ingress of mine()) {
      const { namespace, name } = ingress.metadata
      const present = ingress.status?.loadBalancer?.ingress ?? null
      const { written, refusal } = yield* writeAddresses(self, ingress, addresses)
      if (refusal !== undefined) yield* say('W', 'status.go:309', `error updating ingress rule: ${refusal}`)
      else if (written)
        yield* say(
          'I',
          'status.go:304',
          `"updating Ingress status" namespace=${JSON.stringify(namespace)} ingress=${JSON.stringify(name)} currentValue=${JSON.stringify(present)} newValue=${JSON.stringify(addresses)}`,
        )
    }
  }

  /** Takes part in the election. Returns when the status is due: a leader begins with it a period after it has become one. */
  function* elect(): Proc<boolean> {
    const before = leader
    leader = yield* electLeader(self, options.namespace, options.electionId, options.pod)
    const lease = `${options.namespace}/${options.electionId}`
    if (leader === options.pod && before !== leader) yield* say('I', 'leaderelection.go:271', `successfully acquired lease ${lease}`)
    if (leader !== '' && leader !== before && leader !== options.pod)
      yield* say('I', 'status.go:85', `"New leader elected" identity=${JSON.stringify(leader)}`)
    return leader === options.pod && before !== leader
  }

  const trouble = ({ kind, why }: Trouble) =>
    say(
      'E',
      'reflector.go:205',
      `"Failed to watch" err=${JSON.stringify(`failed to list *v1.${kind}: ${why}`)} logger="UnhandledError" reflector="k8s.io/client-go@v0.34.3/tools/cache/reflector.go:290" type=${JSON.stringify(`*v1.${kind}`)}`,
    )

  return {
    nginx,
    *run() {
      yield* say('I', 'leaderelection.go:257', `attempting to acquire leader lease ${options.namespace}/${options.electionId}...`)
      let lastSyncMs = -Infinity
      let leaseMs = 0
      let statusMs = Infinity
      let isStale = true
      const known = new Map<string, Change>()
      for (;;) {
        const now = yield* nowMs()
        const due = Math.min(isStale && informers.synced() ? lastSyncMs + SYNC_PERIOD_MS : Infinity, leaseMs, statusMs)
        for (const change of yield* informers.next(self, Math.max(0, due - now), trouble)) {
          isStale = true
          // Until all are there, a class may still be missing: Ingresses are looked at afterwards.
          if (change.resource === 'ingresses') known.set(`${(change.object ?? change.before)!.metadata.uid}`, change)
          else if (change.resource === 'ingressclasses')
            for (const object of informers.all<Ingress>('ingresses')) {
              const key = `${object.metadata.namespace}/${object.metadata.name}`
              if (taken.has(key) === classOf(object).startsWith('!'))
                known.set(object.metadata.uid!, { resource: 'ingresses', before: undefined, object })
            }
        }
        if (informers.synced()) {
          for (const change of known.values()) yield* noteIngress(change)
          known.clear()
          if (isStale && (yield* nowMs()) >= lastSyncMs + SYNC_PERIOD_MS) {
            isStale = false
            lastSyncMs = yield* nowMs()
            yield* sync()
          }
        }
        const later = yield* nowMs()
        if (later >= leaseMs) {
          leaseMs = later + LEASE_RETRY_MS
          if (yield* elect()) statusMs = later + STATUS_PERIOD_MS
          if (leader !== options.pod) statusMs = Infinity
        }
        if (later >= statusMs) {
          statusMs = later + STATUS_PERIOD_MS
          yield* publish()
        }
      }
    },
    *stop() {
      yield* say('I', 'sigterm.go:36', '"Received SIGTERM, shutting down"')
      yield* say('I', 'nginx.go:395', '"Shutting down controller queues"')
      const others = (yield* attempt(peers(self, options.namespace, options.pod)))?.filter(({ metadata }) => metadata.name !== options.pod)
      if (leader === options.pod && others?.length === 0) {
        const addresses = (yield* attempt(runningAddresses(self, publishing))) ?? []
        yield* say('I', 'status.go:135', `"removing value from ingress status" address=${JSON.stringify(addresses)}`)
        for (const ingress of mine()) yield* writeAddresses(self, ingress, [])
      }
      yield* say('I', 'nginx.go:411', '"Stopping NGINX process"')
      yield* say('I', 'nginx.go:424', '"NGINX process has stopped"')
      yield* say('I', 'sigterm.go:47', '"Exiting" code=0')
    },
  }
}

/** All of a configuration but for the endpoints, which nginx learns of without a reload. */
const serversText = ({ servers }: Configuration, options: Readonly<Record<string, string>>) => JSON.stringify([[...servers], options])

/** What was asked for; undefined when the server refuses or is away. */
function* attempt<T>(work: Proc<T>): Proc<T | undefined> {
  try {
    return yield* work
  } catch (error) {
    if (!(error instanceof Refused) && !(error instanceof SyscallError)) throw error
    return undefined
  }
}
