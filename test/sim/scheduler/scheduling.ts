import { createEventRecorder } from '../../../src/sim/api/event-recorder'
import type { NewObject } from '../../../src/sim/api/object'
import type { Node, PodSpec } from '../../../src/sim/api/types/core-v1.gen'
import { event } from '../../../src/sim/kinds/core/event'
import { pod } from '../../../src/sim/kinds/core/pod'
import type { ProfileOptions } from '../../../src/sim/scheduler/profile'
import { createScheduler, type Scheduler } from '../../../src/sim/scheduler/scheduler'
import { aNode, smallCluster } from '../controllers/small-cluster'

export const controlPlane = aNode('controlplane', { taints: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }] })
export const workers = ['node01', 'node02', 'node03'].map((name, i) =>
  aNode(name, { labels: { 'topology.kubernetes.io/zone': `zone-${'abc'[i]}` } }),
)

/** A small cluster with the scheduler and nothing else. */
export function scheduling(
  nodes: readonly NewObject<Node>[] = [controlPlane, ...workers],
  profiles?: readonly ProfileOptions[],
  only: readonly string[] = [],
) {
  let scheduler: Scheduler | undefined
  const cluster = smallCluster({
    only,
    nodes,
    scheduler: (server) => {
      const client = server.client({ user: 'system:kube-scheduler', manager: 'kube-scheduler' })
      const recorder = createEventRecorder(client, {
        engine: server.engine,
        kind: event,
        component: 'default-scheduler',
        style: 'events.k8s.io',
      })
      return (scheduler = createScheduler({ engine: server.engine, client, recorder, ...(profiles && { profiles }) }))
    },
  })
  let names = 0
  const add = (spec: Partial<PodSpec> = {}, labels: Record<string, string> = {}, name = `pod-${names++}`) =>
    cluster.create(pod, { metadata: { name, labels }, spec: { containers: [{ name: 'c', image: 'nginx' }], ...spec } })
  const nodeOf = (name: string) => cluster.client.get(pod, 'default', name)?.spec.nodeName
  const placement = () => cluster.pods().map((it) => it.spec.nodeName)
  return {
    ...cluster,
    scheduler: scheduler!,
    add,
    nodeOf,
    placement,
    why: (name: string) =>
      cluster
        .events(name)
        .find((it) => it.includes('FailedScheduling'))
        ?.replace('Warning FailedScheduling ', ''),
  }
}

export const asks = (cpu: string, memory = '1Mi'): Partial<PodSpec> => ({
  containers: [{ name: 'c', image: 'nginx', resources: { requests: { cpu, memory } } }],
})
