import { describe, expect, test } from 'vitest'
import type { PodTemplateSpec } from '../../../src/sim/api/types/core-v1.gen'
import { freshTemplateHash } from '../../../src/sim/controllers/template-hash'

const template = (restartedAt?: string) =>
  ({
    metadata: { labels: { app: 'web' }, ...(restartedAt && { annotations: { 'kubectl.kubernetes.io/restartedAt': restartedAt } }) },
    spec: { containers: [{ name: 'web', image: 'nginx' }] },
  }) as unknown as PodTemplateSpec // a template needs no more of metadata

const free = () => false

describe('the hash in the names of ReplicaSets and revisions', () => {
  test('a restart gives another one', () => {
    expect(freshTemplateHash(template('2026-01-01T00:00:00Z'), 0, free)).not.toBe(freshTemplateHash(template(), 0, free))
  })

  test('it does not depend on when the restart was', () => {
    expect(freshTemplateHash(template('2026-01-01T00:00:00Z'), 0, free)).toBe(freshTemplateHash(template('2027-05-05T05:05:05Z'), 0, free))
  })

  test('a second restart takes another one than the first', () => {
    const first = freshTemplateHash(template('2026-01-01T00:00:00Z'), 0, free)
    expect(freshTemplateHash(template('2026-01-02T00:00:00Z'), 0, (hash) => hash === first)).not.toBe(first)
  })
})
