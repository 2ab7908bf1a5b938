import { expect, test } from 'vitest'
import type { SubresourceHandler } from '../../../src/sim/api/hooks'
import { waitingSubresources } from '../../../src/sim/kinds/late-subresources'
import { peopleSubresources } from '../../../src/sim/kinds/people-subresources'

test('what is served before its code has come is what the code serves', () => {
  const outline = (handler: SubresourceHandler) =>
    JSON.stringify({ ...handler, sort: 'handle' in handler ? 'call' : 'part' }, [
      'of',
      'group',
      'plural',
      'subresource',
      'verbs',
      'body',
      'options',
      'version',
      'kind',
      'sort',
    ])
  expect(waitingSubresources.map(outline).sort()).toEqual(peopleSubresources.map(outline).sort())
})
