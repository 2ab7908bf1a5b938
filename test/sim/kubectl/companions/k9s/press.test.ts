import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AnyObject } from '../../../../../src/sim/api/object'
import { tableKeys, keysOf } from '../../../../../src/sim/kubectl/companions/k9s/keys'
import { press } from '../../../../../src/sim/kubectl/companions/k9s/press'
import { written } from '../../../../../src/sim/kubectl/companions/k9s/frame'
import { contentHeight, render } from '../../../../../src/sim/kubectl/companions/k9s/screen'
import { shownOf } from '../../../../../src/sim/kubectl/companions/k9s/filter'
import { tableOf, topOf, type Effect, type Sheet, type State, type TableView } from '../../../../../src/sim/kubectl/companions/k9s/state'
import { around, deployments, namespaces, nodes, pods, row, stateOf, threePods, types } from './fixtures'

/** Presses keys one after the other; what the table on top shows stays the same. */
function pressed(keys: readonly string[], state: State, sheet: Sheet = threePods) {
  const effects: Effect[] = []
  let now = state
  for (const key of keys) {
    const top = topOf(now)
    const shown = top.view === 'table' ? shownOf(sheet, top) : sheet
    const outcome = press(now, key, around(shown))
    now = outcome.state
    effects.push(...outcome.effects)
  }
  return { state: now, effects, top: topOf(now) }
}

const table = (view: unknown) => view as TableView
const object = (kind: string, spec: unknown, more: Partial<AnyObject> = {}): AnyObject => ({ apiVersion: 'v1', kind, metadata: { name: 'web', namespace: 'default', uid: 'u1' }, spec, ...more }) as AnyObject // prettier-ignore
const one = (kind: string, spec: unknown, namespace = 'default'): Sheet => ({
  columns: [{ name: 'NAMESPACE' }, { name: 'NAME' }],
  rows: [row(namespace, 'web', [], { object: object(kind, spec) })],
})

describe('moving', () => {
  test.each([
    [['j'], 'default/web-1'],
    [['down', 'down'], 'default/web-2'],
    [['j', 'j', 'j', 'j'], 'default/web-2'],
    [['G'], 'default/web-2'],
    [['G', 'g'], 'default/db'],
    [['G', 'k'], 'default/web-1'],
    [['page down'], 'default/web-2'],
  ])('%j ends on %s', (keys, key) => {
    expect(table(pressed(keys, stateOf()).top).selected).toBe(key)
  })
})

describe('Enter', () => {
  test.each([
    ['a deployment leads to its pods', deployments, one('Deployment', { selector: { matchLabels: { app: 'web' } } }), pods, { path: 'default/web', labelSelector: 'app=web' }],
    ['a node leads to the pods on it', nodes, one('Node', {}, ''), pods, { path: 'web', fieldSelector: 'spec.nodeName=web' }],
    ['a pod leads to its containers', pods, one('Pod', {}), 'containers', { path: 'default/web' }],
  ] as const)('%s', (_, lists, sheet, leadsTo, of) => {
    const { top, state } = pressed(['enter'], stateOf({ stack: [tableOf(lists, lists.namespaced ? 'default' : '')] }), sheet)
    expect(table(top)).toMatchObject({ lists: leadsTo, of })
    expect(pressed(['esc'], state).state.stack).toHaveLength(1)
  }) // prettier-ignore

  test('a namespace leads to its pods, which commands then work in', () => {
    const sheet = { columns: threePods.columns, rows: [row('', 'kube-system')] }
    const { state, top } = pressed(['enter'], stateOf({ stack: [tableOf(namespaces, '')] }), sheet)
    expect(table(top)).toMatchObject({ lists: pods, namespace: 'kube-system' })
    expect(state).toMatchObject({ namespace: 'kube-system', favourites: ['default', 'kube-system'] })
  })

  test('what has nothing behind it is described', () => {
    const { effects } = pressed(['enter'], stateOf({ stack: [tableOf(types[6]!, 'default')] }), one('Secret', undefined))
    expect(effects).toEqual([
      { do: 'show', title: 'Describe', subject: 'default/web', words: ['describe', 'secrets', 'web', '-n', 'default'] },
    ])
  })
})

