import { expect, test } from 'vitest'
import { pod } from '../../../../src/sim/kinds/core/pod'
import { resourceClaim } from '../../../../src/sim/kinds/resource/resource-claim'
import { resourceClaimTemplate } from '../../../../src/sim/kinds/resource/resource-claim-template'
import { story, storyOf } from '../../story'
import { smallCluster, template } from '../small-cluster'

test('given a Pod whose template of a claim is missing, then it is told so; when the template comes, the claim is made, and goes with the Pod', () => {
  const cluster = smallCluster({ only: ['resource-claim-controller', 'generic-garbage-collector'] })
  const heard = storyOf(cluster, [resourceClaim])
  cluster.create(pod, {
    metadata: { name: 'web' },
    spec: { ...template({}).spec, resourceClaims: [{ name: 'gpu', resourceClaimTemplateName: 'one-gpu' }] },
  })
  cluster.advance(5000)
  cluster.create(resourceClaimTemplate, {
    metadata: { name: 'one-gpu' },
    spec: { spec: { devices: { requests: [{ name: 'gpu', exactly: { deviceClassName: 'gpu' } }] } } },
  })
  cluster.advance(5000)
  expect(cluster.client.list(resourceClaim).map(({ metadata }) => metadata.name.replace(/-[a-z0-9]{5}$/, '-*'))).toEqual(['web-gpu-*'])
  cluster.client.delete(pod, 'default', 'web')
  cluster.advance(5000)
  expect(heard.told().replaceAll(/web-gpu-[a-z0-9]{5}/g, 'web-gpu-*')).toBe(story`
    0s  Pod/web  resource_claim: Warning FailedResourceClaimCreation: PodResourceClaim gpu: resource claim template "one-gpu": resourceclaimtemplate.resource.k8s.io "one-gpu" not found
    0s  Pod/web  resource_claim: Warning FailedResourceClaimCreation: PodResourceClaim gpu: resource claim template "one-gpu": resourceclaimtemplate.resource.k8s.io "one-gpu" not found (x2)
    1s  Pod/web  resource_claim: Warning FailedResourceClaimCreation: PodResourceClaim gpu: resource claim template "one-gpu": resourceclaimtemplate.resource.k8s.io "one-gpu" not found (x3)
    10s  ResourceClaim/web-gpu-*  is gone
  `)
})
