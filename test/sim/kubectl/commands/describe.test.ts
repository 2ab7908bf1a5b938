import { beforeAll, describe, expect, test } from 'vitest'
import { createCluster, type Cluster } from '../../../../src/sim/cluster'

const pods = [1, 2, 3, 4].map(
  (n) => `apiVersion: v1
kind: Pod
metadata: {name: web-${n}, labels: {app: web}}
spec:
  terminationGracePeriodSeconds: 0
  containers:
  - {name: c, image: "nginx:1.27"${n === 4 ? ', readinessProbe: {exec: {command: ["false"]}}' : ''}}
`,
)

describe('kubectl describe', () => {
  let cluster: Cluster
  beforeAll(() => {
    cluster = createCluster({ seed: 3 })
    cluster.run(`cat > pods.yaml <<'END'\n${pods.join('---\n')}\nEND\n`)
    cluster.run('kubectl create -f pods.yaml')
    cluster.run('kubectl create service clusterip web --tcp=80')
    cluster.advance('20s')
  }, 60_000)

  test('a Service with three ready endpoints says of one that is not ready and comes after them: + 0 more', () => {
    const { stdout } = cluster.run('kubectl describe service web')
    expect(stdout).toMatch(/^Endpoints: +\S+:80,\S+:80,\S+:80 \+ 0 more\.\.\.$/m)
  })

  test('an object that was named is asked for twice, one from a file once', () => {
    const gets = (command: string) => cluster.run(`${command} -v=6`).stderr.match(/verb="GET" url="[^"]*pods\/web-1"/g)?.length
    expect(gets('kubectl describe pod web-1')).toBe(2)
    expect(gets('kubectl describe -f pods.yaml')).toBe(1)
  })

  test('a Pod that is gone is described by its events, as long as these are kept', () => {
    cluster.run('kubectl delete pod web-2')
    const { stdout, code } = cluster.run('kubectl describe -f pods.yaml')
    expect(stdout).toContain(`Pod 'web-2': error 'pods "web-2" not found', but found events.\nEvents:\n`)
    expect(code).toBe(0)
    expect(cluster.run('kubectl describe -f pods.yaml --show-events=false')).toMatchObject({
      stderr: 'Error from server (NotFound): pods "web-2" not found\n',
      code: 1,
    })
  })

  test('get -f tells what is missing in the order of the file', () => {
    cluster.run(
      `printf 'apiVersion: v1\\nkind: ConfigMap\\nmetadata: {name: a}\\n---\\napiVersion: v1\\nkind: Odd\\nmetadata: {name: b}\\n' > mixed.yaml`,
    )
    expect(cluster.run('kubectl get -f mixed.yaml').stderr).toBe(
      'Error from server (NotFound): configmaps "a" not found\nresource mapping not found for name: "b" namespace: "" from "mixed.yaml": no matches for kind "Odd" in version "v1"\nensure CRDs are installed first\n',
    )
  })
})