describe('what kubectl is asked', () => {
  test.each([
    ['d', [{ do: 'show', title: 'Describe', subject: 'default/db', words: ['describe', 'pods', 'db', '-n', 'default'] }]],
    ['y', [{ do: 'show', title: 'YAML', subject: 'default/db', words: ['get', 'pods', 'db', '-n', 'default', '-o', 'yaml'] }]],
    ['e', [{ do: 'terminal', words: ['edit', 'pods', 'db', '-n', 'default'] }]],
    ['ctrl-k', [{ do: 'kubectl', words: ['delete', 'pods', 'db', '-n', 'default', '--now', '--wait=false'], done: 'Kill pod default/db' }]],
  ])('%s', (key, effects) => {
    expect(pressed([key], stateOf()).effects).toEqual(effects)
  })

  test('Ctrl-D asks first: Enter alone means no, Tab and Enter yes', () => {
    expect(pressed(['ctrl-d', 'enter'], stateOf())).toMatchObject({ effects: [], state: { dialog: undefined } })
    const { effects } = pressed(['ctrl-d', 'tab', 'enter'], stateOf())
    expect(effects).toMatchObject([{ words: ['delete', 'pods', 'db', '-n', 'default', '--wait=false', '--cascade=background'] }])
  })

  test('marked rows are deleted together', () => {
    const { effects } = pressed([' ', 'j', 'j', ' ', 'ctrl-d', 'tab', 'enter'], stateOf())
    expect(effects).toMatchObject([{ words: ['delete', 'pods', 'db', 'web-2', '-n', 'default', '--wait=false', '--cascade=background'] }])
  })

  test('Ctrl-Space marks all rows between a mark and the cursor, Ctrl-\\ takes the marks away', () => {
    const marked = pressed([' ', 'G', 'ctrl-space'], stateOf())
    expect([...table(marked.top).marks]).toEqual(['default/db', 'default/web-1', 'default/web-2'])
    expect(table(pressed(['ctrl-\\'], marked.state).top).marks.size).toBe(0)
  })

  test('a deployment is scaled by a dialog that knows how many there are', () => {
    const state = stateOf({ stack: [tableOf(deployments, 'default')] })
    const sheet = one('Deployment', { replicas: 2, selector: {} })
    const { effects } = pressed(['s', 'backspace', '5', 'enter', 'enter'], state, sheet)
    expect(effects).toMatchObject([{ words: ['scale', 'deployments.apps', 'web', '-n', 'default', '--replicas=5'] }])
    expect(pressed(['s', 'backspace', 'x', 'tab', 'enter'], state, sheet)).toMatchObject({
      effects: [],
      state: { flash: { tone: 'faulty' } },
    })
  })

  test('a node is cordoned after a question, and r drains it', () => {
    const state = stateOf({ stack: [tableOf(nodes, '')] })
    expect(pressed(['c', 'tab', 'enter'], state, one('Node', {}, '')).effects).toMatchObject([{ words: ['cordon', 'web'] }])
    const drained = pressed(['r', 'tab', 'tab', ' ', 'backtab', 'backtab', 'backtab', 'enter'], state, one('Node', {}, ''))
    expect(drained.effects).toMatchObject([{ words: ['drain', 'web', '--grace-period=-1', '--timeout=5s', '--ignore-daemonsets'] }])
  })

  test('a shell goes into the only container at once, and asks where there are several', () => {
    const running = (names: readonly string[]): Sheet => ({
      ...threePods,
      rows: [row('default', 'web', ['Running'], { object: { ...object('Pod', { containers: names.map((name) => ({ name })) }), status: { phase: 'Running' } } as unknown as AnyObject })], // prettier-ignore
    })
    expect(pressed(['s'], stateOf(), running(['nginx'])).effects).toMatchObject([
      { do: 'terminal', words: expect.arrayContaining(['-c', 'nginx']) },
    ])
    const asked = pressed(['s', 'right', 'enter', 'enter'], stateOf(), running(['nginx', 'side']))
    expect(asked.effects).toMatchObject([{ do: 'terminal', words: expect.arrayContaining(['-c', 'side']) }])
  })
})

