import type { Namespace, Secret, Service } from '../../api/types/core-v1.gen'
import type { EndpointSlice } from '../../api/types/discovery-v1.gen'
import type { KubeObject } from '../../api/object'
import { timestamp } from '../../engine/time'
import { accept, close, listen, nowMs, poll, readLine, spawn, write } from '../../node/os/calls'
import { SyscallError, type Proc, type Self } from '../../node/os/syscalls'
import { serveHttp } from '../../node/programs/http-server'
import { ask, createInformers, Refused, type Change, type Trouble } from '../../node/programs/in-cluster'
import type { Addon } from '../addon'
import { electLeader, LEASE_RETRY_MS } from '../pod-leader'
import { judge, type Judged } from './attaching'
import { isSame } from './conditions'
import { configurationOf } from './configuration'
import { ownerName, provision, provisionedName, withdraw, type Provisioner } from './provisioning'
import { classStatus, gatewayStatus, routeStatus } from './statuses'
import type { Gateway, GatewayClass, NginxProxy, ReferenceGrant, Route } from './types'

const GATEWAY_API = '/apis/gateway.networking.k8s.io'
const AGENT_PORT = 8443
/** Changes that come in one burst are worked off together. */
const SETTLE_MS = 250

interface Options {
  readonly controllerName: string
  readonly className: string
  readonly service: string
  readonly lock: string
  readonly namespace: string
  readonly pod: string
  readonly instance: string
  readonly healthPort: number
}

function optionsOf({ argv, env }: Self): Options {
  const flag = (name: string) => argv.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3)
  return {
    controllerName: flag('gateway-ctlr-name') ?? 'gateway.nginx.org/nginx-gateway-controller',
    className: flag('gatewayclass') ?? 'nginx',
    service: flag('service') ?? 'nginx-gateway',
    lock: flag('leader-election-lock-name') ?? 'nginx-gateway-leader-election',
    namespace: env.POD_NAMESPACE ?? 'nginx-gateway',
    pod: env.POD_NAME ?? '',
    instance: env.INSTANCE_NAME ?? 'nginx-gateway',
    healthPort: Number(flag('health-port') ?? 8081),
  }
}

/** The control plane of NGINX Gateway Fabric: makes an nginx for each Gateway of its class, tells it what to serve, and writes statuses. */
export const gatewayFabric: Addon = {
  program: 'nginx-gateway',
  *serve(_environment, self, version) {
    const options = optionsOf(self)
    yield* log('info', '', 'Starting the NGINX Gateway Fabric control plane', { version })
    // Like every controller it needs its kinds to be there when it starts.
    const classes = yield* attempt(ask(self, 'GET', `${GATEWAY_API}/v1/gatewayclasses`))
    if (classes === undefined && !(yield* isServed(self))) {
      yield* log('error', '', 'failed to start control loop', {
        error: 'no matches for kind "GatewayClass" in version "gateway.networking.k8s.io/v1"',
      })
      return 1
    }
    const controller = createController(self, options, version)
    yield* spawn({ argv: self.argv, env: {}, cwd: '/', fds: { 0: 0, 1: 1, 2: 2 }, run: () => controller() })
    return yield* serveHttp({
      self,
      ports: [options.healthPort],
      *handle({ path }) {
        yield* nowMs()
        const isKnown = path === '/readyz'
        return {
          status: isKnown ? 200 : 404,
          headers: { 'Content-Type': 'text/plain; charset=utf-8' },
          body: isKnown ? 'ok' : '404 page not found\n',
        }
      },
      onStop: () => log('info', '', 'Stopping and waiting for leader election runnables'),
    })
  },
}

function* isServed(self: Self): Proc<boolean> {
  return (yield* attempt(ask(self, 'GET', `${GATEWAY_API}/v1`))) !== undefined
}

function* log(level: 'info' | 'error', logger: string, msg: string, more: object = {}): Proc {
  yield* write(2, `${JSON.stringify({ level, ts: timestamp(yield* nowMs()), ...(logger && { logger }), msg, ...more })}\n`)
}

/** What was asked for; undefined when the server refuses or is away. */
function* attempt<T>(work: Proc<T>): Proc<T | undefined> {
  try {
    return yield* work
  } catch (error) {
    if (!(error instanceof Refused) && !(error instanceof SyscallError)) throw error
    return undefined
  }
}

