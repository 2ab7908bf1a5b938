import { describe, expect, test } from 'vitest'
import type { Deployment } from '../../../src/sim/api/types/apps-v1.gen'
import { deployment } from '../../../src/sim/kinds/apps/deployment'
import { replicaSet } from '../../../src/sim/kinds/apps/replica-set'
import { isReady } from '../../../src/sim/controllers/pod-state'
import { smallCluster, template } from './small-cluster'

const only = ['deployment-controller', 'replicaset-controller']

function webCluster(spec: Partial<Deployment['spec']> = {}, options: Parameters<typeof smallCluster>[0] = {}) {
  const cluster = smallCluster({ only, ...options })
  cluster.create(deployment, {
    metadata: { name: 'web' },
    spec: { replicas: 3, selector: { matchLabels: { app: 'web' } }, template: template({ app: 'web' }), ...spec },
  })
  const web = () => cluster.client.get(deployment, 'default', 'web')!
  const condition = (type: string) => web().status?.conditions?.find((it) => it.type === type)
  const setImage = (image: string) =>
    cluster.client.patch(deployment, 'default', 'web', 'strategic', {
      spec: { template: { spec: { containers: [{ name: 'web', image }] } } },
    })
  const patch = (spec: unknown) => cluster.client.patch(deployment, 'default', 'web', 'merge', { spec })
  const sets = () => cluster.client.list(replicaSet, { namespace: 'default' })
  const complete = () =>
    web().status?.updatedReplicas === web().spec.replicas &&
    web().status?.availableReplicas === web().spec.replicas &&
    web().status?.replicas === web().spec.replicas &&
    web().status?.observedGeneration === web().metadata.generation
  return { cluster, web, condition, setImage, patch, sets, complete }
}

