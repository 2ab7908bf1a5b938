import { expect, test } from 'vitest'
import { hostTools } from '../../../src/sim/node/host-tools'
import { hostToolNames } from '../../../src/sim/node/late-host-tools'

test('every administrator’s tool has a file on the host before its code is loaded', () => {
  const unused = () => {
    throw new Error('no tool is run')
  }
  expect(Object.keys(hostTools(unused)).sort()).toEqual([...hostToolNames].sort())
})
