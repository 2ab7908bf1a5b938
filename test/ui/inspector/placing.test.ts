import { expect, test } from 'vitest'
import { inOrder } from '../../../src/ui/inspector/placing'

test('the chosen node comes first, then the others by their points, then those that were refused', () => {
  const nodes = [
    { node: 'small', total: 90 },
    { node: 'large', total: 120 },
    { node: 'lucky', total: 120 },
    { node: 'controlplane', refusedBy: 'TaintToleration', reasons: ['node(s) had untolerated taint'] },
  ]
  const explanation = { pod: 'default/web', atMs: 0, attempt: 1, chosen: 'lucky', message: undefined, nodes }
  expect(inOrder(explanation).map(({ node }) => node)).toEqual(['lucky', 'large', 'small', 'controlplane'])
})
