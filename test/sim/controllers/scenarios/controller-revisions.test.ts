import { expect, test } from 'vitest'
import { controllerRevision } from '../../../../src/sim/kinds/apps/controller-revision'
import { daemonSet } from '../../../../src/sim/kinds/apps/daemon-set'
import { statefulSet } from '../../../../src/sim/kinds/apps/stateful-set'
import { storyOf } from '../../story'
import { aNode, realScheduler, smallCluster, template } from '../small-cluster'

test.each([
  ['a StatefulSet', statefulSet, { serviceName: 'web', replicas: 1 }],
  ['a DaemonSet', daemonSet, {}],
] as const)(
  'given %s that keeps one old template, then each new template is a revision, one that comes back the newest, and the oldest goes, without an event of its own',
  (_, kind, more) => {
    const cluster = smallCluster({
      only: ['statefulset-controller', 'daemonset-controller', 'generic-garbage-collector'],
      nodes: [aNode('node01')],
      scheduler: realScheduler!,
    })
    const heard = storyOf(cluster)
    cluster.create(kind as typeof statefulSet, {
      metadata: { name: 'web' },
      spec: {
        ...more,
        revisionHistoryLimit: 1,
        selector: { matchLabels: { app: 'web' } },
        template: template({ app: 'web' }, 'nginx:1.27'),
      } as never, // both kinds have these
    })
    const setImage = (image: string) =>
      cluster.client.patch(kind as typeof statefulSet, 'default', 'web', 'strategic', {
        spec: { template: { spec: { containers: [{ name: 'web', image }] } } },
      })
    /** Revisions by their numbers, with the images that they have kept. */
    const history = () => {
      const revisions = cluster.client.list(controllerRevision, { namespace: 'default' })
      return [...revisions]
        .sort((a, b) => Number(a.revision) - Number(b.revision))
        .map(({ revision, data }) => `${revision} ${/nginx:[\d.]+/.exec(JSON.stringify(data))![0]}`)
    }
    cluster.advance(10_000)
    expect(history()).toEqual(['1 nginx:1.27'])
    setImage('nginx:1.28')
    cluster.advance(30_000)
    expect(history()).toEqual(['1 nginx:1.27', '2 nginx:1.28'])
    setImage('nginx:1.27')
    cluster.advance(30_000)
    expect(history()).toEqual(['2 nginx:1.28', '3 nginx:1.27'])
    setImage('nginx:1.29')
    cluster.advance(30_000)
    expect(history()).toEqual(['3 nginx:1.27', '4 nginx:1.29'])
    expect(heard.told({ about: 'ControllerRevision' })).toBe('')
  },
)
