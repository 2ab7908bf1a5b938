import { expect, test } from 'vitest'
import { busyboxTools, tools } from '../../../../src/sim/shell/tools/all'
import { busyboxToolNames, toolNames } from '../../../../src/sim/shell/tools/names'

test('the lists of names, from which file trees are made, name every tool and no other', () => {
  expect(toolNames).toEqual(Object.keys(tools).sort())
  expect(busyboxToolNames).toEqual(Object.keys(busyboxTools).sort())
})
