import { expect, test } from 'vitest'
import { lets, shownOf } from '../../../../../src/sim/kubectl/companions/k9s/filter'
import { nextKey } from '../../../../../src/sim/kubectl/companions/k9s/keyboard'
import { tableOf, type TableView } from '../../../../../src/sim/kubectl/companions/k9s/state'
import { pods, row, threePods } from './fixtures'

test.each([
  ['', 'web', true],
  ['web', 'web-1 Running', true],
  ['WEB', 'web-1', true],
  ['web|db', 'db', true],
  ['^db', 'my-db', false],
  ['!web', 'web-1', false],
  ['! web', 'db', true],
  ['-l app=web', 'anything', true],
  ['-f wb1', 'web-1', true],
  ['-f 1bw', 'web-1', false],
  ['web(', 'web(1', true],
  ['[', 'a', false],
])('the filter %j and the row %j', (filter, text, isLet) => {
  expect(lets(filter, text)).toBe(isLet)
})

const names = (more: Partial<TableView>) => shownOf(threePods, tableOf(pods, 'default', more)).rows.map(({ name }) => name)

test.each([
  ['by name', {}, ['db', 'web-1', 'web-2']],
  ['by name from the end', { sort: { column: 'NAME', ascending: false } }, ['web-2', 'web-1', 'db']],
  ['figures by their size', { sort: { column: 'RESTARTS', ascending: true } }, ['web-2', 'web-1', 'db']],
  ['equals by their names', { sort: { column: 'STATUS', ascending: true } }, ['db', 'web-1', 'web-2']],
  ['by a column that is not there: as they come', { sort: { column: 'CPU', ascending: true } }, ['web-1', 'web-2', 'db']],
  ['only what is not well', { faults: true }, ['db']],
  ['filtered', { filter: '!db' }, ['web-1', 'web-2']],
] as const)('rows are shown %s', (_, view, expected) => {
  expect(names(view)).toEqual(expected)
})

test('the youngest comes first when rows are sorted by age', () => {
  const aged = (name: string, moment: number) => row('', name, ['?'], { times: { 2: moment } })
  const sheet = { columns: [{ name: 'NAMESPACE' }, { name: 'NAME' }, { name: 'AGE' }], rows: [aged('old', 1), aged('young', 99)] }
  const shown = shownOf(sheet, tableOf(pods, 'default', { sort: { column: 'AGE', ascending: true } }))
  expect(shown.rows.map(({ name, times }) => [name, times])).toEqual([['young', { 1: 99 }], ['old', { 1: 1 }]]) // prettier-ignore
})

test('NAMESPACE is shown for all namespaces, wide columns when they are asked for', () => {
  const columns = (namespace: string, wide = false) =>
    shownOf(threePods, tableOf(pods, namespace, { wide })).columns.map(({ name }) => name)
  expect(columns('default')).toEqual(['NAME', 'STATUS', 'RESTARTS'])
  expect(columns('', true)).toEqual(['NAMESPACE', 'NAME', 'STATUS', 'RESTARTS', 'QOS'])
})

test.each([
  ['j', 'j', ''],
  ['\x04x', 'ctrl-d', 'x'],
  ['\x1b[Aj', 'up', 'j'],
  ['\x1bOB', 'down', ''],
  ['\x1b[5~', 'page up', ''],
  ['\x1b', 'esc', ''],
  ['\r', 'enter', ''],
  ['\t', 'tab', ''],
  ['\x1b[Z', 'backtab', ''],
  ['\x7f', 'backspace', ''],
  ['\0', 'ctrl-space', ''],
  ['\x1c', 'ctrl-\\', ''],
  ['日本', '日', '本'],
])('the keys %j begin with %s', (typed, key, rest) => {
  expect(nextKey(typed)).toEqual([key, rest])
})
