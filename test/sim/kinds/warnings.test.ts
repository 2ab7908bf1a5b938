import { expect, test } from 'vitest'
import { createApi, pathOf } from './api'
import { minimalObjects } from './minimal-objects'

/* What a server warns of although it takes it: a change to the least valid object of a kind, and the texts of its Warning header. */

type Json = Readonly<Record<string, unknown>>
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)
function merged(value: unknown, change: unknown): unknown {
  if (!isObject(change)) return change
  const result: Record<string, unknown> = isObject(value) ? { ...value } : {}
  for (const [key, part] of Object.entries(change)) result[key] = merged(result[key], part)
  return result
}
const s = (spec: Json): Json => ({ spec })
const c = (change: Json): Json => s({ containers: [{ name: 'c', image: 'nginx', ...change }] })
const note = (key: string): Json => ({ metadata: { annotations: { [key]: 'x' } } })

const hides = (path: string, name: string) => `${path}: hides previous definition of "${name}", which may be dropped when using apply`

// prettier-ignore
const rows: readonly (readonly [resource: string, change: Json, ...warnings: string[]])[] = [
 ['pods', {}],
 ['pods', { metadata: { name: 'a.b' } }, "metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended: [must not contain dots]"],
 ['deployments.apps', { metadata: { name: 'a.b' } }, 'metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended: [must not contain dots]'],
 ['pods', c({ env: [{ name: 'A', value: 'x' }, { name: 'A', value: 'y' }, { name: 'A', value: '$(A)z' }] }), hides('spec.containers[0].env[1]', 'A')],
 ['deployments.apps', s({ template: c({ env: [{ name: 'A', value: 'x' }, { name: 'A', value: '$(A)' }] }) }), hides('spec.template.spec.containers[0].env[1]', 'A')],
 ['cronjobs.batch', s({ jobTemplate: { spec: { template: c({ env: [{ name: 'A', value: 'x' }, { name: 'A' }] }) } } }), hides('spec.jobTemplate.spec.template.spec.containers[0].env[1]', 'A')],
 ['pods', c({ resources: { requests: { memory: '400m' }, limits: { memory: '1Gi' } } }), 'spec.containers[0].resources.requests[memory]: fractional byte value "400m" is invalid, must be an integer'],
 ['pods', c({ ports: [{ containerPort: 80, name: 'a' }, { containerPort: 80, name: 'b', hostPort: 80 }] }), 'spec.containers[0].ports[1]: overlapping port definition with spec.containers[0].ports[0]'],
 ['pods', s({ containers: [{ name: 'c', image: 'a', ports: [{ containerPort: 80, name: 'http' }] }, { name: 'd', image: 'a', ports: [{ containerPort: 81, name: 'http' }] }] }), 'spec.containers[1].ports[0]: duplicate port name "http" with spec.containers[0].ports[0], services and probes that select ports by name will use spec.containers[0].ports[0]'],
 ['pods', s({ nodeSelector: { 'beta.kubernetes.io/os': 'linux' } }), 'spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use "kubernetes.io/os" instead'],
 ['pods', s({ affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'failure-domain.beta.kubernetes.io/zone', operator: 'Exists' }] }] } } } }), 'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].key: failure-domain.beta.kubernetes.io/zone is deprecated since v1.17; use "topology.kubernetes.io/zone" instead'],
 ['pods', s({ topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'ScheduleAnyway' }] }), 'spec.topologySpreadConstraints[0].labelSelector: a null labelSelector results in matching no pod'],
 ['pods', s({ affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'zone' }] } } }), 'spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].labelSelector: a null labelSelector results in matching no pod'],
 ['pods', s({ imagePullSecrets: [{ name: 'a' }, { name: 'a' }] }), 'spec.imagePullSecrets[1].name: duplicate name "a"'],
 ['pods', s({ volumes: [{ name: 'v', gitRepo: { repository: 'x' } }] }), 'spec.volumes[0].gitRepo: deprecated in v1.11, and disabled by default in v1.33+'],
 ['pods', note('scheduler.alpha.kubernetes.io/critical-pod'), 'metadata.annotations[scheduler.alpha.kubernetes.io/critical-pod]: non-functional in v1.16+; use the "priorityClassName" field instead'],
 ['services', s({ externalIPs: ['1.2.3.4'] }), 'spec.externalIPs is deprecated and may no longer be implemented in some clusters'],
 ['services', s({ clusterIP: 'None', sessionAffinity: 'ClientIP', selector: { a: 'b' } }), 'spec.SessionAffinity is ignored for headless services'],
 ['services', s({ externalName: 'example.com' }), 'spec.externalName is ignored when spec.type is not "ExternalName"'],
 ['services', s({ trafficDistribution: 'PreferClose' }), 'spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"'],
 ['ingresses.networking.k8s.io', note('kubernetes.io/ingress.class'), `annotation "kubernetes.io/ingress.class" is deprecated, please use 'spec.ingressClassName' instead`],
 ['persistentvolumeclaims', note('volume.beta.kubernetes.io/storage-class'), 'metadata.annotations[volume.beta.kubernetes.io/storage-class]: deprecated since v1.8; use "storageClassName" attribute instead'],
 ['persistentvolumes', s({ persistentVolumeReclaimPolicy: 'Recycle' }), 'spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.'],
]

const textsOf = (header: string | undefined) =>
  [...(header ?? '').matchAll(/299 - ("(?:[^"\\]|\\.)*")/g)].map(([, text]) => JSON.parse(text!) as string)

test.each(rows)('%s %j', (...row) => {
  const [resource, change, ...warnings] = row as unknown as (typeof rows)[number] // test.each hands over the columns of a row
  const { server } = createApi()
  const served = server.registry
    .all()
    .find((each) => (each.group === '' ? each.kind.plural : `${each.kind.plural}.${each.group}`) === resource)!
  const { name = 'x', body = {} } = minimalObjects[resource]!
  const object = merged({ apiVersion: served.apiVersion, kind: served.kind.kind, metadata: { name }, ...body }, change)
  const answer = server.request({ method: 'POST', url: pathOf(served), headers: {}, body: JSON.stringify(object) })
  expect(answer.status).toBe(201)
  expect(textsOf(answer.headers.warning)).toEqual(warnings)
})

test('a template that stays as it is is not warned of again', () => {
  const { server } = createApi()
  const send = (method: string, url: string, body: unknown, type = 'application/json') =>
    server.request({ method, url, headers: { 'content-type': type }, body: JSON.stringify(body) })
  const url = '/apis/apps/v1/namespaces/default/deployments'
  const env = [
    { name: 'A', value: 'x' },
    { name: 'A', value: 'y' },
  ]
  const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'nginx', env }] } }
  const created = send('POST', url, { metadata: { name: 'web' }, spec: { selector: { matchLabels: { a: 'b' } }, template } })
  expect(textsOf(created.headers.warning)).toHaveLength(1)
  const scaled = send('PATCH', `${url}/web`, { spec: { replicas: 3 } }, 'application/merge-patch+json')
  expect(textsOf(scaled.headers.warning)).toEqual([])
})