function createController(self: Self, options: Options, version: string): () => Proc<number> {
  const informers = createInformers({
    gatewayclasses: { path: `${GATEWAY_API}/v1/gatewayclasses`, kind: 'GatewayClass' },
    gateways: { path: `${GATEWAY_API}/v1/gateways`, kind: 'Gateway' },
    httproutes: { path: `${GATEWAY_API}/v1/httproutes`, kind: 'HTTPRoute' },
    grpcroutes: { path: `${GATEWAY_API}/v1/grpcroutes`, kind: 'GRPCRoute' },
    referencegrants: { path: `${GATEWAY_API}/v1beta1/referencegrants`, kind: 'ReferenceGrant' },
    nginxproxies: { path: '/apis/gateway.nginx.org/v1alpha2/nginxproxies', kind: 'NginxProxy' },
    namespaces: { path: '/api/v1/namespaces', kind: 'Namespace' },
    services: { path: '/api/v1/services', kind: 'Service' },
    endpointslices: { path: '/apis/discovery.k8s.io/v1/endpointslices', kind: 'EndpointSlice' },
    secrets: { path: '/api/v1/secrets', kind: 'Secret' },
  })
  const provisioner: Provisioner = {
    instance: options.instance,
    namespace: options.namespace,
    service: options.service,
    image: `ghcr.io/nginx/nginx-gateway-fabric/nginx:${version}`,
  }
  /** Connections of Gateways' nginx, by descriptor: whose each is, and what it was told last. */
  const agents = new Map<number, { owner: string; told: string }>()
  /** What each nginx should have, by the name of its owner. */
  const wanted = new Map<string, string>()
  let leader = ''

  const ourClass = () => {
    const found = informers.get<GatewayClass>('gatewayclasses', undefined, options.className)
    return found?.spec.controllerName === options.controllerName ? found : undefined
  }
  const parametersOf = ({ spec: { parametersRef } }: GatewayClass) =>
    parametersRef && informers.get<NginxProxy>('nginxproxies', parametersRef.namespace, parametersRef.name)

  /** Looks at all there is, and tells the nginx of each Gateway what it should serve. */
  function* look(): Proc<Judged> {
    const gateways = ourClass() ? informers.all<Gateway>('gateways').filter(({ spec }) => spec.gatewayClassName === options.className) : []
    const judged = judge({
      gateways,
      routes: (['HTTPRoute', 'GRPCRoute'] as const).flatMap((kind) =>
        informers.all<Route>(`${kind.toLowerCase()}s`).map((route) => ({ ...route, kind })),
      ),
      grants: informers.all<ReferenceGrant>('referencegrants'),
      namespace: (name) => informers.get<Namespace>('namespaces', undefined, name),
      secret: (namespace, name) => informers.get<Secret>('secrets', namespace, name),
      service: (namespace, name) => informers.get<Service>('services', namespace, name),
      slices: (namespace, service) =>
        informers
          .all<EndpointSlice>('endpointslices')
          .filter(({ metadata }) => metadata.namespace === namespace && metadata.labels?.['kubernetes.io/service-name'] === service),
    })
    wanted.clear()
    for (const gateway of gateways)
      wanted.set(ownerName(gateway), JSON.stringify(configurationOf(judged.listeners.get(gateway)!, judged.attachments.get(gateway)!)))
    for (const fd of agents.keys()) yield* tellAgent(fd)
    return judged
  }

  function* tellAgent(fd: number): Proc {
    const agent = agents.get(fd)
    const text = agent && wanted.get(agent.owner)
    if (!agent || text === undefined || text === agent.told) return
    agent.told = text
    yield* write(fd, `${text}\n`)
    yield* log('info', 'eventHandler', 'NGINX configuration was successfully updated')
  }

  /** Hears from the nginx of Gateways: who they are when they come, and that they have gone. */
  function* hearAgents(listener: number): Proc {
    for (let fd = yield* poll([listener, ...agents.keys()], 0); fd >= 0; fd = yield* poll([listener, ...agents.keys()], 0)) {
      if (fd === listener) {
        const { fd: own } = yield* accept(listener)
        agents.set(own, { owner: '', told: '' })
        continue
      }
      const line = (yield* readLine(fd)).trim()
      if (line === '') {
        agents.delete(fd)
        yield* close(fd)
        continue
      }
      agents.get(fd)!.owner = line
      yield* log('info', 'nginxUpdater', 'Successfully connected to nginx agent', { owner: line })
      yield* tellAgent(fd)
    }
  }

  /** Makes and takes away the objects of Gateways, and writes every status that says something else. */
  function* settle({ listeners, attachments, parents }: Judged, gone: readonly Gateway[]): Proc {
    const now = timestamp(yield* nowMs())
    for (const gatewayClass of informers.all<GatewayClass>('gatewayclasses')) {
      if (gatewayClass.spec.controllerName !== options.controllerName) continue
      const has = gatewayClass.spec.parametersRef ? parametersOf(gatewayClass) !== undefined : undefined
      const status = classStatus(gatewayClass, gatewayClass.metadata.name === options.className, has, now)
      yield* writeStatus('v1', 'gatewayclasses', 'GatewayClass', gatewayClass, status)
    }
    for (const gateway of gone) {
      yield* log('info', 'provisioner', 'Removing nginx resources for Gateway', {
        namespace: gateway.metadata.namespace,
        name: provisionedName(gateway),
      })
      yield* attempt(withdraw(self, gateway))
    }
    const proxy = ourClass() && parametersOf(ourClass()!)
    for (const [gateway, judged] of listeners) {
      const ports = [...new Set(judged.filter(({ isValid }) => isValid).map(({ listener }) => listener.port))]
      if (ports.length > 0) yield* make(gateway, ports, proxy)
      const service = informers.get<Service>('services', gateway.metadata.namespace, provisionedName(gateway))
      yield* writeStatus('v1', 'gateways', 'Gateway', gateway, gatewayStatus(gateway, judged, attachments.get(gateway)!, service, now))
    }
    for (const [route, judged] of parents) {
      if (judged.length === 0 && !route.status?.parents?.some((each) => each.controllerName === options.controllerName)) continue
      yield* writeStatus('v1', `${route.kind.toLowerCase()}s`, route.kind, route, routeStatus(route, judged, options.controllerName, now))
    }
  }

  function* make(gateway: Gateway, ports: readonly number[], proxy: NginxProxy | undefined): Proc {
    try {
      yield* provision(self, gateway, provisioner, ports, proxy)
    } catch (error) {
      if (!(error instanceof Refused) && !(error instanceof SyscallError)) throw error
      yield* log('error', 'provisioner', 'error provisioning nginx resources', { error: error.message })
    }
  }

  function* writeStatus(
    version: string,
    plural: string,
    kind: string,
    object: KubeObject & { readonly status?: unknown },
    status: unknown,
  ): Proc {
    if (isSame(object.status, status)) return
    const { namespace, name } = object.metadata
    const path = `${GATEWAY_API}/${version}/${namespace ? `namespaces/${namespace}/` : ''}${plural}/${name}`
    try {
      yield* ask(self, 'PUT', `${path}/status`, { ...object, apiVersion: `gateway.networking.k8s.io/${version}`, kind, status })
    } catch (error) {
      if (!(error instanceof Refused) && !(error instanceof SyscallError)) throw error
      if (!(error instanceof Refused && error.status === 409)) yield* log('error', 'statusUpdater', 'Failed to update status', { kind, namespace, name, error: error.message }) // prettier-ignore
    }
  }

  const trouble = ({ kind, why }: Trouble) =>
    log('error', 'controller-runtime.cache.UnhandledError', 'Failed to watch', { type: `*v1.${kind}`, error: why })

  return function* run() {
    const listener = yield* listen(AGENT_PORT)
    let leaseMs = 0
    let staleSinceMs = Infinity
    let gone: Gateway[] = []
    for (;;) {
      const now = yield* nowMs()
      const due = Math.min(leaseMs, informers.synced() ? staleSinceMs + SETTLE_MS : Infinity)
      const changes: readonly Change[] = yield* informers.next(self, Math.max(0, due - now), trouble, [listener, ...agents.keys()])
      for (const { resource, before, object } of changes) if (resource === 'gateways' && before && !object) gone.push(before as Gateway)
      const later = yield* nowMs()
      if (changes.length > 0) staleSinceMs = Math.min(staleSinceMs, later)
      yield* hearAgents(listener)
      if (later >= leaseMs) {
        leaseMs = later + LEASE_RETRY_MS
        const before = leader
        leader = yield* electLeader(self, options.namespace, options.lock, options.pod)
        if (leader === options.pod && before !== leader) {
          yield* log('info', '', `successfully acquired lease ${options.namespace}/${options.lock}`)
          staleSinceMs = Math.min(staleSinceMs, later)
        }
      }
      if (informers.synced() && later >= staleSinceMs + SETTLE_MS) {
        staleSinceMs = Infinity
        const judged = yield* look()
        if (leader === options.pod) yield* settle(judged, gone)
        gone = []
      }
    }
  }
}
