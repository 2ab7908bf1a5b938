import { expect, test } from 'vitest'
import { assembleCluster } from '../../src/sim/assemble'
import { createCluster } from '../../src/sim/cluster'
import { createLatePrograms } from '../../src/sim/late-programs'
import { everyProgram } from '../../src/sim/programs'

test('a command typed before its program is loaded waits, virtual time with it, and the story is the same as without the wait', () => {
  const script = 'echo first; kubectl get nodes | head -n 2; date'
  const programs = createLatePrograms()
  const cluster = assembleCluster({ seed: 4 }, programs)
  const run = cluster.start(script)
  while (!cluster.engine.held) cluster.engine.step()
  const { nowMs, processed } = cluster.engine
  expect(() => cluster.engine.step()).toThrow('virtual time is held')
  programs.arrive(everyProgram)
  expect(cluster.engine.held).toBe(false)
  expect([cluster.engine.nowMs, cluster.engine.processed]).toEqual([nowMs, processed])
  cluster.until(() => run.result !== undefined)

  const whole = createCluster({ seed: 4 })
  expect(run.result).toEqual(whole.run(script))
  expect([cluster.engine.nowMs, cluster.engine.processed]).toEqual([whole.engine.nowMs, whole.engine.processed])
})
