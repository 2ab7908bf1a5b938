import { describe, expect, test } from 'vitest'
import { compilationErrors } from '../../../../src/sim/api/crd/cel-rules'
import { fieldPath } from '../../../../src/sim/api/field-path'
import type { JSONSchemaProps } from '../../../../src/sim/api/types/apiextensions-v1.gen'

const errors = (schema: object) => compilationErrors(schema as JSONSchemaProps, fieldPath('spec')('validation')('openAPIV3Schema'))
const rule = (text: string) => ({ 'x-kubernetes-validations': [{ rule: text }] })
const listOf = (items: object, text: string, more: object = {}) => ({
  type: 'object',
  properties: { foo: { type: 'array', items, ...rule(text), ...more } },
})
const CONTAINS = "self.all(x, x.contains('gpu'))"
const isTooDear = (schema: object) => errors(schema).some(({ message }) => message.includes('estimated rule cost exceeds budget'))

describe('a rule that could cost too much is refused where its definition is written', () => {
  // Figures measured with the validator of a real API server.
  test.each([
    [16, 909_090],
    [63, 333_333],
    [253, 94_339],
    [1024, 24_154],
  ])('texts of at most %d characters may be searched in lists of at most %d items', (maxLength, maxItems) => {
    const items = { type: 'string', maxLength }
    expect(isTooDear(listOf(items, CONTAINS, { maxItems }))).toBe(false)
    expect(isTooDear(listOf(items, CONTAINS, { maxItems: maxItems + 10 }))).toBe(true)
  })

  test('one look at each item of a list without a bound is cheap enough, one within the other is not', () => {
    expect(errors(listOf({ type: 'integer' }, 'self.all(x, x == 5)'))).toEqual([])
    const nested = { type: 'array', items: { type: 'integer' } }
    expect(isTooDear(listOf(nested, 'self.all(x, x.all(y, y == 5))'))).toBe(true)
    expect(isTooDear(listOf({ type: 'object', properties: { a: { type: 'array', items: { type: 'string' }, ...rule(CONTAINS) } } }, 'true'))).toBe(true) // prettier-ignore
  })

  test('three complaints tell of one such rule: what it costs, that it adds to the whole, and what the whole costs', () => {
    const tries =
      '(try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)'
    expect(errors(listOf({ type: 'string' }, CONTAINS)).map(({ field, message }) => `${field}: ${message}`)).toEqual([
      `spec.validation.openAPIV3Schema.properties[foo].x-kubernetes-validations[0].rule: Forbidden: estimated rule cost exceeds budget by factor of more than 100x ${tries}`,
      'spec.validation.openAPIV3Schema.properties[foo].x-kubernetes-validations[0].rule: Forbidden: contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema',
      `spec.validation.openAPIV3Schema: Forbidden: x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema exceeds budget by factor of more than 100x ${tries}`,
    ])
  })

  test('rules that people write cost next to nothing', () => {
    const spec = {
      type: 'object',
      properties: { minReplicas: { type: 'integer' }, replicas: { type: 'integer' }, name: { type: 'string', maxLength: 63 } },
      'x-kubernetes-validations': [
        { rule: 'self.minReplicas <= self.replicas' },
        { rule: "self.name.matches('^[a-z]+$') && !self.name.startsWith('kube')" },
        { rule: "!has(self.name) || self.name == 'a' || size(self.name) < 10" },
        { rule: 'self.replicas >= oldSelf.replicas' },
      ],
    }
    expect(errors({ type: 'object', properties: { spec } })).toEqual([])
  })
})
