import { beforeEach, describe, expect, test } from 'vitest'
import {
  bootstrapClusterRoleBindings,
  bootstrapClusterRoles,
  bootstrapRoleBindings,
  bootstrapRoles,
} from '../../../../src/sim/api/auth/bootstrap-roles'
import { writeRequest } from '../../../../src/sim/formats/x509-writing'
import { certificateFor, nameOf } from '../../../../src/sim/api/auth/certificate'
import { subjectOf } from '../../../../src/sim/api/auth/client-certificate'
import { reviewKinds } from '../../../../src/sim/api/auth/reviews'
import { kubeadmHooks } from '../../../../src/sim/api/kubeadm-hooks'
import type { ApiServer } from '../../../../src/sim/api/hooks'
import type { BufferedResponse } from '../../../../src/sim/api/http'
import { defineKind, type KindDefinition } from '../../../../src/sim/api/kind'
import { createApiServer } from '../../../../src/sim/api/server'
import { createEngine, type Engine } from '../../../../src/sim/engine/engine'
import { allKinds } from '../../../../src/sim/kinds/all'

const RBAC = '/apis/rbac.authorization.k8s.io/v1'
let server: ApiServer
let engine: Engine

type Headers = Readonly<Record<string, string>>
const send = (method: string, url: string, body?: unknown, headers: Headers = {}) => {
  const answer = server.request({
    method,
    url,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  return JSON.parse((answer as BufferedResponse).body as string)
}
const as = (user: string, groups = ''): Headers => ({ 'impersonate-user': user, ...(groups && { 'impersonate-group': groups }) })

/** Stand-ins where the real kinds are not there yet. */
const rbacKinds = ['ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding'].map((kind) =>
  defineKind({
    group: 'rbac.authorization.k8s.io',
    version: 'v1',
    kind,
    plural: `${kind.toLowerCase()}s`,
    namespaced: kind.startsWith('Role'),
    nameRule: 'path-segment',
  }),
)

beforeEach(() => {
  engine = createEngine({ seed: 1, startMs: Date.UTC(2026, 0, 1) })
  const known = new Set(allKinds.map(({ kind }) => kind))
  const kinds = [...allKinds, ...reviewKinds, ...rbacKinds.filter(({ kind }) => !known.has(kind))] as unknown as readonly KindDefinition[]
  server = createApiServer({ engine, kinds: kinds as readonly KindDefinition<never>[], ...kubeadmHooks() })
  for (const name of ['default', 'kube-system', 'kube-public']) send('POST', '/api/v1/namespaces', { metadata: { name } })
  for (const role of bootstrapClusterRoles) expect(send('POST', `${RBAC}/clusterroles`, role)).toMatchObject({ kind: 'ClusterRole' })
  for (const binding of bootstrapClusterRoleBindings)
    expect(send('POST', `${RBAC}/clusterrolebindings`, binding)).toMatchObject({ kind: 'ClusterRoleBinding' })
  for (const role of bootstrapRoles)
    expect(send('POST', `${RBAC}/namespaces/${role.metadata.namespace}/roles`, role)).toMatchObject({ kind: 'Role' })
  for (const binding of bootstrapRoleBindings) {
    expect(send('POST', `${RBAC}/namespaces/${binding.metadata.namespace}/rolebindings`, binding)).toMatchObject({ kind: 'RoleBinding' })
  }
})

const bind = (name: string, role: string, user: string, namespace = 'default') =>
  send('POST', `${RBAC}/namespaces/${namespace}/rolebindings`, {
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
    subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: user }],
  })

describe('a user without rights', () => {
  test.each([
    [
      'GET',
      '/api/v1/namespaces/default/pods',
      'pods is forbidden: User "jane" cannot list resource "pods" in API group "" in the namespace "default"',
    ],
    [
      'GET',
      '/apis/apps/v1/deployments',
      'deployments.apps is forbidden: User "jane" cannot list resource "deployments" in API group "apps" at the cluster scope',
    ],
    [
      'DELETE',
      '/api/v1/nodes/node01',
      'nodes "node01" is forbidden: User "jane" cannot delete resource "nodes" in API group "" at the cluster scope',
    ],
    [
      'GET',
      '/api/v1/namespaces/default/pods/x/log',
      'pods "x" is forbidden: User "jane" cannot get resource "pods/log" in API group "" in the namespace "default"',
    ],
    ['GET', '/metrics', 'forbidden: User "jane" cannot get path "/metrics"'],
  ])('%s %s is refused in the real words', (method, url, message) => {
    expect(send(method, url, undefined, as('jane'))).toMatchObject({ code: 403, reason: 'Forbidden', message })
  })

  test('may still ask what the server offers', () => {
    expect(send('GET', '/api', undefined, as('jane'))).toMatchObject({ kind: 'APIVersions' })
  })
})

