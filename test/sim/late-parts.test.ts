import { expect, test, vi } from 'vitest'
import { createCluster } from '../../src/sim/cluster'
import { allKinds } from '../../src/sim/kinds/all'

test('a cluster boots and shows its prompt without the code that comes late, exactly as with it', async () => {
  const whole = createCluster()
  let shown = ''
  whole.openTerminal().onOutput((text) => (shown += text))
  whole.advance('1m')

  vi.resetModules() // modules anew: in these nothing has arrived
  const { assembleCluster } = await import('../../src/sim/assemble')
  const { createLatePrograms } = await import('../../src/sim/late-programs')
  const { celLibrary } = await import('../../src/sim/api/cel/library')
  expect(celLibrary.arrived).toBe(false)
  const early = assembleCluster({}, createLatePrograms())
  let shownEarly = ''
  early.openTerminal().onOutput((text) => (shownEarly += text))
  early.advance('1m')

  expect(shown).toContain('root@controlplane')
  expect(shownEarly).toBe(shown)
  expect([early.engine.nowMs, early.engine.processed]).toEqual([whole.engine.nowMs, whole.engine.processed])

  await import('../../src/sim/late-parts') // whoever asks over HTTP came later
  const pods = (cluster: typeof whole) => cluster.request({ method: 'GET', url: '/api/v1/pods', headers: {} })
  expect(pods(early)).toEqual(pods(whole))
})

test('a kind of which a cluster is born with objects fills them in without the rules that come late', async () => {
  vi.resetModules()
  const { allKinds: early } = await import('../../src/sim/kinds/all')
  const { lateRules } = await import('../../src/sim/kinds/late-rules')
  expect(lateRules.arrived).toBe(false)

  const cluster = createCluster()
  cluster.advance('1m')
  const isThere = ({ group, version, plural, verbs }: (typeof allKinds)[number]) => {
    const url = `${group ? `/apis/${group}` : '/api'}/${version}/${plural}`
    return verbs.includes('list') && JSON.stringify(cluster.request({ method: 'GET', url, headers: {} })).includes('creationTimestamp')
  }
  const makers = ['defaults', 'beforeCreate', 'beforeUpdate'] as const
  const born = allKinds.flatMap((kind, at) => (isThere(kind) ? [[kind, early[at]!] as const] : []))
  expect(born.length).toBeGreaterThan(20)
  for (const [kind, bare] of born)
    expect([kind.kind, ...makers.filter((maker) => bare[maker])]).toEqual([kind.kind, ...makers.filter((maker) => kind[maker])])
})
