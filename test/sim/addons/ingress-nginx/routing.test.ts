import { describe, expect, test } from 'vitest'
import { configurationFor, type Inputs } from '../../../../src/sim/addons/ingress-nginx/configuration'
import { canaryOf } from '../../../../src/sim/addons/ingress-nginx/annotations'
import { isKnownUser } from '../../../../src/sim/addons/ingress-nginx/basic-auth'
import { canaryTakes, locationFor, rewritten, serverFor } from '../../../../src/sim/addons/ingress-nginx/routing'
import type { Service } from '../../../../src/sim/api/types/core-v1.gen'
import type { EndpointSlice } from '../../../../src/sim/api/types/discovery-v1.gen'
import type { Ingress } from '../../../../src/sim/api/types/networking-v1.gen'

type Path = readonly [path: string, type: string, service: string]
const path = ([path, pathType, name]: Path) => ({ path, pathType, backend: { service: { name, port: { number: 80 } } } })
const ingress = (name: string, rules: Readonly<Record<string, readonly Path[]>>, annotations = {}, more = {}): Ingress => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: {
    name,
    namespace: 'default',
    creationTimestamp: '2026-01-01T00:00:00Z',
    annotations: Object.fromEntries(Object.entries(annotations).map(([key, value]) => [`nginx.ingress.kubernetes.io/${key}`, value])),
  } as Ingress['metadata'],
  spec: { rules: Object.entries(rules).map(([host, paths]) => ({ ...(host && { host }), http: { paths: paths.map(path) } })), ...more },
})
const service = { spec: { ports: [{ port: 80, targetPort: 8080 }] } } as unknown as Service
const slice = { ports: [{ port: 8080, protocol: 'TCP' }], endpoints: [{ addresses: ['192.168.1.5'] }] } as unknown as EndpointSlice
const inputs = (...ingresses: Ingress[]): Inputs => ({
  ingresses,
  service: () => service,
  slices: () => [slice],
  secret: () => undefined,
  options: {},
  warn: () => {},
})

/** Where a request goes, and with which path. */
function routed(wanted: string, ...ingresses: Ingress[]): string {
  const slash = wanted.indexOf('/')
  const server = serverFor(configurationFor(inputs(...ingresses)), wanted.slice(0, slash))
  const location = locationFor(server, wanted.slice(slash))!
  return `${location.upstream} ${rewritten(location, wanted.slice(slash))}`
}

describe('given the paths of an Ingress, when a request comes, then it goes', () => {
  const shop = ingress('shop', {
    'shop.example': [
      ['/', 'Prefix', 'root'],
      ['/cart', 'Prefix', 'cart'],
      ['/cart/checkout', 'ImplementationSpecific', 'checkout'],
      ['/exact', 'Exact', 'exact'],
    ],
    '*.shop.example': [['/', 'Prefix', 'wild']],
    'api.shop.example': [['/v1', 'Prefix', 'api']],
    '': [['/anything', 'Prefix', 'any']],
  })
  test.each([
    ['to the root', 'shop.example/', 'default-root-80 /'],
    ['to the prefix', 'shop.example/cart', 'default-cart-80 /cart'],
    ['to the prefix with more of the path', 'shop.example/cart/items', 'default-cart-80 /cart/items'],
    ['not to a prefix that is not a whole element', 'shop.example/cartoon', 'default-root-80 /cartoon'],
    ['to the longest prefix', 'shop.example/cart/checkout/now', 'default-checkout-80 /cart/checkout/now'],
    ['to an exact path', 'shop.example/exact', 'default-exact-80 /exact'],
    ['not to an exact path with more behind it', 'shop.example/exact/', 'default-root-80 /exact/'],
    ['by a wildcard for one label', 'blue.shop.example/', 'default-wild-80 /'],
    ['not by a wildcard for two labels', 'very.blue.shop.example/', 'upstream-default-backend /'],
    ['by the name rather than by the wildcard', 'api.shop.example/v1', 'default-api-80 /v1'],
    ['nowhere with a path that the host has not', 'api.shop.example/v2', 'upstream-default-backend /v2'],
    ['by no host at all', '10.0.0.1/anything', 'default-any-80 /anything'],
    ['whatever the case of the host, with a port', 'SHOP.example:8080/exact', 'default-exact-80 /exact'],
  ])('%s: %s', (_how, wanted, expected) => expect(routed(wanted, shop)).toBe(expected))

  test('to the older of two Ingresses that ask for the same path', () => {
    const older = ingress('b', { 'a.example': [['/', 'Prefix', 'older']] })
    const newer = ingress('a', { 'a.example': [['/', 'Prefix', 'newer']] })
    const later = { ...newer, metadata: { ...newer.metadata, creationTimestamp: '2026-01-01T00:00:01Z' } }
    expect(routed('a.example/', later, older)).toBe('default-older-80 /')
  })

  test('to the default backend of the Ingress where no path fits, and to that of an Ingress without rules where no host does', () => {
    const withDefault = ingress('one', { 'a.example': [['/x', 'Prefix', 'x']] }, {}, { defaultBackend: { service: { name: 'rest', port: { number: 80 } } } }) // prettier-ignore
    const bare = ingress('two', {}, {}, { rules: undefined, defaultBackend: { service: { name: 'all', port: { number: 80 } } } })
    expect(routed('a.example/y', withDefault, bare)).toBe('default-rest-80 /y')
    expect(routed('b.example/y', withDefault, bare)).toBe('default-all-80 /y')
  })
})

