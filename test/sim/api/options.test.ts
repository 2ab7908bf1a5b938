import { expect, test } from 'vitest'
import { createCluster } from '../../../src/sim/cluster'
import { testServer } from './test-server'

const PATH = '/api/v1/namespaces/default/configmaps'
const long = 'm'.repeat(129)

test.each([
  ['POST', `${PATH}?fieldValidation=Loose`, 'CreateOptions', 'fieldValidation: Unsupported value: "Loose": supported values: "", "Ignore", "Strict", "Warn"'],
  ['POST', `${PATH}?dryRun=Some`, 'CreateOptions', 'dryRun: Unsupported value: ["Some"]: supported values: "All"'],
  ['PUT', `${PATH}/a?fieldManager=${long}`, 'UpdateOptions', 'fieldManager: Too long: may not be more than 128 bytes'],
  ['PUT', `${PATH}/a?fieldManager=a%09b`, 'UpdateOptions', 'fieldManager: Invalid value: "a\\tb": should only contain printable characters'],
  ['PATCH', `${PATH}/a?dryRun=None`, 'PatchOptions', 'dryRun: Unsupported value: ["None"]: supported values: "All"'],
  ['DELETE', `${PATH}/a?dryRun=All&dryRun=No`, 'DeleteOptions', 'dryRun: Unsupported value: ["All","No"]: supported values: "All"'],
])('%s %s: no such %s', (method, url, kind, why) => {
  expect(testServer().send(method, url, { metadata: { name: 'a' } })).toMatchObject({ code: 422, message: `${kind}.meta.k8s.io "" is invalid: ${why}` })
}) // prettier-ignore

test('an object that comes with the version of another is not created, unless it is only tried or applied', () => {
  const { send } = testServer()
  const old = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, resourceVersion: '7' } })
  expect(send('POST', PATH, old('a'))).toEqual({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: 'resourceVersion should not be set on objects to be created',
    code: 500,
  })
  expect(send('POST', `${PATH}?dryRun=All`, old('a'))).toMatchObject({ kind: 'ConfigMap' })
  expect(send('POST', PATH, { ...old('a'), metadata: { name: 'a', resourceVersion: '0' } })).toMatchObject({ kind: 'ConfigMap' })
  expect(send('PATCH', `${PATH}/b?fieldManager=me`, old('b'), { 'content-type': 'application/apply-patch+yaml' })).toMatchObject({ kind: 'ConfigMap' }) // prettier-ignore
})

test('kubectl leaves the version out of what it creates: an object can be copied under another name', () => {
  const { stdout, stderr } = createCluster().run(`kubectl create configmap a --from-literal=x=y
    kubectl get configmap a -o yaml | sed 's/name: a$/name: b/' | kubectl create -f -`)
  expect(stderr).toBe('')
  expect(stdout).toBe('configmap/a created\nconfigmap/b created\n')
})

test.each([
  ['tailLines=-1', 'tailLines: Invalid value: -1: must be greater than or equal to 0'],
  ['limitBytes=0', 'limitBytes: Invalid value: 0: must be greater than 0'],
  ['sinceSeconds=0', 'sinceSeconds: Invalid value: 0: must be greater than 0'],
  ['sinceSeconds=1&sinceTime=2026-01-01T00:00:00Z', ': Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified'],
])('a log cannot be asked for with %s', (query, why) => {
  const cluster = createCluster()
  const { stderr } = cluster.run(`kubectl run web --image=nginx; kubectl get --raw '/api/v1/namespaces/default/pods/web/log?${query}'`)
  expect(stderr).toBe(`The PodLogOptions "web" is invalid: ${why}\n`)
})

test('people see the fields of what they ask for in the order of a real server, also while they watch', () => {
  const cluster = createCluster()
  cluster.run('kubectl create configmap a --from-literal=x=y')
  const keys = '"name":"a","namespace":"default","uid":"[^"]+","resourceVersion":"\\d+","creationTimestamp":"[^"]+"'
  const watch = `kubectl get --raw '${PATH}?watch=1&timeoutSeconds=1&fieldSelector=metadata.name=a'`
  expect(cluster.run(`kubectl get --raw ${PATH}/a`).stdout).toMatch(
    new RegExp(`^{"kind":"ConfigMap","apiVersion":"v1","metadata":{${keys}`),
  )
  expect(cluster.run(watch).stdout).toMatch(
    new RegExp(`^{"type":"ADDED","object":{"kind":"ConfigMap","apiVersion":"v1","metadata":{${keys}`),
  )
})

test.each(['exec?command=ls&stdout=true', 'attach', 'portforward?ports=80'])('%s wants a connection that can be upgraded', (what) => {
  const { stderr } = createCluster().run(
    `kubectl run web --image=nginx; kubectl wait pod/web --for=condition=Ready; kubectl get --raw '/api/v1/namespaces/default/pods/web/${what}'`,
  )
  expect(stderr).toBe('Error from server (BadRequest): Upgrade request required\n')
})
