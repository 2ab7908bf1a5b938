import { expect, test } from 'vitest'
import { askCheck, meets, valueAt, type CheckView } from '../../src/lessons/checks'
import type { Check } from '../../src/lessons/format'

const web = {
  metadata: { name: 'web', labels: { 'app.kubernetes.io/name': 'web' } },
  spec: { replicas: 3, template: { spec: { containers: [{ name: 'nginx', image: 'nginx:1.27' }] } } },
  status: { readyReplicas: 2, conditions: [{ type: 'Available', status: 'False', reason: 'MinimumReplicasUnavailable' }] },
}
const pod = (phase: string) => ({ status: { phase } })
const view: CheckView = {
  get: (kind, namespace, name) => (kind === 'deployment' && namespace === 'default' && name === 'web' ? web : undefined),
  list: () => [pod('Running'), pod('Pending')],
  shell: (script) => ({ stdout: `ran ${script}\n`, code: script === 'false' ? 1 : 0 }),
}

test.each<[string, Check, boolean, string]>([
  ['an object that is there', { object: 'deployment/web' }, true, 'deployment/web'],
  ['an object that is not', { object: 'deployment/shop' }, false, 'no deployment/shop'],
  ['an object that must be gone', { object: 'deployment/shop', absent: true }, true, 'no deployment/shop'],
  [
    'a condition that is False',
    { object: 'deployment/web', condition: 'Available' },
    false,
    'Available: False (MinimumReplicasUnavailable)',
  ],
  ['a condition nobody has set', { object: 'deployment/web', condition: 'Progressing' }, false, 'Progressing: -'],
  ['a value', { object: 'deployment/web', path: 'spec.replicas', is: 3 }, true, 'spec.replicas: 3'],
  ['another value', { object: 'deployment/web', path: 'status.readyReplicas', is: 3 }, false, 'status.readyReplicas: 2'],
  ['a count', { objects: 'pods', count: { atLeast: 1 }, where: [{ path: 'status.phase', is: 'Running' }] }, true, '1 of 2 pods'],
  ['a shell command', { shell: 'true', prints: '^ran' }, true, 'ran true'],
  ['a failing shell command', { shell: 'false' }, false, 'ran false'],
  ['all of several: what is missing is shown', { all: [{ object: 'deployment/web' }, { object: 'pod/x' }] }, false, 'no pod/x'],
  ['any of several', { any: [{ object: 'pod/x' }, { object: 'deployment/web' }] }, true, 'deployment/web'],
  ['the opposite', { not: { object: 'pod/x' } }, true, 'no pod/x'],
])('a check on %s', (_what, check, passed, saw) => {
  expect(askCheck(check, view)).toEqual({ passed, saw })
})

test.each([
  ['spec.template.spec.containers[0].image', 'nginx:1.27'],
  ['spec.template.spec.containers[name=nginx].image', 'nginx:1.27'],
  ['metadata.labels[app.kubernetes.io/name]', 'web'],
  ['status.conditions[type=Available].status', 'False'],
  ['spec.nothing.here', undefined],
  ['__proto__.polluted', undefined],
])('the path %s leads to %j', (path, value) => {
  expect(valueAt(web, path)).toBe(value)
})

test.each<[unknown, Parameters<typeof meets>[1], boolean]>([
  ['5', 5, true],
  [undefined, { exists: false }, true],
  ['nginx:1.29', { matches: '^nginx:1\\.2' }, true],
  [3, { atMost: 2 }, false],
  ['b', { oneOf: ['a', 'b'] }, true],
])('%j against %j', (value, expected, result) => {
  expect(meets(value, expected)).toBe(result)
})
