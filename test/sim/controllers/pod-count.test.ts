import { expect, test } from 'vitest'
import type { ReplicaSet } from '../../../src/sim/api/types/apps-v1.gen'
import type { Pod } from '../../../src/sim/api/types/core-v1.gen'
import { claim } from '../../../src/sim/controllers/owners'
import { countPods } from '../../../src/sim/controllers/pod-count'
import { isActive, isTerminating, tally } from '../../../src/sim/controllers/pod-state'
import { createRandom } from '../../../src/sim/engine/random'
import { replicaSet } from '../../../src/sim/kinds/apps/replica-set'
import { pod as podKind } from '../../../src/sim/kinds/core/pod'

const setWith = (labels: Readonly<Record<string, string | undefined>>) =>
  ({
    metadata: { name: 'web', namespace: 'default', uid: 'web' },
    spec: { selector: { matchLabels: { app: 'web' } }, template: { metadata: { labels } } },
  }) as unknown as ReplicaSet // all that is counted by

const chance = createRandom(3)
const one = <T>(...choices: readonly T[]) => choices[chance.int(choices.length)]!

const anyPod = (name: string) =>
  ({
    metadata: {
      name,
      uid: name,
      labels: one({ app: 'web' }, { app: 'web', tier: 'front' }, { app: 'other' }),
      ownerReferences: one([{ uid: 'web', controller: true }], [{ uid: 'web', controller: true }], [{ uid: 'somebody', controller: true }]),
      ...one({}, {}, { deletionTimestamp: '2026-01-01T00:00:00Z' }),
    },
    status: { phase: one('Running', 'Pending', 'Failed'), conditions: one([{ type: 'Ready', status: 'True' }], []) },
  }) as unknown as Pod // all that is counted of it

test('however a ReplicaSet and its Pods change, counting what changed comes to what counting all does', () => {
  let pods: readonly Pod[] = []
  let set = setWith({ app: 'web' })
  for (let round = 0; round < 400; round++) {
    if (chance.int(20) === 0) set = setWith(one({ app: 'web' }, { app: 'web', tier: 'front' }))
    if (chance.int(2) === 0) pods = [...pods, anyPod(`pod-${round}`)]
    if (chance.int(4) === 0) pods = pods.toSpliced(chance.int(pods.length + 1), 1)
    pods = pods.map((pod) => (chance.int(10) === 0 ? anyPod(pod.metadata.name) : pod))
    const { mine } = claim(replicaSet, set, podKind, pods, set.spec.selector)
    const active = mine.filter(isActive)
    const { fullyLabeled, ready } = tally(active, set.spec.template?.metadata?.labels, 0, 0)
    expect(countPods(set, pods)).toEqual({
      mine: mine.length,
      active: active.length,
      terminating: mine.filter(isTerminating).length,
      ready,
      fullyLabeled,
    })
  }
})
