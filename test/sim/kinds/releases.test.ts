import { expect, test } from 'vitest'
import { createApi } from './api'

/*
 * Which release served what: a row a version of a resource, the first release that served it by default (16 stands for "16 or before") and the
 * last. From the deprecation guide and the release notes: https://kubernetes.io/docs/reference/using-api/deprecation-guide/
 */

const FIRST = 16
const LAST = 36
type Row = readonly [resource: string, groupVersion: string, first: number, last?: number]

// prettier-ignore
const rows: readonly Row[] = [
  ['pods', 'v1', 16],
  ['deployments', 'apps/v1', 16],
  ['jobs', 'batch/v1', 16],
  ['networkpolicies', 'networking.k8s.io/v1', 16],
  ['ingresses', 'extensions/v1beta1', 16, 21],
  ['ingresses', 'networking.k8s.io/v1beta1', 16, 21],
  ['ingresses', 'networking.k8s.io/v1', 19],
  ['ingressclasses', 'networking.k8s.io/v1beta1', 18, 21],
  ['ingressclasses', 'networking.k8s.io/v1', 19],
  ['customresourcedefinitions', 'apiextensions.k8s.io/v1', 16],
  ['mutatingwebhookconfigurations', 'admissionregistration.k8s.io/v1', 16],
  ['mutatingwebhookconfigurations', 'admissionregistration.k8s.io/v1beta1', 16, 21],
  ['validatingwebhookconfigurations', 'admissionregistration.k8s.io/v1beta1', 16, 21],
  ['certificatesigningrequests', 'certificates.k8s.io/v1beta1', 16, 21],
  ['certificatesigningrequests', 'certificates.k8s.io/v1', 19],
  ['leases', 'coordination.k8s.io/v1', 16],
  ['leases', 'coordination.k8s.io/v1beta1', 16, 21],
  ['roles', 'rbac.authorization.k8s.io/v1', 16],
  ['roles', 'rbac.authorization.k8s.io/v1beta1', 16, 21],
  ['clusterrolebindings', 'rbac.authorization.k8s.io/v1beta1', 16, 21],
  ['priorityclasses', 'scheduling.k8s.io/v1', 16],
  ['priorityclasses', 'scheduling.k8s.io/v1beta1', 16, 21],
  ['storageclasses', 'storage.k8s.io/v1', 16],
  ['storageclasses', 'storage.k8s.io/v1beta1', 16, 21],
  ['csidrivers', 'storage.k8s.io/v1beta1', 16, 21],
  ['csidrivers', 'storage.k8s.io/v1', 18],
  ['csinodes', 'storage.k8s.io/v1beta1', 16, 21],
  ['csinodes', 'storage.k8s.io/v1', 17],
  ['volumeattachments', 'storage.k8s.io/v1beta1', 16, 21],
  ['csistoragecapacities', 'storage.k8s.io/v1beta1', 21, 26],
  ['csistoragecapacities', 'storage.k8s.io/v1', 24],
  ['volumeattributesclasses', 'storage.k8s.io/v1', 34],
  ['cronjobs', 'batch/v1beta1', 16, 24],
  ['cronjobs', 'batch/v1', 21],
  ['endpointslices', 'discovery.k8s.io/v1beta1', 17, 24],
  ['endpointslices', 'discovery.k8s.io/v1', 21],
  ['events', 'events.k8s.io/v1beta1', 16, 24],
  ['events', 'events.k8s.io/v1', 19],
  ['horizontalpodautoscalers', 'autoscaling/v1', 16],
  ['horizontalpodautoscalers', 'autoscaling/v2', 23],
  ['horizontalpodautoscalers', 'autoscaling/v2beta2', 16, 25],
  ['poddisruptionbudgets', 'policy/v1beta1', 16, 24],
  ['poddisruptionbudgets', 'policy/v1', 21],
  ['runtimeclasses', 'node.k8s.io/v1beta1', 16, 24],
  ['runtimeclasses', 'node.k8s.io/v1', 20],
  ['flowschemas', 'flowcontrol.apiserver.k8s.io/v1beta1', 20, 25],
  ['flowschemas', 'flowcontrol.apiserver.k8s.io/v1beta2', 23, 28],
  ['flowschemas', 'flowcontrol.apiserver.k8s.io/v1beta3', 26, 31],
  ['flowschemas', 'flowcontrol.apiserver.k8s.io/v1', 29],
  ['validatingadmissionpolicies', 'admissionregistration.k8s.io/v1', 30],
  ['mutatingadmissionpolicies', 'admissionregistration.k8s.io/v1', 36],
  ['servicecidrs', 'networking.k8s.io/v1', 33],
  ['ipaddresses', 'networking.k8s.io/v1', 33],
  ['resourceclaims', 'resource.k8s.io/v1', 34],
  // Gone before the first release that there is here.
  ['deployments', 'extensions/v1beta1', 0, 15],
  ['deployments', 'apps/v1beta1', 0, 15],
  ['deployments', 'apps/v1beta2', 0, 15],
  ['networkpolicies', 'extensions/v1beta1', 0, 15],
]

