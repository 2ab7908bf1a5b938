import { expect, test } from 'vitest'
import type { BufferedResponse } from '../../../src/sim/api/http'
import { testServer } from './test-server'

const POD = { metadata: { name: 'x' }, spec: { containers: [{ name: 'c', image: 'nginx' }] } }

test('metrics count requests by what was answered, and stored objects', () => {
  const { server, send } = testServer()
  for (let i = 0; i < 2; i++) send('POST', '/api/v1/namespaces/default/pods', POD)
  send('GET', '/api/v1/namespaces/default/pods/none')
  const { body } = server.request({ method: 'GET', url: '/metrics', headers: {} }) as { body: string }
  const about = (code: number, verb: string, scope: string) =>
    `apiserver_request_total{code="${code}",component="apiserver",dry_run="",group="",resource="pods",scope="${scope}",subresource="",verb="${verb}",version="v1"} 1\n`
  expect(body).toContain(about(201, 'POST', 'namespace'))
  expect(body).toContain(about(409, 'POST', 'namespace'))
  expect(body).toContain(about(404, 'GET', 'resource'))
  expect(body).toContain('apiserver_storage_objects{resource="pods"} 1\n')
  expect(body).toMatch(/^apiserver_request_duration_seconds_bucket\{.*verb="POST".*le="0.005"\} \d$/m)
  expect(body).toContain('kubernetes_feature_enabled{name="SidecarContainers",stage=""} 1\n')
})

test('who still asks for a deprecated version shows in the metrics', () => {
  const { server, send } = testServer()
  send('GET', '/api/v1/namespaces/default/endpoints')
  const { body } = server.request({ method: 'GET', url: '/metrics', headers: {} }) as { body: string }
  expect(body).toContain(
    'apiserver_requested_deprecated_apis{group="",removed_release="",resource="endpoints",subresource="",version="v1"} 1\n',
  )
})

test('service accounts find out who issues their tokens', () => {
  const { server, send } = testServer()
  expect(send('GET', '/.well-known/openid-configuration')).toMatchObject({
    issuer: 'https://kubernetes.default.svc.cluster.local',
    id_token_signing_alg_values_supported: ['RS256'],
  })
  const keys = server.request({ method: 'GET', url: '/openid/v1/jwks', headers: {} }) as BufferedResponse
  expect(keys.headers['content-type']).toBe('application/jwk-set+json')
  expect(JSON.parse(keys.body as string)).toMatchObject({ keys: [{ use: 'sig', kty: 'RSA', alg: 'RS256', e: 'AQAB' }] })
})
