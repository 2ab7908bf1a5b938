import type { Client } from '../../src/sim/api/client'
import type { KindDefinition } from '../../src/sim/api/kind'
import type { KubeObject } from '../../src/sim/api/object'
import type { Event } from '../../src/sim/api/types/core-v1.gen'
import type { Engine } from '../../src/sim/engine/engine'
import { replicaSet } from '../../src/sim/kinds/apps/replica-set'
import { event } from '../../src/sim/kinds/core/event'
import { pod } from '../../src/sim/kinds/core/pod'

/** Where a story takes place: a small cluster of controllers alone, or a whole one. */
export interface Stage {
  readonly engine: Engine
  readonly client: Client
}

interface Condition {
  readonly type: string
  readonly status: string
  readonly reason?: string
  readonly message?: string
  readonly observedGeneration?: number
}

interface Status {
  readonly phase?: string
  readonly observedGeneration?: number
  readonly conditions?: readonly Condition[]
}

/**
 * Listens to the events about objects, and to the phase and the conditions of objects of `kinds`, from now on. What it tells is a line for each,
 * in the order in which they were written and with the second in which they were:
 *
 *     0s  Deployment/web  Available=False MinimumReplicasUnavailable: Deployment does not have minimum availability. @1
 *     0s  Deployment/web  deployment-controller: Normal ScalingReplicaSet: Scaled up replica set web-#1 from 0 to 3
 *     0s  ReplicaSet/web-#1  replicaset-controller: Normal SuccessfulCreate: Created pod: web-#1-a (x2)
 *
 * `@1` is the generation that was observed, `(x2)` how often the event has happened by then. Names made by chance are told apart by what came
 * first: `#1`, `#2` are templates of ReplicaSets, `-a`, `-b` Pods.
 */
export function storyOf({ engine, client }: Stage, kinds: readonly unknown[] = []) {
  const beganMs = engine.nowMs
  const lines: { revision: number; text: string }[] = []
  const names = new Map<string, string>()
  const numbers = new Map<string, number>()

  const line = ({ metadata }: KubeObject, words: string) =>
    lines.push({ revision: Number(metadata.resourceVersion), text: `${Math.floor((engine.nowMs - beganMs) / 1000)}s  ${words}` })
  const count = (key: string) => {
    const next = (numbers.get(key) ?? 0) + 1
    numbers.set(key, next)
    return next
  }

  client.watch(replicaSet, (changes) => {
    for (const { object, type } of changes) {
      const hash = object.metadata.labels?.['pod-template-hash']
      if (type === 'ADDED' && hash && !names.has(hash)) names.set(hash, `#${count('template')}`)
    }
  })
  client.watch(pod, (changes) => {
    for (const { object, type } of changes) {
      const { generateName, name } = object.metadata
      if (type === 'ADDED' && generateName) names.set(name, `${generateName}${String.fromCharCode(96 + count(generateName))}`)
    }
  })
  client.watch(event, (changes) => {
    for (const { object, type } of changes) {
      if (type === 'DELETED') continue
      const { involvedObject: about, source, reportingComponent } = object
      const from = source?.component ?? reportingComponent
      const times = object.count ?? (object as Event & { series?: { count: number } }).series?.count ?? 1
      line(
        object,
        `${about.kind}/${about.name}  ${from}: ${object.type} ${object.reason}: ${object.message}${times > 1 ? ` (x${times})` : ''}`,
      )
    }
  })
  for (const each of kinds) {
    const kind = each as KindDefinition<KubeObject> // only metadata and status are read, which every kind has alike
    client.watch(kind, (changes) => {
      for (const { object, old, type } of changes) {
        const who = `${kind.kind}/${object.metadata.name}`
        if (type === 'DELETED') {
          line(object, `${who}  is gone`)
          continue
        }
        const now = statusOf(object)
        const before = type === 'MODIFIED' && old ? statusOf(old) : {}
        if (now.phase !== before.phase && now.phase) line(object, `${who}  ${now.phase}`)
        for (const condition of now.conditions ?? []) {
          const known = before.conditions?.find((it) => it.type === condition.type)
          if (!known || told(known) !== told(condition))
            line(object, `${who}  ${told(condition)}${seen(condition.observedGeneration ?? now.observedGeneration)}`)
        }
        for (const { type: lost } of before.conditions ?? [])
          if (!now.conditions?.some((it) => it.type === lost)) line(object, `${who}  no longer ${lost}${seen(now.observedGeneration)}`)
      }
    })
  }

  /** Names by chance replaced, the longest first: a Pod's name has its template's hash in it, and so has what it is generated from. */
  const legible = (text: string) => {
    const longestFirst = [...names].sort(([a], [b]) => b.length - a.length)
    const replaced = (so: string) => longestFirst.reduce((now, [name, alias]) => now.replaceAll(name, alias), so)
    return replaced(replaced(text))
  }

  return {
    /** What has happened since it was asked last, of objects whose `Kind/name` begins with `about` and in lines that have `words`. */
    told({ about = '', words = '' }: { readonly about?: string; readonly words?: string } = {}): string {
      const told = lines.splice(0).sort((a, b) => a.revision - b.revision)
      return told
        .map(({ text }) => legible(text).trim().replaceAll('\n', '⏎'))
        .filter((text) => text.includes(`  ${about}`) && text.includes(words))
        .join('\n')
    },
  }
}

const statusOf = (object: KubeObject): Status => (object as { readonly status?: Status }).status ?? {}

function told({ type, status, reason, message }: Condition): string {
  return `${type}=${status}${reason ? ` ${reason}` : ''}${message ? `: ${message}` : ''}`
}

const seen = (generation: number | undefined) => (generation === undefined ? '' : ` @${generation}`)

/** The lines of a text, without what only indents it. */
export const story = (text: TemplateStringsArray): string =>
  text[0]!
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
    .join('\n')
