import type { Client } from '../../api/client'
import type { NewObject } from '../../api/object'
import { StatusError } from '../../api/status'
import type { Node, Pod } from '../../api/types/core-v1.gen'
import type { Engine, Timer } from '../../engine/engine'
import { createRandom } from '../../engine/random'
import { timestamp } from '../../engine/time'
import { readYaml } from '../../formats/late-yaml'
import { YamlError } from '../../formats/yaml-error'
import { node as nodeKind } from '../../kinds/core/node'
import { pod as podKind } from '../../kinds/core/pod'
import type { FileSystem } from '../os/file-system'

/** Where a kubelet looks for Pods of its own, and how often. A real one is also told of changes, so this is quicker than its 20 seconds. */
export const MANIFESTS_FOLDER = '/etc/kubernetes/manifests'
const LOOK_MS = 2000

const HASH = 'kubernetes.io/config.hash'

/** The Pods a node runs because of files. The API server holds a mirror of each, so that people see them; deleting a mirror stops nothing. */
export interface StaticPods {
  start(): void
  stop(): void
  /** Whether a mirror is of a file that is still there, unchanged. */
  wants(pod: Pod): boolean
}

export interface StaticPodsOptions {
  readonly engine: Engine
  readonly client: Client
  readonly files: FileSystem
  readonly nodeName: string
  readonly log: (text: string) => void
}

export function createStaticPods({ engine, client, files, nodeName, log }: StaticPodsOptions): StaticPods {
  /** By file: what it said last, and the Pod that it asks for. */
  const known = new Map<string, { readonly text: string; readonly pod: NewObject<Pod> | undefined }>()
  let timer: Timer | undefined

  const wants = (pod: Pod) =>
    [...known.values()].some(
      (entry) =>
        entry.pod?.metadata.name === pod.metadata.name && entry.pod?.metadata.annotations?.[HASH] === pod.metadata.annotations?.[HASH],
    )

  function look() {
    timer = engine.after(LOOK_MS, look, { background: true })
    const names =
      files.stat(MANIFESTS_FOLDER)?.type === 'directory' ? files.list(MANIFESTS_FOLDER).filter((name) => /\.(ya?ml|json)$/.test(name)) : []
    for (const [name, { pod }] of known) {
      if (names.includes(name)) continue
      known.delete(name)
      if (pod) attempt(() => client.delete(podKind, pod.metadata.namespace, pod.metadata.name!, { local: true }))
    }
    for (const name of names) {
      const text = files.read(`${MANIFESTS_FOLDER}/${name}`)
      if (known.get(name)?.text !== text) known.set(name, { text, pod: read(name, text) })
      const { pod } = known.get(name)!
      if (pod) attempt(() => mirror(pod))
    }
  }

  function mirror(pod: NewObject<Pod>) {
    const { namespace, name } = pod.metadata
    const current = client.get<Pod>(podKind, namespace, name!)
    if (!current) client.create<Pod>(podKind, withOwner(pod), { local: true })
    else if (!current.metadata.deletionTimestamp && current.metadata.annotations?.[HASH] !== pod.metadata.annotations?.[HASH])
      client.delete(podKind, namespace, name!, { local: true })
  }

  function withOwner(pod: NewObject<Pod>): NewObject<Pod> {
    const owner = client.get<Node>(nodeKind, undefined, nodeName)
    if (!owner) return pod
    return {
      ...pod,
      metadata: {
        ...pod.metadata,
        ownerReferences: [{ apiVersion: 'v1', controller: true, kind: 'Node', name: nodeName, uid: owner.metadata.uid }],
      },
    }
  }

  function attempt(write: () => unknown) {
    try {
      write()
    } catch (error) {
      if (!(error instanceof StatusError)) throw error
      // Refused for now: the next look tries again.
      if (error.reason !== 'NotFound') log(`"Failed creating a mirror pod" err="${error.message}"`)
    }
  }

  function read(name: string, text: string): NewObject<Pod> | undefined {
    try {
      return staticPod(readYaml(text), text, nodeName, engine.nowMs)
    } catch (error) {
      if (!(error instanceof YamlError)) throw error
      log(`"Unable to process watch event" err="can't process config file \\"${MANIFESTS_FOLDER}/${name}\\": ${error.message}"`)
      return undefined
    }
  }

  return {
    wants,
    start() {
      if (!timer) look()
    },
    stop() {
      engine.cancel(timer)
      timer = undefined
    },
  }
}

/** The Pod of a manifest, named after its node and marked as coming from a file; undefined when the file holds none. */
function staticPod(value: unknown, text: string, nodeName: string, nowMs: number): NewObject<Pod> | undefined {
  if (typeof value !== 'object' || value === null || !('kind' in value) || value.kind !== 'Pod') return undefined
  const pod = value as Partial<Pod> // whatever is wrong with it, the API server's validation says
  if (!pod.metadata?.name || !pod.spec) return undefined
  const hash = createRandom([...text].reduce((sum, character) => (Math.imul(sum, 31) + character.codePointAt(0)!) | 0, 7)).hex(32)
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...pod.metadata,
      name: `${pod.metadata.name}-${nodeName}`,
      namespace: pod.metadata.namespace ?? 'default',
      annotations: {
        ...pod.metadata.annotations,
        [HASH]: hash,
        'kubernetes.io/config.mirror': hash,
        'kubernetes.io/config.seen': timestamp(nowMs),
        'kubernetes.io/config.source': 'file',
      },
    },
    spec: { ...pod.spec, nodeName, tolerations: [...(pod.spec.tolerations ?? []), { effect: 'NoExecute', operator: 'Exists' }] },
  }
}
