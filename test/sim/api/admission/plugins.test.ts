import { expect, test } from 'vitest'
import { admissionPlugins } from '../../../../src/sim/api/admission/plugins'
import { latePlugins } from '../../../../src/sim/api/admission/late-plugins'
import { allKinds } from '../../../../src/sim/kinds/all'
import '../../../../src/sim/late-parts'

const names = new Set(allKinds.map(({ group, plural }) => (group === '' ? plural : `${plural}.${group}`)))

test.each(admissionPlugins.map(({ name, about }) => [name, about] as const))('%s is asked about resources that there are', (_, about) => {
  expect((about ?? []).filter((name) => !names.has(name))).toEqual([])
})

test('every plugin whose code comes later has its place among the others', () => {
  const placed = new Set(admissionPlugins.map(({ name }) => name))
  expect(latePlugins.code.map(({ name }) => name).filter((name) => !placed.has(name))).toEqual([])
})
