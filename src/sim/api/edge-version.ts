import { ISSUER, signingKey } from './auth/token'
import { json, plainText } from './edge-answer'
import { currentGroups } from './discovery-routes'
import type { ApiServer, PathHandler } from './hooks'
import { versionInfo } from './version-info'

/** Answers `/version`, the list of paths at `/`, and who issues tokens. */
export const versionRoutes: PathHandler = (_request, { path }, server) => {
  if (path === '/version' || path === '/version/') return json(versionInfo(server.release))
  if (path === '/') return json({ paths: rootPaths(server) })
  if (path === '/.well-known/openid-configuration') return json(openIdConfiguration)
  if (path === '/openid/v1/jwks' || path === '/openid/v1/jwks/')
    return json({ keys: [signingKey()] }, 200, { 'content-type': 'application/jwk-set+json' })
  return undefined
}

/** What others need in order to check service account tokens by themselves. */
const openIdConfiguration = {
  issuer: ISSUER,
  jwks_uri: 'https://172.30.1.2:6443/openid/v1/jwks',
  response_types_supported: ['id_token'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['RS256'],
}

function rootPaths(server: ApiServer): readonly string[] {
  const groups = currentGroups(server).filter(({ group }) => group !== '')
  const apis = groups.flatMap(({ group, versions }) => [`/apis/${group}`, ...versions.map(({ apiVersion }) => `/apis/${apiVersion}`)])
  const health = HEALTH.flatMap((kind) => [`/${kind}`, ...checksOf(kind).map((check) => `/${kind}/${check}`)])
  return [
    '/.well-known/openid-configuration',
    '/api',
    '/api/v1',
    '/apis',
    '/apis/',
    ...apis,
    ...health,
    '/metrics',
    '/openid/v1/jwks',
    '/openapi/v2',
    '/openapi/v3',
    '/openapi/v3/',
    '/version',
  ].sort()
}

const HEALTH = ['healthz', 'livez', 'readyz'] as const

const HOOKS = [
  'start-apiserver-admission-initializer',
  'generic-apiserver-start-informers',
  'priority-and-fairness-config-consumer',
  'priority-and-fairness-filter',
  'storage-object-count-tracker-hook',
  'start-apiextensions-informers',
  'start-apiextensions-controllers',
  'crd-informer-synced',
  'start-system-namespaces-controller',
  'start-cluster-authentication-info-controller',
  'start-kube-apiserver-identity-lease-controller',
  'start-kube-apiserver-identity-lease-garbage-collector',
  'start-legacy-token-tracking-controller',
  'start-service-ip-repair-controllers',
  'rbac/bootstrap-roles',
  'scheduling/bootstrap-system-priority-classes',
  'priority-and-fairness-config-producer',
  'bootstrap-controller',
  'aggregator-reload-proxy-client-cert',
  'start-kube-aggregator-informers',
  'apiservice-status-local-available-controller',
  'apiservice-status-remote-available-controller',
  'apiservice-registration-controller',
  'apiservice-discovery-controller',
  'kube-apiserver-autoregistration',
].map((hook) => `poststarthook/${hook}`)

function checksOf(kind: (typeof HEALTH)[number]): readonly string[] {
  const end = ['autoregister-completion', 'apiservice-openapi-controller', 'apiservice-openapiv3-controller']
  if (kind === 'readyz') return ['ping', 'log', 'etcd', 'etcd-readiness', 'informer-sync', ...HOOKS, ...end, 'shutdown']
  return ['ping', 'log', 'etcd', ...HOOKS, ...end]
}

/**
 * Answers `/healthz`, `/livez`, `/readyz`: all is well, or there would be no answer, but for programs that keep keys (KMS) and do not answer.
 * `?verbose` lists the checks, `?exclude=` skips some.
 */
export const healthRoutes: PathHandler = (_request, { path, query }, server) => {
  const [, kind, ...rest] = path.split('/')
  const known = HEALTH.find((each) => each === kind)
  if (!known) return undefined
  const check = rest.join('/')
  const failing = server.missing().map((_name, index) => `kms-provider-${index}`)
  const afterEtcd = checksOf(known).findLastIndex((name) => name.startsWith('etcd')) + 1
  const all = failing.length === 0 ? checksOf(known) : checksOf(known).toSpliced(afterEtcd, 0, ...failing)
  if (check !== '' && !all.includes(check)) return plainText('404 page not found\n', 404)
  const excluded = query.getAll('exclude')
  const asked = check === '' ? all : [check]
  const fails = (name: string) => failing.includes(name) && !excluded.includes(name)
  const isWell = !asked.some(fails)
  if (isWell && !query.has('verbose')) return plainText('ok')
  const lines = asked.map((name) =>
    fails(name)
      ? `[-]${name} failed: reason withheld`
      : excluded.includes(name) && check === ''
        ? `[+]${name} excluded: ok`
        : `[+]${name} ok`,
  )
  return isWell ? plainText(`${lines.join('\n')}\n${known} check passed\n`) : plainText(`${lines.join('\n')}\n${known} check failed\n`, 500)
}
