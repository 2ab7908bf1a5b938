import { describe, expect, test } from 'vitest'
import { conform } from '../../../../src/sim/api/schema/conform'
import { isServed, resourceRows, structNamed, type ScalarName, type Type } from '../../../../src/sim/api/schema/schema'

const PLAUSIBLE: Readonly<Record<ScalarName, unknown>> = {
  string: 'text',
  boolean: true,
  int32: 7,
  int64: 7,
  float64: 0.5,
  bytes: 'YQ==',
  time: '2026-01-01T00:00:00Z',
  microtime: '2026-01-01T00:00:00.000000Z',
  duration: '1m0s',
  quantity: '250m',
  'int-or-string': '25%',
  object: { any: ['thing', 1, { deep: null }] },
}

/** A value in which every field is set; types that contain themselves are cut off. */
function maximal(type: Type, within: readonly string[] = []): unknown {
  switch (type.is) {
    case 'scalar':
      return PLAUSIBLE[type.scalar]
    case 'list':
      return isCircular(type.of, within) ? undefined : [maximal(type.of, within)]
    case 'map':
      return isCircular(type.of, within) ? undefined : { key: maximal(type.of, within) }
    case 'struct': {
      const fields = [...type.fields.values()].filter(({ type: inner }) => !isCircular(inner, [...within, type.name]))
      return Object.fromEntries(
        fields.map((field) => [field.name, maximal(field.type, [...within, type.name])]).filter(([, value]) => value !== undefined),
      )
    }
  }
}

const isCircular = (type: Type, within: readonly string[]) => type.is === 'struct' && within.includes(type.name)

const kinds = resourceRows.filter(({ group, version, kind }) => isServed([1, 36], group, version, kind))

describe('an object with every field set', () => {
  test.each(kinds.map(({ type }) => [type]))('%s is read without a loss', (name) => {
    const type = structNamed(name)!
    const object = { apiVersion: 'x/v1', kind: 'X', ...(maximal(type) as object) }
    const unknown: string[] = []
    expect(conform(object, type, { findings: { unknown } })).toBe(object)
    expect(unknown).toEqual([])
  })

  test.each(kinds.map(({ type }) => [type]))('%s as sparse as can be is read the same the second time', (name) => {
    const type = structNamed(name)!
    const once = conform({ metadata: {} }, type, { defaults: true })
    expect(conform(once, type, { defaults: true })).toBe(once)
  })
})

test('there are as many kinds to read as a release has', () => {
  expect(kinds.length).toBeGreaterThan(50)
})
