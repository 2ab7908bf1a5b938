import { expect, test } from 'vitest'
import { obey, revisit, suggestions } from '../../../../../src/sim/kubectl/companions/k9s/commands'
import { topOf, type TableView } from '../../../../../src/sim/kubectl/companions/k9s/state'
import { around, stateOf } from './fixtures'

const opened = (line: string, state = stateOf()) => {
  const { state: next, effects } = obey(state, line, around())
  const { lists, namespace, filter } = topOf(next) as TableView
  return { shows: typeof lists === 'string' ? lists : lists.plural, namespace, filter, effects, flash: next.flash?.text, state: next }
}

test.each([
  ['po', 'pods', 'default', ''],
  ['pod', 'pods', 'default', ''],
  ['pods kube-system', 'pods', 'kube-system', ''],
  ['pod -n kube-system', 'pods', 'kube-system', ''],
  ['po all', 'pods', '', ''],
  ['dp', 'deployments', 'default', ''],
  ['deploy', 'deployments', 'default', ''],
  ['deployments.apps', 'deployments', 'default', ''],
  ['sec', 'secrets', 'default', ''],
  ['no', 'nodes', '', ''],
  ['ns', 'namespaces', '', ''],
  ['ns kube-system', 'pods', 'kube-system', ''],
  ['po /web', 'pods', 'default', 'web'],
  ['po app=web,tier=front', 'pods', 'default', '-l app=web,tier=front'],
  ['po kube-system /dns', 'pods', 'kube-system', 'dns'],
  ['ctx', 'contexts', '', ''],
  ['alias', 'aliases', '', ''],
])(':%s shows %s', (line, shows, namespace, filter) => {
  expect(opened(line)).toMatchObject({ shows, namespace, filter, flash: undefined })
})

test.each(['q', 'q!', 'qa', 'quit', 'exit'])(':%s leaves', (line) => {
  expect(opened(line).effects).toEqual([{ do: 'quit' }])
})

test.each([
  ['frob', 'Huh? "frob" command not found'],
  ['po nowhere', 'namespace "nowhere" not found'],
  ['xray deploy', 'The xray view is not part of this k9s.'],
  ['pulses', 'The pulses view is not part of this k9s.'],
])(':%s is answered with %s', (line, text) => {
  expect(opened(line)).toMatchObject({ shows: 'pods', flash: text })
})

test(':ctx with a name, or @ and a name behind a resource, goes to another context', () => {
  expect(opened('ctx prod').effects).toEqual([{ do: 'context', name: 'prod' }])
  expect(opened('po @prod').effects).toEqual([{ do: 'context', name: 'prod' }])
})

test('commands stay in the namespace that the last one named, and a digit leads back to it', () => {
  const { state } = opened('svc kube-system')
  expect(state.favourites).toEqual(['default', 'kube-system'])
  expect(opened('deploy', state).namespace).toBe('kube-system')
})

test('[ and ] go through the commands', () => {
  const second = opened('svc', opened('deploy').state).state
  const back = revisit(second, -1, around()).state
  expect((topOf(back) as TableView).lists).toMatchObject({ plural: 'deployments' })
  expect((topOf(revisit(back, 1, around()).state) as TableView).lists).toMatchObject({ plural: 'services' })
  expect(revisit(second, 1, around()).state.flash?.text).toContain('nothing further')
})

test.each([
  ['dep', ['loy', 'loyment', 'loyments']],
  ['svc', []],
  ['', []],
  ['po kube', ['-system']],
  ['po ', ['all', 'default', 'kube-system']],
  ['ctx p', ['rod']],
  ['no x y', []],
])('what is offered behind :%s', (text, offers) => {
  expect(suggestions({ text }, around())).toEqual(offers)
})
