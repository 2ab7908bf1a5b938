import { expect, test } from 'vitest'
import { createCluster } from '../../../../src/sim/cluster'

test('set-last-applied reads standard input once, and says how the annotation comes about', () => {
  const { stdout, stderr } = createCluster().run(`
kubectl create configmap raw
set_last() { printf '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"%s"}}' $1 | kubectl apply set-last-applied $2 -f -; }
set_last raw
set_last raw --create-annotation
set_last raw
set_last missing
`)
  expect(stdout).toBe('configmap/raw created\nconfigmap/raw configured\nset-last-applied raw: no changes required.\n')
  expect(stderr).toBe(
    'error: no last-applied-configuration annotation found on resource: raw, to create the annotation, run the command with --create-annotation\nError from server (NotFound): configmaps "missing" not found\n',
  )
})
