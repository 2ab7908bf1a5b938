import { expect, test } from 'vitest'
import type { LogLine } from '../../../../../src/sim/kubectl/companions/k9s/log-lines'
import { render } from '../../../../../src/sim/kubectl/companions/k9s/screen'
import { columnWidths } from '../../../../../src/sim/kubectl/companions/k9s/table-lines'
import { shownOf } from '../../../../../src/sim/kubectl/companions/k9s/filter'
import { toneOf } from '../../../../../src/sim/kubectl/companions/k9s/tones'
import { tableOf, topOf, type LogView, type State } from '../../../../../src/sim/kubectl/companions/k9s/state'
import { around, nodes, pods, stateOf, threePods } from './fixtures'

const facts = { context: 'dev', cluster: 'kubernetes', user: 'admin', version: 'v1.36.0', cpu: '7' }

function drawn(state: State, { columns = 90, rows = 20, log = [] as readonly LogLine[] } = {}): readonly string[] {
  const top = topOf(state)
  const shown = top.view === 'table' ? shownOf(threePods, top) : threePods
  const scene = { around: around(shown), facts, log, nowMs: 0 }
  return render(state, scene, { columns, rows }).map((line) => line.map(({ text }) => text).join('').trimEnd()) // prettier-ignore
}

test('the header tells where one is, and which keys there are', () => {
  const lines = drawn(stateOf())
  expect(lines.slice(0, 7).map((line) => line.slice(0, 16).trimEnd())).toEqual([
    ' Context: dev',
    ' Cluster: kubern',
    ' User:    admin',
    " K9s Rev: simula",
    ' K8s Rev: v1.36.',
    ' CPU:     7%',
    ' MEM:     n/a',
  ]) // prettier-ignore
  expect(lines.slice(0, 7).join('\n')).toMatch(/<0> all .*\n.*<1> default .*<ctrl-d> Delete/)
})

test('the table is titled with its resource, its namespace and how many there are', () => {
  expect(drawn(stateOf())[7]).toContain('─ pods(default)[3] ─')
  expect(drawn(stateOf({ stack: [tableOf(pods, '')] }))[7]).toContain(' pods(all)[3] ')
  expect(drawn(stateOf({ stack: [tableOf(nodes, '')] }))[7]).toContain(' nodes(all)[3] ')
  expect(drawn(stateOf({ stack: [tableOf(pods, 'default', { of: { path: 'default/web' }, filter: 'db' })] }))[7]).toContain(' pods(default/web)[1] </db> ')
}) // prettier-ignore

test('a table is as wide as its frame, its figures at the right', () => {
  const lines = drawn(stateOf(), { columns: 60 })
  expect(lines.slice(8, 12)).toEqual([
    '│ NAME↑            STATUS                      RESTARTS     │',
    '│ db               CrashLoopBackOff                 100     │',
    '│ web-1            Running                           10     │',
    '│ web-2            Running                            9     │',
  ].map((line) => expect.stringMatching(new RegExp(line.replaceAll(/ +/g, ' +').replace('│', '^│'))))) // prettier-ignore
})

test('spare columns go first where there is no room', () => {
  const columns = [{ name: 'NAME' }, { name: '%CPU/R', spare: true }]
  expect(columnWidths(columns, [12, 7], 15)).toEqual([15, 0])
  expect(columnWidths(columns, [12, 7], 21)).toEqual([13, 8])
})

test('a small window does without a header', () => {
  const lines = drawn(stateOf(), { rows: 12 })
  expect(lines[0]).toContain('pods(default)[3]')
  expect(lines[10]).toBe('  <pods>')
})

test('a log keeps to its end, looks back, wraps, and tells times when asked', () => {
  const log = Array.from({ length: 30 }, (_, i) => ({ from: 'nginx', time: '2026-01-01T00:00:00Z', text: `line ${i} ${'x'.repeat(70)}` }))
  const view: LogView = { view: 'logs', namespace: 'default', path: 'default/web', pod: 'web', container: 'nginx', previous: false, since: -1, autoscroll: true, wrap: false, timestamps: false, fullScreen: false, filter: '', back: 0 } // prettier-ignore
  const screen = (more: Partial<LogView>) => drawn(stateOf({ stack: [{ ...view, ...more }] }), { columns: 60, rows: 20, log }).join('\n')
  expect(screen({})).toContain(' Logs(default/web:nginx)[tail] ')
  expect(screen({})).toMatch(/line 29/)
  expect(screen({})).not.toMatch(/line 10/)
  expect(screen({ back: 20 })).not.toMatch(/line 29/)
  expect(screen({ wrap: true }).match(/line/g)!.length).toBeLessThan(screen({}).match(/line/g)!.length)
  expect(screen({ timestamps: true })).toContain('2026-01-01T00:00:00Z line 29')
  expect(screen({ previous: true, since: 300 })).toContain(' Previous Logs(default/web:nginx)[5m] ')
  expect(screen({ fullScreen: true })).not.toContain('Context:')
})

test.each([
  ['Running', '1/1', 'plain'],
  ['Running', '0/1', 'faulty'],
  ['Pending', '0/1', 'waiting'],
  ['ContainerCreating', '0/1', 'waiting'],
  ['Init:0/2', '0/1', 'new'],
  ['Init:CrashLoopBackOff', '0/1', 'faulty'],
  ['CrashLoopBackOff', '0/1', 'faulty'],
  ['ImagePullBackOff', '0/1', 'faulty'],
  ['OOMKilled', '0/1', 'faulty'],
  ['Completed', '0/1', 'done'],
  ['Terminating', '1/1', 'leaving'],
] as const)('a pod that is %s with %s ready is %s', (status, ready, tone) => {
  expect(toneOf([{ name: 'STATUS' }, { name: 'READY' }], [status, ready], undefined)).toBe(tone)
})

test('in a narrow window names are cut and keys are not; the help scrolls', () => {
  const facts80 = drawn(stateOf({ context: 'kubernetes-admin@kubernetes' }), { columns: 80, rows: 24 })
  expect(facts80[0]).toMatch(/<0> all .*<a> +Attach +<p> Logs Previous$/)
  const help = (top: number) => drawn(stateOf({ stack: [tableOf(pods, 'default'), { view: 'help', top }] }), { columns: 90, rows: 14 }).join('\n')
  expect(help(0)).toMatch(/RESOURCE +GENERAL +NAVIGATION[^]*<a> +Attach +<\?> +Help +<g> +Goto Top/)
  expect(help(0)).not.toContain('Sort IP')
  expect(help(20)).toContain('Sort IP')
}) // prettier-ignore
