import { describe, expect, test } from 'vitest'
import { hostFor, ruleFor } from '../../../../src/sim/addons/gateway/matching'
import { commonHost } from '../../../../src/sim/addons/gateway/hostnames'
import type { ServedRule } from '../../../../src/sim/addons/gateway/configuration'
import type { RouteMatch } from '../../../../src/sim/addons/gateway/types'

const rule = (route: string, ...matches: RouteMatch[]): ServedRule => ({ route, matches, filters: [], backends: [], timeoutMs: undefined })
const prefix = (value: string) => ({ path: { type: 'PathPrefix' as const, value } })
const exact = (value: string) => ({ path: { type: 'Exact' as const, value } })

/** The route that a request falls under. */
const routed = (rules: readonly ServedRule[], target: string, headers: Record<string, string> = {}, method = 'GET') => {
  const [path = '', query = ''] = target.split('?')
  const asked = { host: 'a.example', path, method, headers, query: new URLSearchParams(query) }
  return ruleFor({ host: '', certificate: undefined, rules }, asked)?.rule.route ?? 'nothing'
}

describe('given several rules that a request falls under, then that one counts which says most', () => {
  const rules = [
    rule('root', prefix('/')),
    rule('cart', prefix('/cart')),
    rule('cart by POST', { ...prefix('/cart'), method: 'POST' }),
    rule('cart by one header', { ...prefix('/cart'), headers: [{ name: 'X-A', value: '1' }] }),
    rule('cart by two headers', { ...prefix('/cart'), headers: [{ name: 'x-a', value: '1' }, { name: 'x-b', type: 'RegularExpression', value: '^[0-9]+$' }] }), // prettier-ignore
    rule('cart by query', { ...prefix('/cart'), queryParams: [{ name: 'debug', value: 'yes' }] }),
    rule('cart exactly', exact('/cart')),
    rule('the younger root', prefix('/')),
  ]
  test.each([
    ['/', {}, 'GET', 'root'],
    ['/cartoon', {}, 'GET', 'root'],
    ['/cart', {}, 'GET', 'cart exactly'],
    ['/cart/', {}, 'GET', 'cart'],
    ['/cart/1', {}, 'POST', 'cart by POST'],
    ['/cart/1', { 'x-a': '1' }, 'GET', 'cart by one header'],
    ['/cart/1', { 'x-a': '1' }, 'POST', 'cart by POST'],
    ['/cart/1', { 'x-a': '1', 'x-b': '22' }, 'GET', 'cart by two headers'],
    ['/cart/1', { 'x-a': '1', 'x-b': 'no' }, 'GET', 'cart by one header'],
    ['/cart/1?debug=yes', {}, 'GET', 'cart by query'],
    ['/cart/1?debug=no', {}, 'GET', 'cart'],
  ])('%s %j %s: %s', (target, headers, method, expected) => expect(routed(rules, target, headers, method)).toBe(expected))

  test('and without one for it the request falls under nothing', () => expect(routed([rule('cart', exact('/cart'))], '/')).toBe('nothing'))
})

test('given hosts of several sorts, then the most particular is meant', () => {
  const hosts = ['', '*.example', '*.b.example', 'a.b.example'].map((host) => ({ host, certificate: undefined, rules: [] }))
  const found = (host: string) => hostFor({ port: 80, isSecure: false, hosts }, host)?.host
  expect(['a.b.example', 'c.b.example', 'c.d.b.example', 'b.example', 'example', 'else'].map(found)).toEqual([
    'a.b.example',
    '*.b.example',
    '*.b.example',
    '*.example',
    '',
    '',
  ])
})

test.each([
  ['', 'a.example', 'a.example'],
  ['a.example', '', 'a.example'],
  ['*.example', 'a.example', 'a.example'],
  ['a.example', '*.example', 'a.example'],
  ['*.example', '*.b.example', '*.b.example'],
  ['*.example', 'example', undefined],
  ['a.example', 'b.example', undefined],
  ['', '', ''],
])('a listener for %j and a route for %j have in common: %s', (listener, route, expected) =>
  expect(commonHost(listener, route)).toBe(expected),
)
