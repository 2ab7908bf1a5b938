import { expect, test } from 'vitest'
import { en } from '../../../src/ui/i18n/en'
import { translate, type MessageKey } from '../../../src/ui/i18n/i18n'
import { ja } from '../../../src/ui/i18n/ja'

const keys = Object.keys(en) as MessageKey[] // the table's own keys
const holes = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort()

test('English and Japanese say the same things', () => {
  expect(Object.keys(ja).sort()).toEqual([...keys].sort())
})

test.each(keys)('%s leaves the same gaps to fill in both languages', (key) => {
  expect(holes(ja[key])).toEqual(holes(en[key]))
})

test('a sentence is filled in; what nobody gave stays visible', () => {
  expect(translate(en, 'status.nodes', { ready: 3, total: 4 })).toBe('3/4 nodes Ready')
  expect(translate(ja, 'status.nodes', { ready: 3, total: 4 })).toBe('ノード 3/4 Ready')
  expect(translate(en, 'status.nodes', { ready: 3 })).toBe('3/{total} nodes Ready')
})
