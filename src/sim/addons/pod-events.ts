import type { KubeObject } from '../api/object'
import { timestamp } from '../engine/time'
import { ask, Refused } from '../node/programs/in-cluster'
import { nowMs } from '../node/os/calls'
import { SyscallError, type Proc, type Self } from '../node/os/syscalls'

/** What an Event is about. */
export interface About {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: Pick<KubeObject['metadata'], 'name' | 'namespace' | 'uid' | 'resourceVersion'>
}

/** Writes Events as a program in a Pod does, with the rights of its account. */
export interface PodEvents {
  tell(self: Self, about: About, type: 'Normal' | 'Warning', reason: string, message: string): Proc
}

/** An Event that is told again is counted, not written anew, as client-go's recorders do. One that is refused is lost. */
export function createPodEvents(component: string): PodEvents {
  const told = new Map<string, { readonly name: string; count: number }>()
  let last = 0
  return {
    *tell(self, about, type, reason, message) {
      const now = yield* nowMs()
      const namespace = about.metadata.namespace ?? 'default'
      const path = `/api/v1/namespaces/${namespace}/events`
      const key = [about.metadata.uid, type, reason, message].join('\n')
      const known = told.get(key)
      try {
        if (known) {
          known.count++
          const repeated = yield* ask(self, 'PATCH', `${path}/${known.name}`, { count: known.count, lastTimestamp: timestamp(now) })
          if (repeated) return
        }
        last = Math.max(last + 1, Math.floor(now * 1000))
        const name = `${about.metadata.name}.${(BigInt(last) * 1000n).toString(16)}`
        const { uid, resourceVersion } = about.metadata
        yield* ask(self, 'POST', path, {
          apiVersion: 'v1',
          kind: 'Event',
          metadata: { name, namespace },
          involvedObject: {
            kind: about.kind,
            ...(about.metadata.namespace && { namespace }),
            name: about.metadata.name,
            uid,
            apiVersion: about.apiVersion,
            resourceVersion,
          },
          type,
          reason,
          message,
          source: { component },
          firstTimestamp: timestamp(now),
          lastTimestamp: timestamp(now),
          count: 1,
          reportingComponent: component,
          reportingInstance: '',
          eventTime: null,
        })
        told.set(key, { name, count: 1 })
      } catch (error) {
        if (!(error instanceof Refused) && !(error instanceof SyscallError)) throw error
      }
    },
  }
}