test('read-only mode has no key that changes anything', () => {
  const writing = [...new Set(tableKeys.filter(({ writes }) => writes).map(({ key }) => key))]
  for (const key of writing) {
    const { effects, state } = pressed([key], stateOf({ readOnly: true }))
    expect({ key, effects, dialog: state.dialog }).toEqual({ key, effects: [], dialog: undefined })
  }
})

test('a table has no key twice, save where one is its own', () => {
  for (const type of types) {
    const keys = keysOf(type, false).filter(({ on }) => on).map(({ key }) => key) // prettier-ignore
    expect(keys).toEqual([...new Set(keys)])
  }
})

test('sort keys sort, and the other way round when pressed again', () => {
  const sorted = pressed(['T'], stateOf())
  expect(table(sorted.top).sort).toEqual({ column: 'RESTARTS', ascending: false })
  expect(table(pressed(['T'], sorted.state).top).sort.ascending).toBe(true)
  expect(table(pressed(['C'], stateOf()).top).sort.column).toBe('NAME')
})

test('0 shows all namespaces and a digit one of those one has been in', () => {
  const all = pressed(['0'], stateOf())
  expect(table(all.top)).toMatchObject({ namespace: '', sort: { column: 'NAMESPACE' } })
  expect(table(pressed(['1'], all.state).top).namespace).toBe('default')
  expect(table(pressed(['7'], all.state).top).namespace).toBe('')
})

test('a filter works while it is typed; Esc takes it away before it goes back', () => {
  const filtered = pressed(['enter', '/', 'x'], stateOf(), one('Pod', {}))
  expect(table(filtered.top).filter).toBe('x')
  const kept = pressed(['enter'], filtered.state)
  expect(kept.state.prompt).toBeUndefined()
  const cleared = pressed(['esc'], kept.state)
  expect([table(cleared.top).filter, cleared.state.stack.length]).toEqual(['', 2])
  expect(pressed(['esc'], cleared.state).state.stack).toHaveLength(1)
})

test('Tab takes what the prompt offers, the arrows offer something else', () => {
  expect(pressed([':', 'd', 'e', 'p', 'tab'], stateOf()).state.prompt?.text).toBe('deploy')
  expect(pressed([':', 'd', 'e', 'p', 'down', 'tab'], stateOf()).state.prompt?.text).toBe('deployment')
  expect(pressed([':', 's', 'v', 'c', 'enter'], stateOf()).top).toMatchObject({ lists: { plural: 'services' } })
})

const KEYS = [...'jkgG0123/:?-[]dyelsapcruxotqhF \u{1f600}', ...'NAPRSTCMXZIOUL', 'enter', 'esc', 'tab', 'backtab', 'up', 'down', 'left', 'right', 'backspace', 'page up', 'page down', 'ctrl-a', 'ctrl-d', 'ctrl-e', 'ctrl-g', 'ctrl-k', 'ctrl-u', 'ctrl-w', 'ctrl-z', 'ctrl-space', 'ctrl-\\'] // prettier-ignore

test('whatever is pressed, the screen has its lines and each is as wide as the window', () => {
  const key = fc.constantFrom(...KEYS)
  const size = fc.record({ columns: fc.integer({ min: 20, max: 160 }), rows: fc.integer({ min: 8, max: 50 }) })
  fc.assert(
    fc.property(fc.array(key, { maxLength: 25 }), size, (keys, window) => {
      const { state } = pressed(keys, stateOf())
      const top = topOf(state)
      const shown = top.view === 'table' ? shownOf(threePods, top) : threePods
      const facts = { context: 'dev', cluster: 'c', user: 'u', version: 'v1.36.0' }
      const scene = { around: around(shown, { height: contentHeight(state, window) }), facts, log: [], nowMs: 0 }
      const lines = render(state, scene, window)
      expect(lines).toHaveLength(window.rows)
      for (const line of lines) expect([...written(line).replace(/\x1b\[[\d;]*m/g, '').replace(/\u{1f600}/gu, '**')]).toHaveLength(window.columns)
    }),
    { numRuns: 150 },
  )
}) // prettier-ignore
