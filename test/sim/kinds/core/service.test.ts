import { expect, test } from 'vitest'
import { createApi } from '../api'

const SERVICES = '/api/v1/namespaces/default/services'
const asMergePatch = { 'content-type': 'application/merge-patch+json' }
const service = (name: string, spec: object) => ({ metadata: { name }, spec })

test('a Service gets an address of 10.96.0.0/12 and keeps it', () => {
  const { ask } = createApi()
  const { spec } = ask('POST', SERVICES, service('web', { ports: [{ port: 80 }] })).body
  expect(spec).toMatchObject({
    type: 'ClusterIP',
    sessionAffinity: 'None',
    internalTrafficPolicy: 'Cluster',
    ipFamilies: ['IPv4'],
    ipFamilyPolicy: 'SingleStack',
    ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
  })
  expect(spec.clusterIP).toMatch(/^10\.(9[6-9]|1[01]\d)\.\d+\.\d+$/)
  expect(spec.clusterIPs).toEqual([spec.clusterIP])
  const changed = ask('PUT', `${SERVICES}/web`, service('web', { ports: [{ port: 81 }] })).body
  expect(changed.spec.clusterIP).toBe(spec.clusterIP)
})

test('an address that was asked for is given, but not twice', () => {
  const { ask } = createApi()
  expect(ask('POST', SERVICES, service('dns', { clusterIP: '10.96.0.10', ports: [{ port: 53 }] })).body.spec.clusterIP).toBe('10.96.0.10')
  const second = ask('POST', SERVICES, service('dns2', { clusterIP: '10.96.0.10', ports: [{ port: 53 }] }))
  expect(second.body.message).toBe(
    'Service "dns2" is invalid: spec.clusterIPs: Invalid value: ["10.96.0.10"]: failed to allocate IP 10.96.0.10: provided IP is already allocated',
  )
})

test('node ports come and go with the type that needs them', () => {
  const { ask } = createApi()
  ask('POST', SERVICES, service('web', { ports: [{ port: 80 }] }))
  const opened = ask('PATCH', `${SERVICES}/web`, { spec: { type: 'NodePort' } }, asMergePatch).body
  const [{ nodePort }] = opened.spec.ports
  expect(nodePort).toBeGreaterThanOrEqual(30000)
  expect(nodePort).toBeLessThanOrEqual(32767)
  expect(opened.spec.externalTrafficPolicy).toBe('Cluster')
  const taken = ask('POST', SERVICES, service('other', { type: 'NodePort', ports: [{ port: 80, nodePort }] }))
  expect(taken.body.message).toContain(`spec.ports[0].nodePort: Invalid value: ${nodePort}: provided port is already allocated`)
  const closed = ask('PATCH', `${SERVICES}/web`, { spec: { type: 'ClusterIP' } }, asMergePatch)
  expect(closed.body.spec.ports[0]).not.toHaveProperty('nodePort')
})

test('a Service that becomes a mere name gives its address back', () => {
  const { ask } = createApi()
  ask('POST', SERVICES, service('web', { ports: [{ port: 80 }] }))
  const named = ask('PATCH', `${SERVICES}/web`, { spec: { type: 'ExternalName', externalName: 'example.com' } }, asMergePatch)
  expect(named.body.spec).not.toHaveProperty('clusterIP')
})

test.each([
  [{ ports: [{ port: 80 }] }, ['ClusterIP', '<none>', '80/TCP']],
  [{ type: 'NodePort', ports: [{ port: 80, nodePort: 30080 }] }, ['NodePort', '<none>', '80:30080/TCP']],
  [{ type: 'LoadBalancer', ports: [{ port: 80, nodePort: 30080 }] }, ['LoadBalancer', '<pending>', '80:30080/TCP']],
  [{ type: 'ExternalName', externalName: 'example.com' }, ['ExternalName', 'example.com', '<none>']],
  [{ clusterIP: 'None', ports: [{ port: 80 }], externalIPs: ['1.2.3.4'] }, ['ClusterIP', '1.2.3.4', '80/TCP']],
])('kubectl get services shows %j as %j', (spec, [type, external, ports]) => {
  const { ask, table } = createApi()
  ask('POST', SERVICES, service('web', spec))
  const [{ cells }] = table(SERVICES).body.rows
  expect([cells[1], cells[3], cells[4]]).toEqual([type, external, ports])
})
