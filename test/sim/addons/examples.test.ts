import { expect, test } from 'vitest'
import { examples } from '../../../src/sim/addons/examples/examples'
import { createCluster } from '../../../src/sim/cluster'

const paths = [...examples().keys()]

test('each example of the documentation can be applied by its URL', () => {
  const cluster = createCluster({ seed: 1 })
  cluster.run('for name in qos-example cpu-example mem-example; do kubectl create namespace $name; done')
  const manifests = paths.filter((path) => /\.(yaml|json)$/.test(path))
  const { stdout, stderr } = cluster.run(
    manifests.map((path) => `kubectl apply --dry-run=server -f https://k8s.io/examples/${path}`).join('\n'),
  )
  expect(stderr).toBe('')
  expect(stdout.split('\n').filter((line) => line.endsWith(' created (server dry run)')).length).toBeGreaterThanOrEqual(manifests.length)
})

test('examples are where people find them, and nothing else is', () => {
  const cluster = createCluster({ seed: 1 })
  expect(cluster.run('kubectl create -f https://kubernetes.io/examples/controllers/job.yaml').stdout).toBe('job.batch/pi created\n')
  expect(cluster.run('kubectl wait --for=condition=Complete job/pi --timeout=2m; kubectl logs job/pi').stdout).toContain('3.14159265358979')
  const main = 'https://raw.githubusercontent.com/kubernetes/website/main/content/en/examples'
  expect(cluster.run(`curl -s ${main}/configmap/game.properties`).stdout).toContain('lives=3\n')
  expect(cluster.run('kubectl apply -f https://k8s.io/examples/no/such.yaml').stderr).toBe(
    'error: unable to read URL "https://k8s.io/examples/no/such.yaml", server reported 404 Not Found, status code=404\n',
  )
})
