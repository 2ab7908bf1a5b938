import { expect, test } from 'vitest'
import { createRandom } from '../../../src/sim/engine/random'
import { isStreamed, isUpgraded, type ApiRequest } from '../../../src/sim/api/http'
import type { KindDefinition } from '../../../src/sim/api/kind'
import type { Served } from '../../../src/sim/api/registry'
import { typeOfKind, type ScalarName, type Type } from '../../../src/sim/api/schema/schema'
import { testServer } from './test-server'

/*
 * Requests that no honest client sends. Each must be answered with a Status (or by chance be right), quickly, and what is refused must leave
 * nothing behind.
 */

const REQUESTS = 20_000

const SCALARS: Readonly<Record<ScalarName, readonly unknown[]>> = {
  string: ['a', 'b', 'ClusterIP', 'Always', 'v1', '10.0.0.1', 'a.example.com', '/x', ''],
  boolean: [true, false],
  int32: [0, 1, 80, -1, 70000, 2147483647],
  int64: [0, 1, 30, -1, 2 ** 40],
  float64: [0, 0.5],
  bytes: ['', 'YQ==', 'LS0tLQ=='],
  time: ['2026-01-01T00:00:00Z'],
  microtime: ['2026-01-01T00:00:00.000000Z'],
  duration: ['1s', '5m0s'],
  quantity: ['1', '500m', '1Gi', '-1', '1e3', '0'],
  'int-or-string': [0, 80, '25%', 'http', -5, '200%'],
  object: [{}, { a: 1 }, 'x'],
}
const PATCHES = ['application/merge-patch+json', 'application/strategic-merge-patch+json', 'application/apply-patch+yaml']

