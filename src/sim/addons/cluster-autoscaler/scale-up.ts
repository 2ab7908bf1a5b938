import type { AddonEnvironment } from '../addon'
import type { Node, Pod } from '../../api/types/core-v1.gen'
import { node as nodeKind } from '../../kinds/core/node'
import { pod as podKind } from '../../kinds/core/pod'
import { machinesOf, nextHost } from '../../machines'
import { registration } from '../../node/node-object'
import { podInfo, type NodeInfo } from '../../scheduler/node-info'
import { statusObject, type Memory, type Options } from './cluster-autoscaler'
import { pictureOf, tryToPlace } from './simulation'
import type { ChangeableView } from '../../scheduler/cluster-view'

/** How long a machine takes from being ordered to its kubelet's first word. */
const BOOT_MS = 45_000
/** `--expendable-pods-priority-cutoff`: nobody orders a machine for Pods of less priority. */
const EXPENDABLE = -10

/** Worker nodes, the oldest first. */
export const workersOf = ({ client }: AddonEnvironment): readonly Node[] =>
  client.list<Node>(nodeKind).filter(({ metadata }) => metadata.labels?.['node-role.kubernetes.io/control-plane'] === undefined)

const isUnschedulable = (pod: Pod) =>
  !pod.spec.nodeName &&
  !pod.metadata.deletionTimestamp &&
  (pod.spec.priority ?? 0) >= EXPENDABLE &&
  pod.status?.conditions?.some(({ type, status, reason }) => type === 'PodScheduled' && status === 'False' && reason === 'Unschedulable')

/** Orders as many machines as the Pods need that fit nowhere now and would fit a new node. Tells each Pod what it can expect. */
export function scaleUp(environment: AddonEnvironment, options: Options, memory: Memory) {
  const { client, recorder, engine } = environment
  const waiting = client.list<Pod>(podKind).filter(isUnschedulable)
  if (waiting.length === 0) return
  const say = recorder('cluster-autoscaler')
  const size = workersOf(environment).length + memory.ordered
  const plan = planFor(environment, waiting, memory.ordered, Math.max(0, options.max - size))
  for (const [pod, reasons] of plan.hopeless)
    tellOnce(memory, pod, reasons.join(), () =>
      say.event(pod, 'Normal', 'NotTriggerScaleUp', `pod didn't trigger scale-up: ${reasons.map((it) => `1 ${it}`).join(', ')}`),
    )
  if (plan.machines === 0) return
  const [before, after] = [size, size + plan.machines]
  const status = statusObject(environment)
  const words = (verb: string) =>
    `Scale-up: ${verb} ${options.group} size ${verb === 'group' ? 'set ' : ''}to ${after} instead of ${before} (max: ${options.max})`
  say.event(status, 'Normal', 'ScaledUpGroup', words('setting group'))
  say.event(status, 'Normal', 'ScaledUpGroup', words('group'))
  for (const pod of plan.helped)
    tellOnce(memory, pod, 'triggered', () =>
      say.event(
        pod,
        'Normal',
        'TriggeredScaleUp',
        `pod triggered scale-up: [{${options.group} ${before}->${after} (max: ${options.max})}]`,
      ),
    )
  memory.lastAddMs = engine.nowMs
  for (let i = 0; i < plan.machines; i++) order(environment, memory)
}

interface Plan {
  readonly machines: number
  readonly helped: readonly Pod[]
  readonly hopeless: readonly (readonly [Pod, reasons: readonly string[]])[]
}

/** Packs the waiting Pods onto what is there and on its way, then onto new nodes, one after the other, up to `most`. */
function planFor(environment: AddonEnvironment, waiting: readonly Pod[], ordered: number, most: number): Plan {
  const view = pictureOf(environment)
  const there = [...view.nodes]
  const coming = Array.from({ length: ordered }, (_, index) => pretend(environment, view, `coming-${index}`))
  const fresh: NodeInfo[] = []
  const helped: Pod[] = []
  const hopeless: (readonly [Pod, readonly string[]])[] = []
  for (const pod of waiting) {
    const info = podInfo(pod)
    if ('node' in tryToPlace(view, info, [...there, ...coming])) continue
    if ('node' in tryToPlace(view, info, fresh)) {
      helped.push(pod)
      continue
    }
    const another = pretend(environment, view, `new-${fresh.length}`)
    const outcome = tryToPlace(view, info, [another])
    if ('node' in outcome && fresh.length < most) {
      fresh.push(another)
      helped.push(pod)
      continue
    }
    view.deletePod(info.uid)
    for (const { uid } of [...another.pods.values()]) view.deletePod(uid)
    view.deleteNode(another.name)
    hopeless.push([pod, 'node' in outcome ? ['max node group size reached'] : outcome.reasons])
  }
  return { machines: fresh.length, helped, hopeless }
}

/** A node such as the next machine will be, with the daemons that every worker has. */
function pretend(environment: AddonEnvironment, view: ChangeableView, name: string): NodeInfo {
  const { nodes, engine, client } = environment
  const object = registration({ ...nextHost(nodes), name }, '', engine.nowMs)
  const info = view.setNode(object as Node) // a Node in all but what the server adds, which scheduling does not look at
  const [example] = workersOf(environment)
  for (const pod of example ? client.onNode<Pod>(podKind, example.metadata.name) : []) {
    if (!pod.metadata.ownerReferences?.some(({ kind }) => kind === 'DaemonSet')) continue
    const uid = `${pod.metadata.uid}/${name}`
    view.setPod(podInfo({ ...pod, metadata: { ...pod.metadata, uid }, spec: { ...pod.spec, nodeName: name } }), name)
  }
  return info
}

function tellOnce({ told }: Memory, { metadata }: Pod, what: string, tell: () => void) {
  if (told.get(metadata.uid) === what) return
  told.set(metadata.uid, what)
  tell()
}

function order({ engine, nodes }: AddonEnvironment, memory: Memory) {
  memory.ordered++
  engine.after(BOOT_MS, () => machinesOf(nodes).add(() => memory.ordered--))
}
