import { expect, test } from 'vitest'
import { createCluster } from '../../../../src/sim/cluster'
import { knownServerImages } from '../../../../src/sim/node/images/known-servers'
import { containerProgram } from '../../../../src/sim/node/programs/table'

test.each(
  knownServerImages.filter(({ entrypoint }) => entrypoint![0] !== 'kubectl').map(({ names, entrypoint }) => [names[0]!, entrypoint![0]!]),
)('%s has a program', (_name, path) => {
  expect(containerProgram(path.replace('/usr/local/bin/', 'server/'))).toBeTypeOf('function')
})

test('a server that people know by its image starts, is ready and answers with its first page', () => {
  const cluster = createCluster({ seed: 1 })
  cluster.run('kubectl create deployment shown --image=grafana/grafana; kubectl expose deployment shown --port=80 --target-port=3000')
  cluster.run('kubectl rollout status deployment/shown')
  const { stdout } = cluster.run(
    "kubectl run ask --image=curlimages/curl --restart=Never --rm -i -- -s -o /dev/null -w '%{http_code}' shown",
  )
  expect(stdout).toMatch(/^302/)
})

test('kubectl in a Pod is its ServiceAccount', () => {
  const cluster = createCluster({ seed: 1 })
  cluster.run('kubectl run ask --image=bitnami/kubectl --restart=Never -- get pods; sleep 30')
  expect(cluster.run('kubectl logs ask').stdout).toBe(
    'Error from server (Forbidden): pods is forbidden: User "system:serviceaccount:default:default" cannot list resource "pods" in API group "" in the namespace "default"\n',
  )
})
