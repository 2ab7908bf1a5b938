import { expect, test, vi } from 'vitest'
import { createCluster } from '../../src/sim/cluster'

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
  const pods = (cluster: typeof whole) => {
    const { headers, ...answer } = cluster.request({ method: 'GET', url: '/api/v1/pods', headers: {} })
    // Which flow a request falls under is told once that code is there: whoever reads headers came later.
    return { ...answer, headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith('x-kubernetes-pf-'))) }
  }
  expect(pods(early)).toEqual(pods(whole))
  expect([early.engine.nowMs, early.engine.processed]).toEqual([whole.engine.nowMs, whole.engine.processed])
})