const releases = Array.from({ length: LAST - FIRST + 1 }, (_, index) => FIRST + index)
const servers = new Map(releases.map((minor) => [minor, createApi({ release: `1.${minor}` })]))

test.each(rows.map(([resource, version, first, last = LAST]) => [resource, version, first, last] as const))(
  '%s of %s are served by the releases from 1.%d to 1.%d, and by no other',
  (resource, groupVersion, first, last) => {
    const path = groupVersion.includes('/') ? `/apis/${groupVersion}` : `/api/${groupVersion}`
    const serving = releases.filter((minor) => servers.get(minor)!.ask('GET', `${path}/${resource}`).status === 200)
    expect(serving).toEqual(releases.filter((minor) => minor >= first && minor <= last))
  },
)

test.each([
  [24, '/apis/batch/v1beta1/cronjobs', 'batch/v1beta1 CronJob is deprecated in v1.21+, unavailable in v1.25+; use batch/v1 CronJob'],
  [
    21,
    '/apis/networking.k8s.io/v1beta1/ingresses',
    'networking.k8s.io/v1beta1 Ingress is deprecated in v1.19+, unavailable in v1.22+; use networking.k8s.io/v1 Ingress',
  ],
  [
    21,
    '/apis/extensions/v1beta1/ingresses',
    'extensions/v1beta1 Ingress is deprecated in v1.14+, unavailable in v1.22+; use networking.k8s.io/v1 Ingress',
  ],
  [
    23,
    '/apis/autoscaling/v2beta2/horizontalpodautoscalers',
    'autoscaling/v2beta2 HorizontalPodAutoscaler is deprecated in v1.23+, unavailable in v1.26+; use autoscaling/v2 HorizontalPodAutoscaler',
  ],
  [
    24,
    '/apis/policy/v1beta1/poddisruptionbudgets',
    'policy/v1beta1 PodDisruptionBudget is deprecated in v1.21+, unavailable in v1.25+; use policy/v1 PodDisruptionBudget',
  ],
  [
    24,
    '/apis/discovery.k8s.io/v1beta1/endpointslices',
    'discovery.k8s.io/v1beta1 EndpointSlice is deprecated in v1.21+, unavailable in v1.25+; use discovery.k8s.io/v1 EndpointSlice',
  ],
  [
    28,
    '/apis/flowcontrol.apiserver.k8s.io/v1beta2/flowschemas',
    'flowcontrol.apiserver.k8s.io/v1beta2 FlowSchema is deprecated in v1.26+, unavailable in v1.29+; use flowcontrol.apiserver.k8s.io/v1beta3 FlowSchema',
  ],
  [36, '/apis/autoscaling/v1/horizontalpodautoscalers', undefined],
  [36, '/api/v1/endpoints', 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice'],
  [32, '/api/v1/endpoints', undefined],
  [36, '/api/v1/componentstatuses', 'v1 ComponentStatus is deprecated in v1.19+'],
] as const)('release 1.%d warns whoever reads %s: %s', (minor, url, warning) => {
  const answer = servers.get(minor)!.server.request({ method: 'GET', url, headers: {} })
  expect(answer.status).toBe(200)
  expect(answer.headers.warning).toBe(warning && `299 - ${JSON.stringify(warning)}`)
})
