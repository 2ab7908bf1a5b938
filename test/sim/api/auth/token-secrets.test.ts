import { expect, test } from 'vitest'
import { fillTokenSecrets } from '../../../../src/sim/api/auth/token-secrets'
import { timestamp } from '../../../../src/sim/engine/time'
import { testServer } from '../test-server'

test('a token Secret is filled for its account, works as its credentials, and goes with it', () => {
  const { server, engine, send } = testServer()
  fillTokenSecrets(server)
  const path = '/api/v1/namespaces/default'
  send('POST', `${path}/serviceaccounts`, { metadata: { name: 'robot' } })
  send('POST', `${path}/secrets`, {
    metadata: { name: 's', annotations: { 'kubernetes.io/service-account.name': 'robot' } },
    type: 'kubernetes.io/service-account-token',
  })
  engine.advanceTo(engine.nowMs + 10)
  const secret = send('GET', `${path}/secrets/s`)
  expect(Object.keys(secret.data).sort()).toEqual(['ca.crt', 'namespace', 'token'])
  expect(secret.metadata.annotations['kubernetes.io/service-account.uid']).toMatch(/^[0-9a-f-]{36}$/)
  const authorization = `Bearer ${atob(secret.data.token)}`
  const claims = JSON.parse(atob(atob(secret.data.token).split('.')[1]!)) as object
  expect(claims).toEqual({
    iss: 'kubernetes/serviceaccount',
    'kubernetes.io/serviceaccount/namespace': 'default',
    'kubernetes.io/serviceaccount/secret.name': 's',
    'kubernetes.io/serviceaccount/service-account.name': 'robot',
    'kubernetes.io/serviceaccount/service-account.uid': secret.metadata.annotations['kubernetes.io/service-account.uid'] as string,
    sub: 'system:serviceaccount:default:robot',
  })
  const whoami = () => send('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {}, { authorization })
  expect(whoami().message).toContain('User "system:serviceaccount:default:robot" cannot create') // known, though without rights here
  engine.advanceTo(engine.nowMs + 10)
  const lastUsed = 'kubernetes.io/legacy-token-last-used'
  expect(send('GET', `${path}/secrets/s`).metadata.labels).toEqual({ [lastUsed]: timestamp(engine.nowMs).slice(0, 10) })
  const invalid = (since: string | null) =>
    send(
      'PATCH',
      `${path}/secrets/s`,
      { metadata: { labels: { 'kubernetes.io/legacy-token-invalid-since': since } } },
      { 'content-type': 'application/merge-patch+json' },
    )
  invalid('2026-01-01')
  expect(whoami()).toMatchObject({ code: 401 })
  invalid(null)
  expect(whoami().message).toContain('cannot create')
  send('DELETE', `${path}/serviceaccounts/robot`)
  engine.advanceTo(engine.nowMs + 10)
  expect(send('GET', `${path}/secrets/s`)).toMatchObject({ code: 404 })
  expect(whoami()).toMatchObject({ code: 401 })
})