test('a role bound in a namespace counts there and nowhere else', () => {
  bind('jane-views', 'view', 'jane')
  expect(send('GET', '/api/v1/namespaces/default/pods', undefined, as('jane'))).toMatchObject({ kind: 'PodList' })
  expect(send('GET', '/api/v1/namespaces/default/secrets', undefined, as('jane'))).toMatchObject({ code: 403 })
  expect(send('GET', '/api/v1/namespaces/kube-system/pods', undefined, as('jane'))).toMatchObject({ code: 403 })
})

test('whoever comes from inside the cluster without credentials is anonymous', () => {
  const answer = server.request({ method: 'GET', url: '/api/v1/pods', headers: {}, from: '192.168.1.5' }) as BufferedResponse
  expect(JSON.parse(answer.body as string).message).toBe(
    'pods is forbidden: User "system:anonymous" cannot list resource "pods" in API group "" at the cluster scope',
  )
  expect(server.request({ method: 'GET', url: '/version', headers: {}, from: '192.168.1.5' }).status).toBe(200)
})

describe('a service-account token', () => {
  const token = (seconds?: number) =>
    send('POST', '/api/v1/namespaces/default/serviceaccounts/robot/token', { spec: { expirationSeconds: seconds } })
  beforeEach(() => send('POST', '/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'robot' } }))
  const whoami = (bearer: string) =>
    send('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {}, { authorization: `Bearer ${bearer}` })

  test('names its account and that account’s groups', () => {
    expect(whoami(token().status.token).status.userInfo).toMatchObject({
      username: 'system:serviceaccount:default:robot',
      groups: ['system:serviceaccounts', 'system:serviceaccounts:default', 'system:authenticated'],
    })
  })

  test('ends after its time, with its account, and when bent', () => {
    const { token: bearer, expirationTimestamp } = token(600).status
    expect(expirationTimestamp).toBe('2026-01-01T00:10:00Z')
    expect(whoami(`${bearer.slice(0, -4)}AAAA`)).toMatchObject({ code: 401, message: 'Unauthorized' })
    engine.advanceTo(engine.nowMs + 600_000)
    expect(whoami(bearer)).toMatchObject({ code: 401 })
    const next = token().status.token
    send('DELETE', '/api/v1/namespaces/default/serviceaccounts/robot')
    expect(whoami(next)).toMatchObject({ code: 401 })
  })

  test('lives at least ten minutes', () => {
    expect(token(60)).toMatchObject({
      code: 422,
      message:
        'TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 60: may not specify a duration less than 10 minutes',
    })
  })

  test('can be reviewed', () => {
    const review = (bearer: string) => send('POST', '/apis/authentication.k8s.io/v1/tokenreviews', { spec: { token: bearer } }).status
    expect(review(token().status.token)).toMatchObject({ authenticated: true, user: { username: 'system:serviceaccount:default:robot' } })
    expect(review('nonsense')).toMatchObject({ error: 'invalid bearer token' })
  })

  test('is reviewed for those who are asked about, and the review says what is wrong with it', () => {
    const bearer = (spec: object) => send('POST', '/api/v1/namespaces/default/serviceaccounts/robot/token', { spec }).status.token as string
    const review = (token: string, audiences?: readonly string[]) =>
      send('POST', '/apis/authentication.k8s.io/v1/tokenreviews', { spec: { token, ...(audiences && { audiences }) } }).status
    const forVault = bearer({ audiences: ['vault'] })
    const lasting = bearer({ expirationSeconds: 7200 })
    expect(review(forVault, ['vault', 'ci'])).toMatchObject({ authenticated: true, audiences: ['vault'] })
    expect(review(forVault).error).toBe(
      '[invalid bearer token, token audiences ["vault"] is invalid for the target audiences ["https://kubernetes.default.svc.cluster.local"]]',
    )
    engine.advanceTo(engine.nowMs + 3_700_000)
    expect(review(forVault, ['vault']).error).toBe('[invalid bearer token, service account token has expired]')
    send('DELETE', '/api/v1/namespaces/default/serviceaccounts/robot')
    expect(review(lasting).error).toBe('[invalid bearer token, serviceaccounts "robot" not found]')
  })
})

test('who may only see one object by name may list and watch it by its name, and nothing else', () => {
  const place = `${RBAC}/namespaces/default`
  const rule = { apiGroups: [''], resources: ['configmaps'], resourceNames: ['mine'], verbs: ['get', 'list', 'watch'] }
  send('POST', `${place}/roles`, { metadata: { name: 'mine' }, rules: [rule] })
  const subjects = [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'ann' }]
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'mine' }
  send('POST', `${place}/rolebindings`, { metadata: { name: 'mine' }, subjects, roleRef })
  const list = (query: string) => send('GET', `/api/v1/namespaces/default/configmaps${query}`, undefined, as('ann'))
  expect(list('?fieldSelector=metadata.name%3Dmine')).toMatchObject({ kind: 'ConfigMapList' })
  expect(list('')).toMatchObject({ code: 403 })
  expect(list('?fieldSelector=metadata.name%3Dyours').message).toBe(
    'configmaps "yours" is forbidden: User "ann" cannot list resource "configmaps" in API group "" in the namespace "default"',
  )
})

test('access reviews tell which binding allows', () => {
  bind('jane-edits', 'edit', 'jane')
  const ask = (verb: string, resource: string, headers: Headers) =>
    send(
      'POST',
      '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
      { spec: { resourceAttributes: { namespace: 'default', verb, resource } } },
      headers,
    ).status
  expect(ask('delete', 'pods', as('jane'))).toEqual({
    allowed: true,
    reason: 'RBAC: allowed by RoleBinding "jane-edits/default" of ClusterRole "edit" to User "jane"',
  })
  expect(ask('delete', 'nodes', as('jane'))).toEqual({ allowed: false })
  const reason =
    'RBAC: allowed by ClusterRoleBinding "kubeadm:cluster-admins" of ClusterRole "cluster-admin" to Group "kubeadm:cluster-admins"'
  expect(ask('delete', 'nodes', {})).toEqual({ allowed: true, reason })
})

test('impersonation needs a right of its own', () => {
  bind('jane-views', 'view', 'jane')
  const remote = { 'x-remote-user': 'jane' }
  expect(send('GET', '/api/v1/namespaces/default/pods', undefined, remote)).toMatchObject({ kind: 'PodList' })
  expect(send('GET', '/api/v1/namespaces/default/pods', undefined, { ...remote, ...as('joe') })).toMatchObject({
    code: 403,
    message: 'users "joe" is forbidden: User "jane" cannot impersonate resource "users" in API group "" at the cluster scope',
  })
})

test('nobody grants more than they hold', () => {
  bind('jane-administers', 'admin', 'jane')
  const role = (verbs: string[], resources: string[]) =>
    send(
      'POST',
      `${RBAC}/namespaces/default/roles`,
      { metadata: { name: 'r' }, rules: [{ apiGroups: [''], resources, verbs }] },
      as('jane'),
    )
  expect(role(['get', 'delete'], ['nodes'])).toMatchObject({
    code: 403,
    message:
      'roles.rbac.authorization.k8s.io "r" is forbidden: user "jane" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["nodes"], Verbs:["get" "delete"]}',
  })
  expect(role(['get'], ['pods'])).toMatchObject({ kind: 'Role' })
})

test('a node reads only what its own Pods refer to', () => {
  send('POST', '/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } })
  const volumes = [{ name: 'v', secret: { secretName: 'mine' } }]
  send('POST', '/api/v1/namespaces/default/pods', {
    metadata: { name: 'p' },
    spec: { nodeName: 'node01', volumes, containers: [{ name: 'c', image: 'nginx' }] },
  })
  for (const name of ['mine', 'other']) send('POST', '/api/v1/namespaces/default/secrets', { metadata: { name } })
  const node = as('system:node:node01', 'system:nodes')
  expect(send('GET', '/api/v1/namespaces/default/secrets/mine', undefined, node)).toMatchObject({ kind: 'Secret' })
  expect(send('GET', '/api/v1/namespaces/default/secrets/other', undefined, node)).toMatchObject({
    code: 403,
    message: `secrets "other" is forbidden: User "system:node:node01" cannot get resource "secrets" in API group "" in the namespace "default": no relationship found between node 'node01' and this object`,
  })
})

test('a certificate names its user and groups, and so does a request for one', () => {
  const subject = { commonName: 'jane', organizations: ['dev', 'ops'] }
  const pem = certificateFor(nameOf(subject), { serial: '07', notBeforeMs: Date.UTC(2026, 0, 1), notAfterMs: Date.UTC(2027, 0, 1) })
  const request = writeRequest({ subject: nameOf(subject), key: 'ab', alternativeNames: [] })
  expect([subjectOf(pem), subjectOf(request), subjectOf('nonsense')]).toEqual([subject, subject, undefined])
  const review = send('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {}, { 'x-client-certificate': btoa(pem) })
  expect(review.status.userInfo).toEqual({ username: 'jane', groups: ['dev', 'ops', 'system:authenticated'] })
  expect(send('GET', '/api/v1/pods', undefined, { 'x-client-certificate': 'xx' })).toMatchObject({ code: 401 })
})
