import { beforeEach, describe, expect, test } from 'vitest'
import { testServer, type TestServer } from '../test-server'

let send: TestServer['send']
const create = (plural: string, body: unknown) => send('POST', `/api/v1/namespaces/default/${plural}`, body)
const pod = (name: string, resources: object = {}, spec: object = {}) =>
  create('pods', { metadata: { name }, spec: { containers: [{ name: 'c', image: 'nginx', resources }], ...spec } })

beforeEach(() => {
  send = testServer().send
})

describe('a LimitRange', () => {
  const range = (item: object) => create('limitranges', { metadata: { name: 'r' }, spec: { limits: [{ type: 'Container', ...item }] } })

  test('gives containers what they leave out, and says so', () => {
    range({ default: { memory: '512Mi', cpu: '1' }, defaultRequest: { memory: '256Mi', cpu: '500m' } })
    const { metadata, spec } = pod('x')
    expect(spec.containers[0].resources).toEqual({ limits: { cpu: '1', memory: '512Mi' }, requests: { cpu: '500m', memory: '256Mi' } })
    expect(metadata.annotations['kubernetes.io/limit-ranger']).toBe(
      'LimitRanger plugin set: cpu, memory request for container c; cpu, memory limit for container c',
    )
  })

  test.each([
    [
      { max: { cpu: '800m' }, min: { cpu: '200m' } },
      { limits: { cpu: '1500m' }, requests: { cpu: '500m' } },
      'maximum cpu usage per Container is 800m, but limit is 1500m',
    ],
    [
      { max: { cpu: '800m' }, min: { cpu: '200m' } },
      { limits: { cpu: '500m' }, requests: { cpu: '100m' } },
      'minimum cpu usage per Container is 200m, but request is 100m',
    ],
    [
      { maxLimitRequestRatio: { memory: '2' } },
      { limits: { memory: '3Gi' }, requests: { memory: '1Gi' } },
      'memory max limit to request ratio per Container is 2, but provided ratio is 3.000000',
    ],
  ])('with %j refuses %j', (item, resources, why) => {
    range(item)
    expect(pod('x', resources)).toMatchObject({ code: 403, message: `pods "x" is forbidden: ${why}` })
  })
})

describe('a ResourceQuota', () => {
  const quota = (hard: object, spec: object = {}) => create('resourcequotas', { metadata: { name: 'q' }, spec: { hard, ...spec } })

  test('refuses what does not fit, and says what is used', () => {
    quota({ 'requests.memory': '1Gi' })
    pod('one', { requests: { memory: '600Mi' } })
    expect(pod('two', { requests: { memory: '700Mi' } })).toMatchObject({
      code: 403,
      message:
        'pods "two" is forbidden: exceeded quota: q, requested: requests.memory=700Mi, used: requests.memory=600Mi, limited: requests.memory=1Gi',
    })
    expect(pod('three', { requests: { memory: '400Mi' } })).toMatchObject({ kind: 'Pod' })
  })

  test('wants containers to say what it limits', () => {
    quota({ 'limits.cpu': '2', 'requests.memory': '1Gi' })
    expect(pod('bare')).toMatchObject({
      message: 'pods "bare" is forbidden: failed quota: q: must specify limits.cpu for: c; requests.memory for: c',
    })
  })

  test('counts objects', () => {
    quota({ 'count/configmaps': '1', 'services.nodeports': '1' })
    create('configmaps', { metadata: { name: 'one' } })
    expect(create('configmaps', { metadata: { name: 'two' } })).toMatchObject({
      message:
        'configmaps "two" is forbidden: exceeded quota: q, requested: count/configmaps=1, used: count/configmaps=1, limited: count/configmaps=1',
    })
    const ports = [{ name: 'a', port: 80 }, { name: 'b', port: 81 }] // prettier-ignore
    expect(create('services', { metadata: { name: 's' }, spec: { type: 'NodePort', ports } })).toMatchObject({
      message:
        'services "s" is forbidden: exceeded quota: q, requested: services.nodeports=2, used: services.nodeports=0, limited: services.nodeports=1',
    })
  })

  test('with a scope looks only at the Pods in it', () => {
    quota({ pods: '0' }, { scopes: ['BestEffort'] })
    expect(pod('burstable', { requests: { cpu: '1' } })).toMatchObject({ kind: 'Pod' })
    expect(pod('effortless')).toMatchObject({ code: 403 })
  })

  test('whose usage a controller keeps is charged at once', () => {
    quota({ pods: '2' })
    const path = '/api/v1/namespaces/default/resourcequotas/q'
    send('PUT', `${path}/status`, { ...send('GET', path), status: { hard: { pods: '2' }, used: { pods: '0' } } })
    pod('one')
    expect(send('GET', path).status).toEqual({ hard: { pods: '2' }, used: { pods: '1' } })
  })
})

test('a claim without a class gets the default one', () => {
  const isDefault = { 'storageclass.kubernetes.io/is-default-class': 'true' }
  send('POST', '/apis/storage.k8s.io/v1/storageclasses', { metadata: { name: 'slow' }, provisioner: 'x' })
  send('POST', '/apis/storage.k8s.io/v1/storageclasses', { metadata: { name: 'fast', annotations: isDefault }, provisioner: 'x' })
  const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } }
  expect(create('persistentvolumeclaims', { metadata: { name: 'a' }, spec }).spec.storageClassName).toBe('fast')
  expect(create('persistentvolumeclaims', { metadata: { name: 'b' }, spec: { ...spec, storageClassName: '' } }).spec.storageClassName).toBe(
    '',
  )
})
