import { expect, test } from 'vitest'
import { createCluster } from '../../../../src/sim/cluster'

test('a diff shows what apply would change, hides the values of Secrets, and says by its exit code whether there is a difference', () => {
  const cluster = createCluster({ seed: 1 })
  cluster.run('kubectl create secret generic s --from-literal=a=b --dry-run=client -o yaml > /tmp/s.yaml; kubectl apply -f /tmp/s.yaml')
  expect(cluster.run('kubectl diff -f /tmp/s.yaml')).toMatchObject({ stdout: '', stderr: '', code: 0 })
  const changed = cluster.run("sed -i 's/a: Yg==/a: Yw==/' /tmp/s.yaml; kubectl diff -f /tmp/s.yaml")
  expect(changed.code).toBe(1)
  expect(changed.stdout).toContain("-  a: '*** (before)'\n+  a: '*** (after)'\n")
  expect(cluster.run('kubectl diff -f /tmp/nothing.yaml').code).toBe(2)
})
