import { expect, test } from 'vitest'
import { secret } from '../../../../src/sim/kinds/core/secret'
import { serviceAccount } from '../../../../src/sim/kinds/core/service-account'
import { storyOf } from '../../story'
import { smallCluster } from '../small-cluster'

const DAY = 86_400_000
const INVALID_SINCE = 'kubernetes.io/legacy-token-invalid-since'

test('given a token that was made for an account, when nobody uses it for a year, then it is put out of force, and a year later deleted; others stay', () => {
  const cluster = smallCluster({ only: ['legacy-service-account-token-cleaner'] })
  const heard = storyOf(cluster)
  const token = (name: string, labels: Record<string, string> = {}) =>
    cluster.create(secret, {
      metadata: { name, labels, annotations: { 'kubernetes.io/service-account.name': 'robot' } },
      type: 'kubernetes.io/service-account-token',
    })
  token('made-for-it')
  token('in-use', { 'kubernetes.io/legacy-token-last-used': '2026-12-24' })
  token('made-by-hand')
  cluster.create(serviceAccount, { metadata: { name: 'robot' }, secrets: [{ name: 'made-for-it' }, { name: 'in-use' }] })
  const tokens = () =>
    [...cluster.client.list(secret)]
      .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
      .map(({ metadata }) => `${metadata.name} ${metadata.labels?.[INVALID_SINCE] ?? 'in force'}`)
  cluster.advance(364 * DAY)
  expect(tokens()).toEqual(['in-use in force', 'made-by-hand in force', 'made-for-it in force'])
  cluster.advance(3 * DAY)
  expect(tokens()).toEqual(['in-use in force', 'made-by-hand in force', 'made-for-it 2027-01-01'])
  cluster.advance(300 * DAY)
  expect(tokens()).toHaveLength(3)
  cluster.advance(70 * DAY)
  expect(tokens()).toEqual(['in-use 2027-12-24', 'made-by-hand in force'])
  expect(heard.told()).toBe('')
})