describe('given rewrite-target, when a request comes, then the backend gets the path', () => {
  const rewrite = (target: string, from: string, type = 'ImplementationSpecific') =>
    ingress('r', { 'r.example': [[from, type, 'web']] }, { 'rewrite-target': target, 'use-regex': 'true' })
  test.each([
    ['/$2', '/something(/|$)(.*)', 'r.example/something', '/'],
    ['/$2', '/something(/|$)(.*)', 'r.example/something/', '/'],
    ['/$2', '/something(/|$)(.*)', 'r.example/something/new', '/new'],
    ['/$1', '/(.+)', 'r.example/deep/er', '/deep/er'],
    ['/', '/testpath', 'r.example/testpath/more', '/'],
    ['/', '/testpath', 'r.example/TestPath', '/'],
  ])('%s from %s: %s', (target, from, wanted, path) => expect(routed(wanted, rewrite(target, from))).toBe(`default-web-80 ${path}`))
})

describe('given a canary, when a request comes, then it takes it', () => {
  const canary = (annotations: object) => canaryOf(ingress('canary', {}, { canary: 'true', ...annotations }))!
  const ask = (annotations: object, headers: Record<string, string>, cookies: Record<string, string> = {}, chance = 0.5) =>
    canaryTakes(canary(annotations), { headers, cookies }, chance)
  test('by header, whatever its weight', () => {
    const byHeader = { 'canary-by-header': 'X-Canary', 'canary-weight': '100' }
    expect(ask(byHeader, { 'x-canary': 'always' })).toBe(true)
    expect(ask(byHeader, { 'x-canary': 'never' })).toBe(false)
    expect(ask({ 'canary-by-header': 'X-Canary' }, { 'x-canary': 'yes' })).toBe(false)
    expect(ask({ 'canary-by-header': 'X-Region', 'canary-by-header-value': 'eu' }, { 'x-region': 'eu' })).toBe(true)
    expect(ask({ 'canary-by-header': 'X-Region', 'canary-by-header-value': 'eu' }, { 'x-region': 'always' })).toBe(false)
    expect(ask({ 'canary-by-header': 'X-Region', 'canary-by-header-pattern': '^eu-' }, { 'x-region': 'eu-west' })).toBe(true)
  })
  test('by cookie', () => {
    expect(ask({ 'canary-by-cookie': 'beta' }, {}, { beta: 'always' })).toBe(true)
    expect(ask({ 'canary-by-cookie': 'beta', 'canary-weight': '100' }, {}, { beta: 'never' })).toBe(false)
  })
  test('by weight', () => {
    expect(ask({ 'canary-weight': '30' }, {}, {}, 0.299)).toBe(true)
    expect(ask({ 'canary-weight': '30' }, {}, {}, 0.3)).toBe(false)
    expect(ask({ 'canary-weight': '0' }, {}, {}, 0)).toBe(false)
  })
})

test('given a file of htpasswd, then a password is known in each of the forms that the file may have', () => {
  const basic = (text: string) => `Basic ${btoa(text)}`
  // `openssl passwd -apr1 -salt abcdefgh foo` wrote the first.
  const file = 'ann:$apr1$abcdefgh$awk9jawvrNMt/NFJ.cswm.\nbob:{SHA}C+7Hteo/D9vJXQ3UfzxbwnXaijM=\ncarl:{PLAIN}foo\n'
  expect(isKnownUser(file, basic('ann:foo'))).toEqual(['ann', true])
  expect(isKnownUser(file, basic('ann:bar'))).toEqual(['ann', false])
  expect(isKnownUser(file, basic('bob:foo'))).toEqual(['bob', true])
  expect(isKnownUser(file, basic('carl:foo'))).toEqual(['carl', true])
  expect(isKnownUser(file, basic('dora:foo'))).toEqual(['dora', false])
  expect(isKnownUser(file, undefined)).toEqual([undefined, false])
})
