import { expect, test } from 'vitest'
import { compareValues, sortBy } from '../../../src/sim/kubectl/printers/sort'
import { alignTable, tableLines } from '../../../src/sim/kubectl/printers/table'
import { descriptionColumns, tabulate } from '../../../src/sim/kubectl/printers/tabwriter'
import { parseCustomColumns, customColumnLines } from '../../../src/sim/kubectl/printers/custom-columns'

test('columns are as wide as their widest cell and three blanks; the last one is not padded', () => {
  const columns = [
    { name: 'Name', type: 'string', format: 'name', priority: 0 },
    { name: 'Ready', type: 'string', priority: 0 },
    { name: 'IP', type: 'string', priority: 1 },
  ]
  const rows = [{ cells: ['a', '1/1', '10.0.0.1'] }, { cells: ['日本語の名前', '0/1', '<none>'] }]
  expect(alignTable(tableLines(columns, rows, {}))).toBe('NAME     READY\na        1/1\n日本語の名前   0/1\n')
  expect(alignTable(tableLines(columns, rows, { wide: true, noHeaders: true, kind: 'pod' }))).toBe(
    'pod/a        1/1   10.0.0.1\npod/日本語の名前   0/1   <none>\n',
  )
})

test('the columns of a watch never become narrower', () => {
  const remembered: number[] = []
  alignTable('a-very-long-name\tx\n', remembered)
  expect(alignTable('b\tx\n', remembered)).toBe('b                  x\n')
})

test('a line without a cell in a column ends the block that shares its width', () => {
  expect(tabulate('Name:\tx\nLabels:\ta=b\n\tc=d\nContainers:\n  c:\n    Image:\tnginx\n', descriptionColumns)).toBe(
    'Name:    x\nLabels:  a=b\n         c=d\nContainers:\n  c:\n    Image:  nginx\n',
  )
})

test('--sort-by compares numbers by size, quantities by amount and texts as they are spelt', () => {
  const items = [{ a: '10Gi' }, { a: '900Mi' }, { a: '1' }]
  expect(sortBy(items, '{.a}', (item) => item).map(({ a }) => a)).toEqual(['1', '900Mi', '10Gi'])
  expect(['a9', 'b', 'a10'].sort(compareValues)).toEqual(['a10', 'a9', 'b'])
  expect(() => sortBy(items, '{.nope}', (item) => item)).toThrow('couldn\'t find any field with path "{.nope}" in the list of objects')
})

test('custom columns show <none> for what is missing and refuse what is no column', () => {
  const columns = parseCustomColumns('N:.metadata.name,X:{.nope},I:.spec.containers[*].image')
  expect(customColumnLines(columns, [{ metadata: { name: 'a' }, spec: { containers: [{ image: 'x' }, { image: 'y' }] } }], false)).toEqual({
    lines: 'N\tX\tI\na\t<none>\tx,y\n',
  })
  expect(customColumnLines(parseCustomColumns('N:.a[b]'), [], false)).toEqual({ lines: 'N\n', problem: 'invalid array index b' })
  expect(customColumnLines(parseCustomColumns('N:.a[1]'), [{ a: [0] }], true)).toEqual({
    lines: '',
    problem: 'array index out of bounds: index 1, length 1',
  })
  expect(() => parseCustomColumns('foo')).toThrow('unexpected custom-columns spec: foo, expected <header>:<json-path-expr>')
  expect(() => parseCustomColumns('')).toThrow('custom-columns format specified but no custom columns given')
})
