import type { Client } from '../api/client'
import type { EventRecorder } from '../api/event-recorder'
import type { PathHandler } from '../api/hooks'
import type { Registry } from '../api/registry'
import type { MetricsSource } from '../controllers/hpa/metrics'
import { lateCode } from '../engine/late-code'
import type { Engine } from '../engine/engine'
import type { Nodes } from '../node/nodes'
import { hostWork, nowMs, write } from '../node/os/calls'
import type { Proc, Program, Self } from '../node/os/syscalls'
import { klogHead } from '../node/programs/dates'
import { untilStopped } from '../node/programs/pause'
import { generatedFile, type FileNode } from '../node/os/file-nodes'

/** What an add-on may reach: the API as a cluster administrator, the machines, and a recorder of events under its own name. */
export interface AddonEnvironment {
  readonly engine: Engine
  readonly client: Client
  readonly registry: Registry
  readonly nodes: Nodes
  readonly recorder: (component: string) => EventRecorder
  /** Lets autoscalers and the API have custom and external metrics from here; undefined takes them away. */
  readonly provideMetrics: (provider: MetricsProvider | undefined) => void
}

/** Figures other than CPU and memory: for autoscalers, and for whoever asks `custom.metrics.k8s.io` and `external.metrics.k8s.io`. */
export interface MetricsProvider extends Required<Pick<MetricsSource, 'podMetric' | 'objectMetric' | 'externalMetric'>> {
  readonly answer: PathHandler
}

/** An optional part of a cluster. It works exactly while a container of its image runs: nothing is switched on but by applying a manifest. */
export interface Addon {
  /** Of the image's executable. */
  readonly program: string
  /** First line of its log, where it does not write that itself. */
  readonly greeting?: string
  /** Begins to work, with the command line of its container; answers how to stop. */
  readonly start?: (environment: AddonEnvironment, argv: readonly string[]) => () => void
  /** Or: all that its process does, where it looks at more than its command line. */
  readonly serve?: (environment: AddonEnvironment, self: Self, version: string) => Proc<number>
}

/** All add-ons, and manifests that install them; the page loads them after the first prompt, and nothing can run them before. */
export const lateAddons = lateCode<{ readonly addons: readonly Addon[]; readonly manifests: Readonly<Record<AddonManifest, string>> }>(
  'the add-ons',
)

/** Files under /etc/kubernetes/addons of the control plane. */
const manifestNames = [
  'cluster-autoscaler.yaml',
  'metallb.yaml',
  'metallb-pool.yaml',
  'dra-example-driver.yaml',
  'metrics-adapter.yaml',
  'ingress-nginx.yaml',
  'sample-apiserver.yaml',
  'gateway-api.yaml',
  'nginx-gateway-fabric-crds.yaml',
  'nginx-gateway-fabric.yaml',
] as const
export type AddonManifest = (typeof manifestNames)[number]

/** Names of the programs, so that they are known for add-ons before their code is there. */
const programNames: ReadonlySet<string> = new Set([
  'cluster-autoscaler',
  'metallb-controller',
  'dra-example-kubeletplugin',
  'metrics-adapter',
  'nginx-ingress-controller',
  'sample-apiserver',
  'nginx-gateway',
  'nginx-gateway-nginx',
])

/** The program of an add-on's executable, `name` or `name/version`; undefined for any other name. */
export const addonProgram =
  (environment: () => AddonEnvironment) =>
  (name: string): Program | undefined => {
    const [program = '', version = ''] = name.split('/')
    return programNames.has(program) ? (self) => run(environment(), program, version, self) : undefined
  }

function* run(environment: AddonEnvironment, name: string, version: string, self: Self): Proc<number> {
  yield* hostWork(lateAddons.coming)
  const addon = lateAddons.code.addons.find(({ program }) => program === name)!
  if (addon.greeting !== undefined) yield* write(2, `${klogHead(yield* nowMs())}main.go:1] ${addon.greeting}\n`)
  if (addon.serve) return yield* addon.serve(environment, self, version)
  const stop = addon.start?.(environment, self.argv)
  try {
    yield* untilStopped()
    return 0
  } finally {
    stop?.()
  }
}

/** The manifests as files, read when somebody asks for them. */
export const addonFiles: Readonly<Record<string, FileNode>> = Object.fromEntries(
  manifestNames.map((name) => [`/etc/kubernetes/addons/${name}`, generatedFile(() => lateAddons.code.manifests[name])]),
)
