import type { Addon, AddonEnvironment } from './addon'
import type { ResourceSlice } from '../api/types/resource-v1.gen'
import { attempt } from '../controllers/component'
import { sha256 } from '../formats/sha256'
import { node as nodeKind } from '../kinds/core/node'
import { resourceSlice } from '../kinds/resource/resource-slice'
import type { DevicePlugin } from '../node/kubelet/late-device-claims'
import { nowMs, onSignal, pendingSignals, sleep, write } from '../node/os/calls'
import { SyscallError, type Proc, type Self } from '../node/os/syscalls'
import { klogHead } from '../node/programs/dates'

const DRIVER = 'gpu.example.com'
/** How long a kubelet waits for a driver to come back before it withdraws what it had published. */
const WITHDRAW_MS = 30_000
/** How soon it is in the log what the kubelet asked for. */
const LOG_MS = 250

/** Pretends that its node has graphics cards, as the example driver of the documentation's tutorial does: publishes them, and tells containers which are theirs. */
export const draExampleDriver: Addon = {
  program: 'dra-example-kubeletplugin',
  greeting: 'Starting DRA example driver',
  serve,
}

function* serve(environment: AddonEnvironment, self: Self): Proc<number> {
  const nodeName = self.env['NODE_NAME'] ?? ''
  const host = environment.nodes.hosts.get(nodeName)
  const node = environment.client.get(nodeKind, undefined, nodeName)
  const say = function* (level: 'I' | 'E', text: string) {
    yield* write(2, `${klogHead(yield* nowMs(), level, self.pid)}${text}\n`)
  }
  if (!host || !node) {
    yield* say('E', `main.go:154] "Error" err="get node ${nodeName}: nodes ${JSON.stringify(nodeName)} not found"`)
    return 1
  }
  const lines: string[] = []
  const plugin: DevicePlugin = {
    prepare(claims) {
      lines.push(`driver.go:106] PrepareResourceClaims is called: number of claims: ${claims.length}`)
      for (const { metadata, status } of claims) {
        const results = (status?.allocation?.devices?.results ?? []).filter(({ driver }) => driver === DRIVER)
        const prepared = results.map(
          ({ request, pool, device }) =>
            `{[${request}] ${pool} ${device} [k8s.${DRIVER}/gpu=common k8s.${DRIVER}/gpu=${metadata.uid}-${device}]}`,
        )
        lines.push(`driver.go:133] Returning newly prepared devices for claim '${metadata.uid}': [${prepared.join(' ')}]`)
      }
    },
    unprepare: (claims) => void lines.push(`driver.go:138] UnprepareResourceClaims is called: number of claims: ${claims.length}`),
    environment: ({ metadata }, devices) => ({
      KUBERNETES_NODE_NAME: nodeName,
      DRA_RESOURCE_DRIVER_NAME: DRIVER,
      ...Object.fromEntries(
        devices.flatMap((device) => {
          const variable = `GPU_DEVICE_${device.replace(/^gpu-/, '')}`
          return [
            [variable, device],
            [`${variable}_SHARING_STRATEGY`, 'TimeSlicing'],
            [`${variable}_TIMESLICE_INTERVAL`, 'Default'],
            [`${variable}_RESOURCE_CLAIM`, metadata.uid],
          ]
        }),
      ),
    }),
  }
  host.context.devicePlugins.set(DRIVER, plugin)
  publish(environment, nodeName, node.metadata.uid, Number(self.env['NUM_DEVICES'] ?? 8))
  try {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) yield* onSignal(signal, 'catch')
    while (!(yield* isStopped())) for (const line of lines.splice(0)) yield* say('I', line)
    return 0
  } finally {
    host.context.devicePlugins.delete(DRIVER)
    environment.engine.after(WITHDRAW_MS, () => withdraw(environment, nodeName), { background: true })
  }
}

/** Rests a moment; whether a signal to stop has come. */
function* isStopped(): Proc<boolean> {
  try {
    yield* sleep(LOG_MS)
    return false
  } catch (error) {
    if (!(error instanceof SyscallError && error.code === 'EINTR')) throw error
    return (yield* pendingSignals()).length > 0
  }
}

const slicesOf = ({ client }: AddonEnvironment, nodeName: string) =>
  client.list<ResourceSlice>(resourceSlice).filter(({ spec }) => spec.driver === DRIVER && spec.nodeName === nodeName)

/** Tells the cluster of the node's cards, unless it knows of just these. */
function publish(environment: AddonEnvironment, nodeName: string, uid: string, count: number) {
  const { client } = environment
  const present = slicesOf(environment, nodeName)
  if (present.length === 1 && present[0]!.spec.devices?.length === count) return
  for (const { metadata } of present) attempt(() => client.delete(resourceSlice, undefined, metadata.name))
  const generateName = `${nodeName}-${DRIVER}-`
  attempt(() =>
    client.create<ResourceSlice>(resourceSlice, {
      metadata: { generateName, ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: nodeName, uid, controller: true }] } as never, // the server makes the name
      spec: {
        driver: DRIVER,
        nodeName,
        pool: { name: nodeName, generation: 1, resourceSliceCount: 1 },
        devices: Array.from({ length: count }, (_, index) => ({
          name: `gpu-${index}`,
          attributes: {
            driverVersion: { version: '1.0.0' },
            index: { int: index },
            model: { string: 'LATEST-GPU-MODEL' },
            uuid: { string: `gpu-${uuidFrom(`${nodeName}/${index}`)}` },
          },
          capacity: { memory: { value: '80Gi' } },
        })),
      },
    }),
  )
}

/** What a kubelet does when a driver has gone and not come back. */
function withdraw(environment: AddonEnvironment, nodeName: string) {
  if (environment.nodes.hosts.get(nodeName)?.context.devicePlugins.has(DRIVER)) return
  for (const { metadata } of slicesOf(environment, nodeName))
    attempt(() => environment.client.delete(resourceSlice, undefined, metadata.name))
}

const uuidFrom = (text: string) => sha256(text).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5')
