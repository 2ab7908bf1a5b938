import { expect, test } from 'vitest'
import { event } from '../../../src/sim/kinds/core/event'
import { persistentVolumeClaim } from '../../../src/sim/kinds/core/persistent-volume-claim'
import { pod } from '../../../src/sim/kinds/core/pod'
import { service } from '../../../src/sim/kinds/core/service'
import { podDisruptionBudget } from '../../../src/sim/kinds/policy/pod-disruption-budget'
import { smallCluster, template } from './small-cluster'

const { spec } = template({})
type Cluster = ReturnType<typeof smallCluster>

test.each([
  ['a budget without Pods', 'NoPods', 'controllermanager', (cluster: Cluster) => cluster.create(podDisruptionBudget, { metadata: { name: 'x' }, spec: { minAvailable: 1, selector: { matchLabels: { a: 'b' } } } })],
  ['a Pod whose claim is somebody else’s', 'FailedBinding', 'ephemeral_volume', (cluster: Cluster) => {
    const claim = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } }
    cluster.create(persistentVolumeClaim, { metadata: { name: 'x-s' }, spec: claim })
    cluster.create(pod, { metadata: { name: 'x' }, spec: { ...spec, volumes: [{ name: 's', ephemeral: { volumeClaimTemplate: { spec: claim } } }] } })
  }],
  ['a Pod whose template of a claim is missing', 'FailedResourceClaimCreation', 'resource_claim', (cluster: Cluster) => cluster.create(pod, { metadata: { name: 'x' }, spec: { ...spec, resourceClaims: [{ name: 'gpu', resourceClaimTemplateName: 'gpu' }] } })],
  ['a Service that asks for hints', 'TopologyAwareHintsDisabled', 'endpoint-slice-controller', (cluster: Cluster) => cluster.create(service, { metadata: { name: 'x', annotations: { 'service.kubernetes.io/topology-mode': 'Auto' } }, spec: { selector: { a: 'b' }, ports: [{ port: 80 }] } })],
])('the event about %s comes from who tells it in a real cluster', (_, reason, component, arrange) => {
  const cluster = smallCluster()
  arrange(cluster)
  cluster.advance(3000)
  expect(cluster.client.list(event).find((it) => it.reason === reason)?.source?.component).toBe(component)
}) // prettier-ignore
