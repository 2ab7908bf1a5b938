import type { Pod, Service, ServicePort } from '../../api/types/core-v1.gen'
import { keyOf } from '../../api/object'
import { pod as podKind } from '../../kinds/core/pod'
import { anyKind, type Watch } from '../controller'
import { isFinished, isReady } from '../pod-state'
import { matchesAll } from '../replicaset'
import { same } from '../../formats/same'

/** The Pods a Service selects; woken by nothing but what shows in endpoints: addresses, readiness, beginning and end, labels, node. */
export const servicePods: Watch<Service, readonly Pod[]> = {
  kind: anyKind(podKind),
  concerns(object, old, find, change) {
    const [now, before] = [object as unknown as Pod, old as unknown as Pod | undefined] // this watch sees Pods only
    if (change === 'MODIFIED' && before && showsTheSame(before, now)) return []
    return find
      .all(now.metadata.namespace)
      .filter(
        ({ spec }) =>
          spec.selector &&
          (matchesAll(spec.selector, now.metadata.labels) || (before && matchesAll(spec.selector, before.metadata.labels))),
      )
      .map(keyOf)
  },
  read: ({ spec, metadata }, find) =>
    hasSelector(spec.selector) ? find.list(podKind, metadata.namespace, selectorText(spec.selector)) : [],
}

/** Whether the controllers look for a Service's Pods; without a selector somebody else writes its endpoints. */
export const hasSelector = (selector: Readonly<Record<string, string>> | undefined): selector is Readonly<Record<string, string>> =>
  selector !== undefined && Object.keys(selector).length > 0

const selectorText = (selector: Readonly<Record<string, string>>) =>
  Object.entries(selector)
    .map(([key, value]) => `${key}=${value}`)
    .join(',')

function showsTheSame(a: Pod, b: Pod): boolean {
  return (
    isReady(a) === isReady(b) &&
    isFinished(a) === isFinished(b) &&
    a.metadata.deletionTimestamp === b.metadata.deletionTimestamp &&
    a.spec?.nodeName === b.spec?.nodeName &&
    same(a.status?.podIPs, b.status?.podIPs) &&
    same(a.metadata.labels, b.metadata.labels)
  )
}

/** The number a Service's port has in one Pod: `targetPort` itself, or the container port of that name. Undefined when the Pod has none. */
export function targetPortIn(pod: Pod, { targetPort, port, protocol = 'TCP' }: ServicePort): number | undefined {
  if (typeof targetPort === 'number') return targetPort === 0 ? port : targetPort
  if (targetPort === undefined || targetPort === '') return port
  const { containers = [], initContainers = [] } = pod.spec ?? {}
  const sidecars = initContainers.filter((container) => container.restartPolicy === 'Always')
  for (const container of [...containers, ...sidecars]) {
    const found = container.ports?.find((it) => it.name === targetPort && (it.protocol ?? 'TCP') === protocol)
    if (found) return found.containerPort
  }
  return undefined
}

/** What identifies a Pod in an endpoint. */
export const referenceTo = ({ metadata }: Pod) => ({ kind: 'Pod', namespace: metadata.namespace, name: metadata.name, uid: metadata.uid })

/** A Pod with a host name of its own under this headless Service's domain. */
export const hostnameIn = ({ spec }: Pod, service: Service): string | undefined =>
  spec?.hostname && spec.subdomain === service.metadata.name ? spec.hostname : undefined

/**
 * Remembers what was worked out for a Pod as long as neither the Pod nor its Service changes: a Service of thousands of Pods changes a few at a
 * time. Objects are frozen, so the same object always has the same answer.
 */
export function rememberPerPod<T>(workOut: (pod: Pod, service: Service) => T): (pod: Pod, service: Service) => T {
  const known = new WeakMap<Pod, { readonly service: Service; readonly answer: T }>()
  return (pod, service) => {
    const found = known.get(pod)
    if (found?.service === service) return found.answer
    const answer = workOut(pod, service)
    known.set(pod, { service, answer })
    return answer
  }
}
