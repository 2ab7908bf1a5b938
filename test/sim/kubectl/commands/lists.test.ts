import { beforeAll, describe, expect, test } from 'vitest'
import { createCluster, type Cluster } from '../../../../src/sim/cluster'

type Json = Readonly<Record<string, unknown>>

const configMap = (rest: Json) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, ...rest })
const pod = (spec: Json) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, spec })
const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'a', lables: {} }, spec: { replicas: 'two' } }
const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'a' }, spec: { ports: [{ port: 'x' }], selector: ['a'] } }
const CONFIG_MAP = 'io.k8s.api.core.v1.ConfigMap'
const POD = 'io.k8s.api.core.v1.PodSpec'

// prettier-ignore
const rows: readonly (readonly [kind: string, items: readonly Json[], problems: string])[] = [
 ['List', [configMap({ wrong: 1 })], `ValidationError(ConfigMap): unknown field "wrong" in ${CONFIG_MAP}`],
 ['ConfigMapList', [configMap({ wrong: 1 })], `ValidationError(ConfigMapList.items[0]): unknown field "wrong" in ${CONFIG_MAP}`],
 ['List', [pod({ containers: [{ image: 'x', prots: [] }] }), pod({ nodename: 'x' })], `[ValidationError(Pod.spec.containers[0]): unknown field "prots" in io.k8s.api.core.v1.Container, ValidationError(Pod.spec.containers[0]): missing required field "name" in io.k8s.api.core.v1.Container, ValidationError(Pod.spec): unknown field "nodename" in ${POD}, ValidationError(Pod.spec): missing required field "containers" in ${POD}]`],
 ['List', [deployment], '[ValidationError(Deployment.metadata): unknown field "lables" in io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta, ValidationError(Deployment.spec.replicas): invalid type for io.k8s.api.apps.v1.DeploymentSpec.replicas: got "string", expected "integer", ValidationError(Deployment.spec): missing required field "selector" in io.k8s.api.apps.v1.DeploymentSpec, ValidationError(Deployment.spec): missing required field "template" in io.k8s.api.apps.v1.DeploymentSpec]'],
 ['List', [service], '[ValidationError(Service.spec.ports[0].port): invalid type for io.k8s.api.core.v1.ServicePort.port: got "string", expected "integer", ValidationError(Service.spec.selector): invalid type for io.k8s.api.core.v1.ServiceSpec.selector: got "array", expected "map"]'],
 ['List', [{ apiVersion: 'v1', metadata: { name: 'a' } }], 'kind not set'],
]

describe('a list in a file is looked at by kubectl itself, for no server ever sees it', () => {
  let cluster: Cluster
  beforeAll(() => void (cluster = createCluster({ seed: 3 })), 60_000)
  const given = (kind: string, items: readonly Json[]) =>
    cluster.run(`cat > list.json <<'END'\n${JSON.stringify({ apiVersion: 'v1', kind, items })}\nEND`)

  test.each(rows)('%s of %j', (kind, items, problems) => {
    given(kind, items)
    for (const command of ['create', 'apply --dry-run=client'])
      expect(cluster.run(`kubectl ${command} -f list.json`)).toEqual({
        stdout: '',
        stderr: `error: error validating "list.json": error validating data: ${problems}; if you choose to ignore these errors, turn validation off with --validate=false\n`,
        code: 1,
      })
  })

  test('unless validation is off, or shall only warn', () => {
    given('List', [configMap({ wrong: 1 })])
    expect(cluster.run('kubectl create -f list.json --validate=ignore --dry-run=server')).toMatchObject({ code: 0, stderr: '' })
    expect(cluster.run('kubectl create -f list.json --validate=warn --dry-run=server')).toMatchObject({
      code: 0,
      stderr: 'Warning: unknown field "wrong"\n',
    })
  })

  test('and what is right is made, quantities and ports as numbers or texts alike', () => {
    const container = {
      name: 'c',
      image: 'nginx',
      resources: { limits: { memory: '64Mi', cpu: 1 } },
      livenessProbe: { tcpSocket: { port: 80 } },
    }
    given('List', [configMap({ data: { a: 'b' } }), pod({ containers: [container] })])
    expect(cluster.run('kubectl create -f list.json').stdout).toBe('configmap/a created\npod/a created\n')
  })
})
