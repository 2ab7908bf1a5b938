import { expect, test } from 'vitest'
import { createCluster } from '../../../../src/sim/cluster'

test.each([
  ['echo \'$NAME ${NAME} $OTHER.\' | NAME=web envsubst', 'web web .\n'],
  ['echo \'$NAME $OTHER\' | NAME=web envsubst \'$NAME\'', 'web $OTHER\n'],
  ['envsubst -v \'$A and ${B}\'', 'A\nB\n'],
  ['printf hello | cksum', '3287646509 5\n'],
  ['groups', 'root\n'],
])('%s', (line, said) => expect(createCluster({ workers: 1 }).run(line).stdout).toBe(said)) // prettier-ignore
