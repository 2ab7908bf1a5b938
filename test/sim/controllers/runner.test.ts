import { describe, expect, test } from 'vitest'
import { createEventRecorder } from '../../../src/sim/api/event-recorder'
import { defineController } from '../../../src/sim/controllers/controller'
import { createInformers } from '../../../src/sim/controllers/informers'
import { createRunner, type Note, type RunnerOptions } from '../../../src/sim/controllers/runner'
import { again, create, say } from '../../../src/sim/controllers/steps'
import { owned } from '../../../src/sim/controllers/watches'
import { createWorkQueue } from '../../../src/sim/controllers/work-queue'
import { createEngine } from '../../../src/sim/engine/engine'
import { configMap } from '../../../src/sim/kinds/core/config-map'
import { event } from '../../../src/sim/kinds/core/event'
import { secret } from '../../../src/sim/kinds/core/secret'
import { smallCluster, START_MS } from './small-cluster'

function running(controller: Parameters<typeof createRunner>[1], options: Partial<RunnerOptions> = {}) {
  const cluster = smallCluster({ only: [] })
  const client = cluster.server.client({ user: 'system:serviceaccount:kube-system:test', manager: 'kube-controller-manager' })
  const recorder = createEventRecorder(client, { engine: cluster.engine, kind: event, component: 'test' })
  const runner = createRunner({ engine: cluster.engine, client, recorder, informers: createInformers(client), ...options }, controller)
  runner.start()
  return { ...cluster, runner }
}

describe('a work queue', () => {
  test('hands out a key once, however often it was added', () => {
    const engine = createEngine({ seed: 1, startMs: START_MS })
    const seen: string[] = []
    const queue = createWorkQueue(
      engine,
      (key) => void seen.push(key),
      () => 10,
    )
    for (const key of ['a', 'b', 'a', 'a']) queue.add(key)
    engine.advanceTo(START_MS + 100)
    expect(seen).toEqual(['a', 'b'])
  })

  test('waits 5 ms after the first failure, twice as long after each further one, and no longer than 1000 s', () => {
    const engine = createEngine({ seed: 1, startMs: START_MS })
    const times: number[] = []
    const queue = createWorkQueue(
      engine,
      (key) => {
        times.push(engine.nowMs)
        if (times.length < 25) queue.retry(key)
      },
      () => 0,
    )
    queue.add('a')
    engine.advanceTo(START_MS + 100_000_000)
    const waits = times.slice(1).map((at, i) => at - times[i]!)
    expect(waits.slice(0, 5)).toEqual([5, 10, 20, 40, 80])
    expect(Math.max(...waits)).toBe(1_000_000)
  })
})

describe('a controller', () => {
  const copier = defineController({
    name: 'copier',
    reconciles: configMap,
    watches: { copies: owned(secret, configMap) },
    reconcile: (map, { copies, refused }) =>
      map.metadata.name === 'kube-root-ca.crt' || copies.length > 0
        ? []
        : [
            create(secret, { metadata: { name: 'Bad Name', namespace: 'default' } }, { refusal: 'FailedCopy' }),
            ...(refused.length > 0 ? [say('Warning', 'Refused', `${refused.length} step refused`)] : []),
          ],
  })

  test('sees in the next round what was refused in the last, and tries again with growing pauses', () => {
    const notes: Note[] = []
    const cluster = running(copier, { note: (note) => notes.push(note) })
    cluster.create(configMap, { metadata: { name: 'a' } })
    cluster.advance(400)
    expect(cluster.events('a')[0]).toMatch(/^Warning FailedCopy Error creating: Secret "Bad Name" is invalid/)
    expect(cluster.events('a')).toContain('Warning Refused 1 step refused')
    expect(notes[0]).toMatchObject({
      controller: 'copier',
      key: 'default/a',
      wokenBy: [{ kind: 'ConfigMap', key: 'default/a' }],
      outcomes: [{ step: { do: 'create' } }],
    })
    const waits = notes.slice(1).map(({ atMs }, i) => atMs - notes[i]!.atMs)
    expect(waits.slice(0, 5)).toEqual([5, 10, 20, 40, 80])
  })

  test('that is stopped sees nothing, and everything when it starts again', () => {
    let looks = 0
    const cluster = running(defineController({ name: 'looker', reconciles: configMap, watches: {}, reconcile: () => (looks++, []) }))
    cluster.create(configMap, { metadata: { name: 'a' } })
    cluster.advance(1000)
    expect(looks).toBe(1)
    cluster.runner.stop()
    cluster.create(configMap, { metadata: { name: 'b' } })
    cluster.advance(1000)
    expect(looks).toBe(1)
    cluster.runner.start()
    cluster.advance(1000)
    expect(looks).toBe(3)
  })

  test('looks again when it asked to', () => {
    const times: number[] = []
    const cluster = running(
      defineController({
        name: 'clock',
        reconciles: configMap,
        watches: {},
        reconcile: (_map, { nowMs }) => (times.push(nowMs), times.length < 3 ? [again(60_000)] : []),
      }),
    )
    cluster.create(configMap, { metadata: { name: 'a' } })
    cluster.advance(600_000)
    expect(times.map((at) => at - times[0]!)).toEqual([0, 60_000, 120_000])
  })

  test('with a bug in it spoils one round of one object, where the cluster wants to live on', () => {
    const bugs: string[] = []
    const cluster = running(
      defineController({
        name: 'buggy',
        reconciles: configMap,
        watches: {},
        reconcile: (map) => {
          if (map.metadata.name === 'b') throw new TypeError('oops')
          return [say('Normal', 'Seen', 'fine')]
        },
      }),
      { onBug: (controller, key) => bugs.push(`${controller} ${key}`) },
    )
    for (const name of ['a', 'b', 'c']) cluster.create(configMap, { metadata: { name } })
    cluster.advance(100)
    expect(cluster.events('c')).toEqual(['Normal Seen fine'])
    expect(bugs[0]).toBe('buggy default/b')
  })
})
