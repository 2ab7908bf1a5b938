import { expect, test } from 'vitest'
import { resourceQuota as quotaAdmission } from '../../../../src/sim/api/admission/resource-quota'
import { pod } from '../../../../src/sim/kinds/core/pod'
import { resourceQuota } from '../../../../src/sim/kinds/core/resource-quota'
import { storyOf } from '../../story'
import { smallCluster, template } from '../small-cluster'

test('given a quota, when Pods come, are refused and go, then its status follows, and it never tells an event', () => {
  const cluster = smallCluster({ only: ['resourcequota-controller'], admission: [quotaAdmission] })
  const heard = storyOf(cluster, [resourceQuota])
  const status = () => {
    const { hard, used } = cluster.client.get(resourceQuota, 'default', 'few')!.status ?? {}
    return `hard ${JSON.stringify(hard)} used ${JSON.stringify(used)}`
  }
  cluster.create(resourceQuota, { metadata: { name: 'few' }, spec: { hard: { pods: '1' } } })
  expect(status()).toBe('hard undefined used undefined')
  cluster.advance(1000)
  expect(status()).toBe('hard {"pods":"1"} used {"pods":"0"}')
  const aPod = (name: string) => cluster.create(pod, { metadata: { name }, spec: template({}).spec })
  aPod('a')
  expect(status()).toBe('hard {"pods":"1"} used {"pods":"1"}')
  expect(() => aPod('b')).toThrow('pods "b" is forbidden: exceeded quota: few, requested: pods=1, used: pods=1, limited: pods=1')
  cluster.advance(5000)
  cluster.client.delete(pod, 'default', 'a')
  cluster.advance(5000)
  expect(status()).toBe('hard {"pods":"1"} used {"pods":"0"}')
  cluster.client.patch(resourceQuota, 'default', 'few', 'merge', { spec: { hard: { pods: '3' } } })
  cluster.advance(1000)
  expect(status()).toBe('hard {"pods":"3"} used {"pods":"0"}')
  expect(heard.told()).toBe('')
})
