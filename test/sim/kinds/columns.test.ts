import { describe, expect, test } from 'vitest'
import { createApi, pathOf } from './api'
import { createChangedObjects, type Change } from './changed-objects'

/*
 * What `kubectl get` shows in the rarer cases, as the server's printers do: a change to the least valid object of a kind, its status, and the
 * cells by their headings.
 */

const s = (spec: Change): Change => ({ spec })
const INGRESSES = 'ingresses.networking.k8s.io'
const BINDINGS = 'validatingadmissionpolicybindings.admissionregistration.k8s.io'
const rule = (host?: string) => ({ ...(host && { host }), http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'web', port: { number: 80 } } } }] } }) // prettier-ignore
const ended = (name: string, exitCode: number, reason: string) => ({ name, image: 'x', imageID: '', ready: false, restartCount: 0, state: { terminated: { exitCode, reason } } }) // prettier-ignore
const running = (name: string, ready: boolean) => ({ name, image: 'x', imageID: '', ready, restartCount: 0, state: { running: {} } })
const pod = (...containerStatuses: readonly unknown[]): Change => ({ phase: 'Running', containerStatuses })
const two = s({ containers: ['a', 'b'].map((name) => ({ name, image: 'x' })) })

// prettier-ignore
const rows: readonly (readonly [resource: string, change: Change, status: Change | undefined, cells: Readonly<Record<string, unknown>>])[] = [
 ['persistentvolumeclaims', s({ volumeName: 'pv1' }), undefined, { Status: 'Pending', Volume: 'pv1', Capacity: '0', 'Access Modes': '' }],
 ['persistentvolumeclaims', {}, undefined, { Volume: '', Capacity: '', VolumeAttributesClass: '<unset>', VolumeMode: 'Filesystem' }],
 [INGRESSES, { metadata: { annotations: { 'kubernetes.io/ingress.class': 'nginx' } } }, undefined, { Class: '<none>', Hosts: '*', Ports: '80' }],
 [INGRESSES, s({ rules: [rule('a.example'), rule(), rule('b.example')] }), undefined, { Hosts: 'a.example,b.example' }],
 [INGRESSES, s({ rules: ['a', 'b', 'c', 'd'].map((name) => rule(`${name}.example`)) }), undefined, { Hosts: 'a.example,b.example,c.example + 1 more...' }],
 [INGRESSES, s({ rules: [rule('a.example'), rule('b.example'), rule('c.example'), rule()] }), undefined, { Hosts: 'a.example,b.example,c.example + 1 more...' }],
 ['prioritylevelconfigurations.flowcontrol.apiserver.k8s.io', s({ type: 'Exempt', limited: null, exempt: { nominalConcurrencyShares: 5 } }), undefined, { NominalConcurrencyShares: '<none>', Queues: '<none>' }],
 [BINDINGS, s({ paramRef: { name: 'limits', namespace: 'team', parameterNotFoundAction: 'Deny' } }), undefined, { ParamRef: 'team/limits' }],
 [BINDINGS, s({ paramRef: { name: 'limits', parameterNotFoundAction: 'Deny' } }), undefined, { ParamRef: '*/limits' }],
 [BINDINGS, s({ paramRef: { selector: { matchLabels: { a: 'b' } }, parameterNotFoundAction: 'Deny' } }), undefined, { ParamRef: '&LabelSelector{MatchLabels:map[string]string{a: b,},MatchExpressions:[]LabelSelectorRequirement{},}' }],
 [BINDINGS, {}, undefined, { ParamRef: '<unset>' }],
 ['csidrivers.storage.k8s.io', s({ tokenRequests: [{ audience: '' }] }), undefined, { TokenRequests: '' }],
 ['csidrivers.storage.k8s.io', {}, undefined, { TokenRequests: '<unset>', Modes: 'Persistent' }],
 ['pods', two, pod(ended('a', 0, 'Completed'), ended('b', 1, 'Error')), { Status: 'Error', Ready: '0/2' }],
 ['pods', two, pod(ended('a', 0, 'Completed'), ended('b', 0, 'Completed')), { Status: 'Completed', Ready: '0/2' }],
 ['pods', two, pod(ended('a', 0, 'Completed'), running('b', true)), { Status: 'NotReady', Ready: '1/2' }],
]