test(`${REQUESTS} senseless requests are each answered with a Status, and none of them breaks the server`, { timeout: 120_000 }, () => {
  const { server, engine } = testServer()
  const random = createRandom(42)
  const pick = <T>(items: readonly T[]): T => random.pick(items)
  const served = server.registry.all()

  const strange: readonly unknown[] = [
    null,
    true,
    0,
    -1,
    1.5,
    1e308,
    -1e308,
    2 ** 53,
    '',
    ' ',
    'a',
    '💥',
    '\u0000',
    '\ud800',
    'x'.repeat(5000),
    '../..',
    '${jndi}',
    [],
    [[]],
    {},
    { a: null },
    '1e999999999',
    '1Ei',
    '0x10',
    'NaN',
    '--1',
    '2026-13-45T99:99:99Z',
    'constructor',
    'toString',
    '__proto__',
  ]
  const keys = [
    'metadata',
    'name',
    'namespace',
    'labels',
    'annotations',
    'spec',
    'status',
    'data',
    'containers',
    'template',
    'replicas',
    'selector',
    'matchLabels',
    'resources',
    'limits',
    'cpu',
    'ports',
    'kind',
    'apiVersion',
    'finalizers',
    'ownerReferences',
    'managedFields',
    'resourceVersion',
    'generateName',
    'constructor',
    'toString',
    'hasOwnProperty',
    '__proto__',
    'valueOf',
    '',
    ' ',
    'ключ',
  ]

  const value = (depth: number): unknown => {
    if (depth <= 0 || random.int(3) === 0) return pick(strange)
    if (random.int(4) === 0) return Array.from({ length: random.int(4) }, () => value(depth - 1))
    const object: Record<string, unknown> = {}
    for (let i = random.int(5); i >= 0; i--)
      Object.defineProperty(object, pick(keys), { value: value(depth - 1), enumerable: true, configurable: true })
    return object
  }

  /** A value of a type, now and then a strange one: what gets past decoding and meets a kind's own rules. */
  const typed = (type: Type, depth: number): unknown => {
    if (random.int(40) === 0) return pick(strange)
    switch (type.is) {
      case 'scalar':
        return pick(SCALARS[type.scalar])
      case 'list':
        return Array.from({ length: random.int(3) }, () => typed(type.of, depth - 1))
      case 'map':
        return Object.fromEntries(
          Array.from({ length: random.int(3) }, () => [pick(['a', 'cpu', 'memory', 'a.b/c', '']), typed(type.of, depth - 1)]),
        )
      case 'struct': {
        if (depth <= 0) return {}
        const fields = [...type.fields.values()].filter(
          ({ required, name }) => required || name === 'spec' || name === 'template' || random.int(3) === 0,
        )
        return Object.fromEntries(fields.map(({ name, type: inner }) => [name, typed(inner, depth - 1)]))
      }
    }
  }

  const plausible = (kind: KindDefinition, apiVersion: string): unknown => {
    const type = typeOfKind(kind)
    const object = (type ? typed(type, 7) : value(3)) as Record<string, unknown>
    return {
      ...object,
      kind: kind.kind,
      apiVersion,
      metadata: {
        name: pick(['a', 'b', 'b', 'A', 'x'.repeat(300)]),
        ...(random.int(3) ? {} : { labels: value(1), finalizers: value(1), ownerReferences: value(2) }),
      },
    }
  }

  const damaged = (text: string): string => {
    const at = random.int(text.length + 1)
    return pick([
      text.slice(0, at),
      text.slice(0, at) + pick(['{', '}', '"', ',', '\\', '\u0000', '[', ': ', '\n- ', '&a *a']) + text.slice(at),
      text,
    ])
  }

  const path = (): string => {
    const { group, version, kind } = pick(served)
    const root = group ? `/apis/${group}/${version}` : `/api/${version}`
    const where = kind.namespaced ? `/namespaces/${pick(['default', 'nowhere', '', '%00', '..'])}` : pick(['', '/namespaces/default'])
    const name = pick(['', '', '/a', '/b', '/%E0%A4%A', `/${'n'.repeat(400)}`])
    const below = name && random.int(3) === 0 ? `/${pick([...kind.subresources, 'status', 'scale', 'nothing', 'log', 'exec'])}` : ''
    const query =
      random.int(3) === 0
        ? `?${pick(['limit', 'continue', 'labelSelector', 'fieldSelector', 'resourceVersion', 'dryRun', 'fieldValidation', 'watch', 'timeoutSeconds', 'propagationPolicy', 'gracePeriodSeconds', 'fieldManager', 'force', 'pretty'])}=${encodeURIComponent(String(pick(strange)).replaceAll('\ud800', ''))}`
        : ''
    return `${root}${where}/${kind.plural}${name}${below}${query}`
  }

  const deep = `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"deep"},"data":${'['.repeat(20_000)}`
  const bodies: (() => string | Uint8Array)[] = [
    () => JSON.stringify(value(6)),
    () => {
      const { kind, apiVersion } = pick(served)
      return JSON.stringify(plausible(kind, apiVersion))
    },
    () => damaged(JSON.stringify({ kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'a' }, data: { a: 'b' } })),
    () => deep,
    () =>
      `a: &a [1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e,*e,*e,*e,*e]`,
    () => Uint8Array.from({ length: random.int(200) }, () => random.int(256)),
    () => Uint8Array.from([0x6b, 0x38, 0x73, 0, ...Array.from({ length: random.int(100) }, () => random.int(256))]),
    () =>
      JSON.stringify([
        {
          op: pick(['add', 'remove', 'replace', 'move', 'copy', 'test', 'x']),
          path: pick(['', '/', '/metadata', '/metadata/labels/a', '/spec/containers/0', '/spec/containers/-', '/__proto__/x', '/a~2']),
          from: '/metadata',
          value: pick(strange),
        },
      ]),
    () => '',
  ]
  const types = [
    'application/json',
    'application/json',
    'application/yaml',
    'application/json-patch+json',
    'application/merge-patch+json',
    'application/strategic-merge-patch+json',
    'application/apply-patch+yaml',
    'application/vnd.kubernetes.protobuf',
    'application/cbor',
    'text/plain',
    '',
    'a/b/c;;;',
  ]
  const accepts = ['application/json', '*/*', 'application/json;as=Table;v=v1;g=meta.k8s.io', 'application/yaml', 'text/html', '']

  const home = ({ group, version, kind }: Served, method: string) =>
    `${group ? `/apis/${group}` : '/api'}/${version}${kind.namespaced ? '/namespaces/default' : ''}/${kind.plural}${method === 'POST' ? '' : '/a'}?fieldManager=f`

  const codes = new Map<number, number>()
  for (let i = 0; i < REQUESTS; i++) {
    const honest = random.int(3) > 0
    const at = pick(served)
    const method = honest
      ? pick(['POST', 'POST', 'PUT', 'PATCH'])
      : pick(['POST', 'POST', 'PUT', 'PATCH', 'PATCH', 'GET', 'DELETE', 'HEAD', 'OPTIONS', 'PROPFIND'])
    const request: ApiRequest = honest
      ? {
          method,
          url: home(at, method),
          headers: { 'content-type': method === 'PATCH' ? pick(PATCHES) : 'application/json' },
          body: JSON.stringify(plausible(at.kind, at.apiVersion)),
        }
      : {
          method,
          url: path(),
          headers: { 'content-type': pick(types), accept: pick(accepts) },
          ...(method !== 'GET' && { body: pick(bodies)() }),
        }
    const before = server.storage.revision
    const response = server.request(request)
    codes.set(response.status, (codes.get(response.status) ?? 0) + 1)
    if (isStreamed(response)) response.stream({ data: () => undefined, end: () => undefined })()
    else if (!isUpgraded(response)) {
      if (response.status === 500) expect(response.body, JSON.stringify(request).slice(0, 500)).not.toContain('Internal error occurred')
      if (response.status >= 400) expect(server.storage.revision).toBe(before)
    }
    if (i % 1000 === 0) engine.advanceTo(engine.nowMs + 1)
  }
  expect(({} as Record<string, unknown>).x).toBeUndefined()
  expect([...codes.keys()].sort()).toEqual(expect.arrayContaining([200, 201, 400, 404, 405, 415]))
  expect(server.request({ method: 'GET', url: '/api/v1/namespaces/default', headers: {} }).status).toBe(200)
})
