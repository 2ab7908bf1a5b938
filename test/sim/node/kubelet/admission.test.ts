import { expect, test } from 'vitest'
import type { Pod } from '../../../../src/sim/api/types/core-v1.gen'
import { whyNotUnderPressure } from '../../../../src/sim/node/kubelet/admission'

const pod = (spec: object, requests?: Record<string, string>): Pod =>
  ({
    metadata: { name: 'web' },
    spec: { containers: [{ name: 'c', ...(requests && { resources: { requests } }) }], ...spec },
  }) as unknown as Pod // what admission looks at
const bestEffort = pod({})
const burstable = pod({}, { memory: '64Mi' })
const critical = pod({ priority: 2_000_001_000 })
const tolerant = pod({ tolerations: [{ key: 'node.kubernetes.io/memory-pressure', operator: 'Exists', effect: 'NoSchedule' }] })
const message = (...conditions: string[]) => ({ reason: 'Evicted', message: `The node had condition: [${conditions.join(' ')}]. ` })

test.each([
  ['a Pod that asks for nothing', bestEffort, [], undefined],
  ['a Pod that asks for nothing', bestEffort, ['MemoryPressure'], message('MemoryPressure')],
  ['a Pod that asks for memory', burstable, ['MemoryPressure'], undefined],
  ['a Pod that tolerates the taint', tolerant, ['MemoryPressure'], undefined],
  ['a Pod that asks for memory', burstable, ['DiskPressure'], message('DiskPressure')],
  ['a Pod that tolerates the taint', tolerant, ['MemoryPressure', 'DiskPressure'], message('MemoryPressure', 'DiskPressure')],
  ['a Pod the cluster cannot do without', critical, ['MemoryPressure', 'DiskPressure'], undefined],
])('%s (%#) comes to a node under %j', (_, it, pressures, expected) => {
  expect(whyNotUnderPressure(it, pressures)).toEqual(expected)
})