describe('kubectl get', () => {
  test.each(rows)('%s %j %j: %j', (resource, change, status, cells) => {
    const { api, objectOf } = createChangedObjects()
    const { served, name, object } = objectOf(resource, change)
    const created = api.ask('POST', pathOf(served), object)
    expect(created, JSON.stringify(created.body)).toMatchObject({ status: 201 })
    if (status) api.ask('PUT', `${pathOf(served)}/${name}/status`, { ...created.body, status })
    const { columnDefinitions, rows } = api.table(pathOf(served)).body
    const shown = columnDefinitions.map((column: { name: string }, index: number) => [column.name, rows[0].cells[index]])
    expect(Object.fromEntries(shown)).toMatchObject(cells)
  })

  test('serviceaccounts counts Secrets in releases before 1.35', () => {
    const headings = (release: string) =>
      createApi({ release })
        .table('/api/v1/serviceaccounts')
        .body.columnDefinitions.map((column: { name: string }) => column.name)
    expect(headings('1.34')).toEqual(['Name', 'Secrets', 'Age'])
    expect(headings('1.36')).toEqual(['Name', 'Age'])
  })

  test('flowschemas lists them in the order in which they are tried', () => {
    const { ask, table } = createApi()
    const path = '/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas'
    for (const [name, matchingPrecedence] of [['a', 900], ['b', 10], ['c', 10]] as const) ask('POST', path, { metadata: { name }, spec: { matchingPrecedence, priorityLevelConfiguration: { name: 'global-default' } } }) // prettier-ignore
    expect(table(path).body.rows.map(({ cells }: { cells: readonly unknown[] }) => cells[0])).toEqual(['b', 'c', 'a'])
  })
})

// prettier-ignore
const unset: readonly (readonly [resource: string, change: Change, shown: Readonly<Record<string, unknown>>])[] = [
 ['clusterroles.rbac.authorization.k8s.io', {}, { rules: null }],
 ['roles.rbac.authorization.k8s.io', {}, { rules: null }],
 ['priorityclasses.scheduling.k8s.io', { value: null }, { value: 0 }],
 ['nodes', {}, { status: { daemonEndpoints: { kubeletEndpoint: { Port: 0 } }, nodeInfo: { kubeletVersion: '', osImage: '' } } }],
 ['servicecidrs.networking.k8s.io', {}, { status: {} }],
 ['resourceclaimtemplates.resource.k8s.io', {}, { spec: { metadata: {} } }],
]

test.each(unset)('%s shows what nobody set where Go leaves no field out: %j %j', (resource, change, shown) => {
  const { api, objectOf } = createChangedObjects()
  const { served, object } = objectOf(resource, change)
  expect(api.ask('POST', pathOf(served), object).body).toMatchObject(shown)
})

test('a new HorizontalPodAutoscaler has measured nothing', () => {
  const scaleTargetRef = { kind: 'Deployment', name: 'web' }
  const { body } = createApi().ask('POST', '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers', { metadata: { name: 'web' }, spec: { maxReplicas: 3, scaleTargetRef } }) // prettier-ignore
  expect(body.status).toEqual({ currentMetrics: null, desiredReplicas: 0 })
})

// prettier-ignore
const generations: readonly (readonly [resource: string, change: Change, after: number | undefined])[] = [
 ['endpointslices.discovery.k8s.io', { endpoints: [{ addresses: ['10.1.2.4'] }] }, 2],
 ['endpointslices.discovery.k8s.io', { metadata: { labels: { a: 'b' } } }, 2],
 ['endpointslices.discovery.k8s.io', { metadata: { annotations: { a: 'b' } } }, 1],
 ['priorityclasses.scheduling.k8s.io', { description: 'Other' }, 1],
 ['servicecidrs.networking.k8s.io', { metadata: { labels: { a: 'b' } } }, undefined],
 ['ipaddresses.networking.k8s.io', { metadata: { labels: { a: 'b' } } }, undefined],
 ['resourceclaims.resource.k8s.io', { metadata: { labels: { a: 'b' } } }, undefined],
 ['csidrivers.storage.k8s.io', { spec: { requiresRepublish: true } }, 2],
]

test.each(generations)('%s changed by %j is of generation %s', (resource, change, after) => {
  const { api, objectOf } = createChangedObjects()
  const { served, name, object } = objectOf(resource, {})
  api.ask('POST', pathOf(served), object)
  const patched = api.ask('PATCH', `${pathOf(served)}/${name}`, change, { 'content-type': 'application/merge-patch+json' })
  expect(patched.body.metadata.generation, JSON.stringify(patched.body)).toBe(after)
})
