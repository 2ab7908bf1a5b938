import { node as nodeKind } from '../../kinds/core/node'
import type { Node } from '../../api/types/core-v1.gen'
import { attempt, type Component } from '../component'

const ANNOTATION = 'node.alpha.kubernetes.io/ttl'

/** How long kubelets may keep Secrets and ConfigMaps in mind, by the size of the cluster. The sizes overlap, lest a node more or less changes it to and fro. */
const STEPS: readonly (readonly [smallest: number, largest: number, seconds: number])[] = [
  [0, 100, 0],
  [90, 500, 15],
  [450, 1000, 30],
  [900, 2000, 60],
  [1800, 10_000, 300],
  [9000, Infinity, 600],
]

/** Tells each kubelet, in an annotation of its Node, for how long it need not ask again for a Secret or a ConfigMap it knows. */
export const ttlController: Component = {
  name: 'ttl-controller',
  start({ client }) {
    let count = 0
    let step = 0
    function counted(by: 1 | -1) {
      count += by
      while (count > STEPS[step]![1]) step++
      while (count < STEPS[step]![0]) step--
    }
    function annotate({ metadata }: Node) {
      const seconds = String(STEPS[step]![2])
      if (metadata.annotations?.[ANNOTATION] === seconds) return
      attempt(() => client.patch(nodeKind, undefined, metadata.name, 'strategic', { metadata: { annotations: { [ANNOTATION]: seconds } } }))
    }
    const stop = client.watch(nodeKind, (events) => {
      for (const { type, object } of events) {
        if (type !== 'MODIFIED') counted(type === 'ADDED' ? 1 : -1)
        if (type !== 'DELETED') annotate(object)
      }
    })
    const present = client.list(nodeKind)
    for (const _node of present) counted(1)
    present.forEach(annotate)
    return stop
  },
}