describe('a Deployment', () => {
  test('gets a ReplicaSet named after its template, Pods, and conditions that tell of the rollout', () => {
    const { cluster, web, condition, sets, complete } = webCluster()
    cluster.until(complete, 'the rollout')
    cluster.advance(1000)
    const [rs] = sets()
    const hash = rs!.metadata.labels!['pod-template-hash']!
    expect(hash).toMatch(/^[456789bcdf]{6,10}$/)
    expect(rs!.metadata.name).toBe(`web-${hash}`)
    expect(rs!.metadata.annotations).toMatchObject({
      'deployment.kubernetes.io/revision': '1',
      'deployment.kubernetes.io/desired-replicas': '3',
      'deployment.kubernetes.io/max-replicas': '4',
    })
    expect(web().metadata.annotations).toMatchObject({ 'deployment.kubernetes.io/revision': '1' })
    expect(web().status).toMatchObject({ replicas: 3, updatedReplicas: 3, readyReplicas: 3, availableReplicas: 3, observedGeneration: 1 })
    expect(condition('Available')).toMatchObject({
      status: 'True',
      reason: 'MinimumReplicasAvailable',
      message: 'Deployment has minimum availability.',
    })
    expect(condition('Progressing')).toMatchObject({
      status: 'True',
      reason: 'NewReplicaSetAvailable',
      message: `ReplicaSet "web-${hash}" has successfully progressed.`,
    })
    expect(cluster.events('web')).toEqual([`Normal ScalingReplicaSet Scaled up replica set web-${hash} from 0 to 3`])
    expect(cluster.events(rs!.metadata.name)).toHaveLength(3)
    expect(cluster.events(rs!.metadata.name)[0]).toMatch(/^Normal SuccessfulCreate Created pod: web-[a-z0-9]+-[a-z0-9]{5}$/)
  })

  test('rolls a new image out within maxSurge and maxUnavailable, step by step', () => {
    const { cluster, setImage, complete, sets } = webCluster()
    cluster.until(complete)
    setImage('nginx:1.28')
    let [most, fewest] = [0, Infinity]
    cluster.until(() => {
      const pods = cluster.pods().filter((pod) => !pod.metadata.deletionTimestamp)
      most = Math.max(most, pods.length)
      fewest = Math.min(fewest, pods.filter(isReady).length)
      return complete()
    })
    expect([most, fewest]).toEqual([4, 3])
    const [old, fresh] = sets()
    const [a, b] = [old!.metadata.name, fresh!.metadata.name]
    expect(cluster.events('web').slice(1)).toEqual([
      `Normal ScalingReplicaSet Scaled up replica set ${b} from 0 to 1`,
      `Normal ScalingReplicaSet Scaled down replica set ${a} from 3 to 2`,
      `Normal ScalingReplicaSet Scaled up replica set ${b} from 1 to 2`,
      `Normal ScalingReplicaSet Scaled down replica set ${a} from 2 to 1`,
      `Normal ScalingReplicaSet Scaled up replica set ${b} from 2 to 3`,
      `Normal ScalingReplicaSet Scaled down replica set ${a} from 1 to 0`,
    ])
    expect(fresh!.metadata.annotations!['deployment.kubernetes.io/revision']).toBe('2')
  })

  test("rolls back by bringing the old template's ReplicaSet back, with a new revision", () => {
    const { cluster, setImage, complete, sets } = webCluster()
    cluster.until(complete)
    setImage('nginx:1.28')
    cluster.until(complete)
    setImage('nginx:1.27')
    cluster.until(complete)
    expect(sets()).toHaveLength(2)
    expect(sets()[0]!.metadata.annotations).toMatchObject({
      'deployment.kubernetes.io/revision': '3',
      'deployment.kubernetes.io/revision-history': '1',
    })
  })

  test('with strategy Recreate stops every old Pod before it starts a new one', () => {
    const { cluster, setImage, complete, sets } = webCluster({ strategy: { type: 'Recreate' } })
    cluster.until(complete)
    setImage('nginx:1.28')
    let mixed = false
    cluster.until(() => {
      const images = new Set(cluster.pods().map((pod) => pod.spec!.containers[0]!.image))
      mixed ||= images.size > 1
      return complete()
    })
    expect(mixed).toBe(false)
    expect(cluster.events('web').slice(1)).toEqual([
      `Normal ScalingReplicaSet Scaled down replica set ${sets()[0]!.metadata.name} from 3 to 0`,
      `Normal ScalingReplicaSet Scaled up replica set ${sets()[1]!.metadata.name} from 0 to 3`,
    ])
  })

  test('that is paused takes changes without rolling them out', () => {
    const { cluster, setImage, patch, complete, condition, sets } = webCluster()
    cluster.until(complete)
    patch({ paused: true })
    setImage('nginx:1.28')
    cluster.advance(10_000)
    expect(sets()).toHaveLength(1)
    expect(condition('Progressing')).toMatchObject({ status: 'Unknown', reason: 'DeploymentPaused', message: 'Deployment is paused' })
    patch({ replicas: 5 })
    cluster.until(() => cluster.pods().length === 5, 'scaling while paused')
    patch({ paused: null })
    cluster.until(complete, 'the rollout after resuming')
    expect(sets()).toHaveLength(2)
  })

  test('whose new Pods never get ready exceeds its progress deadline and keeps the old ones', () => {
    const { cluster, setImage, complete, condition } = webCluster(
      { progressDeadlineSeconds: 10 },
      { fate: (pod) => (pod.spec!.containers[0]!.image === 'nginx:bad' ? {} : { readyAfterMs: 1000 }) },
    )
    cluster.until(complete)
    setImage('nginx:bad')
    cluster.until(() => condition('Progressing')?.reason === 'ProgressDeadlineExceeded', 'the deadline')
    expect(condition('Progressing')).toMatchObject({
      status: 'False',
      message: expect.stringMatching(/^ReplicaSet "web-[a-z0-9]+" has timed out progressing.$/) as string,
    })
    expect(cluster.pods().filter(isReady)).toHaveLength(3)
  })

  test('scaled in the middle of a rollout shares the new Pods out in proportion', () => {
    const { cluster, setImage, patch, complete, sets } = webCluster(
      { replicas: 10, strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 3, maxUnavailable: 2 } } },
      { fate: (pod) => (pod.spec!.containers[0]!.image === 'nginx:bad' ? {} : { readyAfterMs: 100 }) },
    )
    cluster.until(complete)
    setImage('nginx:bad')
    cluster.advance(5000)
    expect(sets().map((rs) => rs.spec.replicas)).toEqual([8, 5])
    patch({ replicas: 15 })
    cluster.advance(5000)
    expect(sets().map((rs) => rs.spec.replicas)).toEqual([11, 7])
  })

  test('keeps only as many old ReplicaSets as its history limit says', () => {
    const { cluster, setImage, complete, sets } = webCluster({ revisionHistoryLimit: 1 })
    for (const image of ['nginx:1.27', 'nginx:1.28', 'nginx:1.29', 'nginx:1.30']) {
      setImage(image)
      cluster.until(complete)
    }
    cluster.advance(2000)
    expect(sets().map((rs) => rs.spec.template!.spec!.containers[0]!.image)).toEqual(['nginx:1.29', 'nginx:1.30'])
  })

  test('settles: nothing is written any more once all is as declared', () => {
    const { cluster, complete } = webCluster()
    cluster.until(complete)
    cluster.advance(2000)
    const { revision } = cluster.server.storage
    cluster.advance(600_000)
    expect(cluster.server.storage.revision).toBe(revision)
  })
})
