import { expect, test } from 'vitest'
import type { PodAffinityTerm } from '../../../../src/sim/api/types/core-v1.gen'
import { verdicts, type NodeLike, type PodLike } from './verdicts'

const ALONE = "node(s) didn't match pod affinity rules"
const CROWDED = "node(s) didn't match pod anti-affinity rules"
const UNWELCOME = "node(s) didn't satisfy existing pods anti-affinity rules"
const zone = (name: string): NodeLike => ({ labels: { zone: name } })
const nodes = { n1: zone('a'), n2: zone('a'), n3: zone('b') }
const term = (app: string, more: Partial<PodAffinityTerm> = {}): PodAffinityTerm => ({
  topologyKey: 'zone',
  labelSelector: { matchLabels: { app } },
  ...more,
})
const near = (...terms: readonly PodAffinityTerm[]) => ({
  affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: terms } },
})
const apart = (...terms: readonly PodAffinityTerm[]) => ({
  affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: terms } },
})
const running = (app: string, on: string, more: Partial<PodLike> = {}): PodLike => ({ on, labels: { app }, ...more })
const namespaces = { default: { team: 'blue' }, other: { team: 'red' } }
const byHost = { topologyKey: 'kubernetes.io/hostname' }

test.each([
  ['goes into the zone of those it wants', [running('cache', 'n1')], { spec: near(term('cache')) }, ['fits', 'fits', ALONE]],
  ['goes onto their node when the place is the host', [running('cache', 'n1')], { spec: near(term('cache', byHost)) }, ['fits', ALONE, ALONE]],
  ['keeps out of the zone of those it avoids', [running('db', 'n3')], { spec: apart(term('db')) }, ['fits', 'fits', CROWDED]],
  ['must have Pods that satisfy all of its terms at once', [running('cache', 'n1'), running('web', 'n3')], { spec: near(term('cache'), term('web')) }, [ALONE, ALONE, ALONE]],
  ['may be the first of its own kind anywhere', [], { labels: { app: 'cache' }, spec: near(term('cache')) }, ['fits', 'fits', 'fits']],
  ['is not the first when there is another', [running('cache', 'n3')], { labels: { app: 'cache' }, spec: near(term('cache')) }, [ALONE, ALONE, 'fits']],
  ['keeps away from those that avoid it', [running('loner', 'n1', { spec: apart(term('web', byHost)) })], { labels: { app: 'web' } }, [UNWELCOME, 'fits', 'fits']],
  ['does not mind those that would only rather be without it', [running('shy', 'n1', { spec: { affinity: { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: term('web', byHost) }] } } } })], { labels: { app: 'web' } }, ['fits', 'fits', 'fits']],
  ['looks in its own namespace only', [running('cache', 'n1', { namespace: 'other' })], { spec: near(term('cache')) }, [ALONE, ALONE, ALONE]],
  ['looks in the namespaces it names', [running('cache', 'n1', { namespace: 'other' })], { spec: near(term('cache', { namespaces: ['other'] })) }, ['fits', 'fits', ALONE]],
  ['looks in the namespaces whose labels it names', [running('cache', 'n1', { namespace: 'other' }), running('cache', 'n3')], { spec: near(term('cache', { namespaceSelector: { matchLabels: { team: 'red' } } })) }, ['fits', 'fits', ALONE]],
  ['looks everywhere with an empty namespace selector', [running('db', 'n1', { namespace: 'other' })], { spec: apart(term('db', { namespaceSelector: {} })) }, [CROWDED, CROWDED, 'fits']],
  ['looks in both, named and selected', [running('db', 'n1', { namespace: 'other' }), running('db', 'n3')], { spec: apart(term('db', { namespaces: ['default'], namespaceSelector: { matchLabels: { team: 'red' } } })) }, [CROWDED, CROWDED, CROWDED]],
  ['with matchLabelKeys wants its own revision', [running('web', 'n1', { labels: { app: 'web', rev: '1' } })], { labels: { app: 'web', rev: '2' }, spec: apart(term('web', { matchLabelKeys: ['rev'] })) }, ['fits', 'fits', 'fits']],
  ['with mismatchLabelKeys avoids other tenants and no more', [running('job', 'n1', { labels: { app: 'job', tenant: 'x' } }), running('job', 'n3', { labels: { app: 'job', tenant: 'y' } })], { labels: { app: 'job', tenant: 'x' }, spec: apart(term('job', { mismatchLabelKeys: ['tenant'] })) }, ['fits', 'fits', CROWDED]],
  ['with a term without a selector wants nobody there is', [running('cache', 'n1')], { spec: near({ topologyKey: 'zone' }) }, [ALONE, ALONE, ALONE]],
  ['goes where the label of the place is missing when it avoids', [running('db', 'n1')], { spec: apart(term('db', { topologyKey: 'rack' })) }, ['fits', 'fits', 'fits']],
] as const)('a Pod %s', (_, pods, pod, expected) => {
  expect(Object.values(verdicts({ nodes, running: pods, namespaces }, pod))).toEqual(expected)
}) // prettier-ignore
