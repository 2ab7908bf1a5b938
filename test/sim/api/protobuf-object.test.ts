import { expect, test } from 'vitest'
import type { KubeObject } from '../../../src/sim/api/object'
import { messageOf, protobufReader } from '../../../src/sim/api/protobuf'
import { protobufOf } from '../../../src/sim/api/protobuf-object'
import { createApi } from '../kinds/api'
import { maximalObject } from '../kinds/maximal-objects'

/** Fields that the table of field numbers does not have, or not under their name. */
const LACKING = ['Pod', 'IngressClass']

const served = createApi()
  .server.registry.all()
  .filter(({ kind, apiVersion }) => !kind.answer && !LACKING.includes(kind.kind) && messageOf(apiVersion, kind.kind))

test.each(served.map((each) => [`${each.apiVersion} ${each.kind.kind}`, each] as const))(
  'a %s with every field set is the same object again when its protobuf is read',
  (_, each) => {
    const object = maximalObject(each, 'it') as unknown as KubeObject // made by the schema of a kind
    const bytes = protobufOf(object)
    expect(protobufReader.read(bytes!, { group: each.group, version: each.version, kind: each.kind.kind })).toEqual(object)
  },
)

test('a kind that has no message is kept as JSON', () => {
  expect(protobufOf({ apiVersion: 'stable.example.com/v1', kind: 'CronTab', metadata: { name: 'it' } } as KubeObject)).toBeUndefined()
})
