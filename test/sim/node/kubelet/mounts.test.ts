import { expect, test } from 'vitest'
import { miniCluster, podOf } from '../mini-cluster'

test('volumes may be mounted where the image has no directory', () => {
  const cluster = miniCluster()
  cluster.apply('{apiVersion: v1, kind: ConfigMap, metadata: {name: cm}, data: {k: v}}')
  cluster.apply(
    podOf(
      'p',
      'containers: [{name: c, image: nginx, volumeMounts: [{name: v, mountPath: /var/run/deep/down/here}, {name: v, mountPath: /made/up/file, subPath: k}]}], volumes: [{name: v, configMap: {name: cm}}]',
    ),
  )
  cluster.advance('10s')
  expect(cluster.exec('p', ['cat', '/var/run/deep/down/here/k', '/made/up/file']).stdout).toBe('vv')
})

test('a read-only root file system refuses writes outside volumes', () => {
  const cluster = miniCluster()
  cluster.apply(
    podOf(
      'p',
      'containers: [{name: c, image: "registry.k8s.io/e2e-test-images/agnhost:2.40", workingDir: /tmp, securityContext: {readOnlyRootFilesystem: true}, volumeMounts: [{name: v, mountPath: /data}]}], volumes: [{name: v, emptyDir: {}}]',
    ),
  )
  cluster.apply(podOf('q', 'containers: [{name: c, image: nginx, workingDir: /not/there}]'))
  cluster.advance('15s')
  expect(cluster.exec('p', ['sh', '-c', 'echo x > /data/f && cat /data/f']).stdout).toBe('x\n')
  expect(cluster.exec('p', ['sh', '-c', 'echo x > /tmp/f']).stderr).toMatch(/Read-only file system/)
  expect(cluster.exec('q', ['pwd']).stdout).toBe('/not/there\n')
})

test('a Pod finds its token, the root certificate and its namespace where client libraries look', () => {
  const cluster = miniCluster()
  cluster.apply('{apiVersion: v1, kind: ConfigMap, metadata: {name: kube-root-ca.crt}, data: {ca.crt: certificate}}')
  const projected =
    '{defaultMode: 420, sources: [{serviceAccountToken: {path: token, expirationSeconds: 3607}}, {configMap: {name: kube-root-ca.crt, items: [{key: ca.crt, path: ca.crt}]}}, {downwardAPI: {items: [{path: namespace, fieldRef: {fieldPath: metadata.namespace}}]}}]}'
  cluster.apply(
    podOf(
      'p',
      `containers: [{name: c, image: "registry.k8s.io/e2e-test-images/agnhost:2.40", volumeMounts: [{name: t, mountPath: /var/run/secrets/kubernetes.io/serviceaccount, readOnly: true}]}], volumes: [{name: t, projected: ${projected}}]`,
    ),
  )
  cluster.advance('15s')
  const folder = '/var/run/secrets/kubernetes.io/serviceaccount'
  expect(cluster.exec('p', ['cat', `${folder}/token`, `${folder}/ca.crt`, `${folder}/namespace`]).stdout).toBe('a-tokencertificatedefault')
})

test('an ordinary container may list what is mounted, and mount nothing', () => {
  const cluster = miniCluster()
  cluster.apply(podOf('p', 'containers: [{name: c, image: "busybox:1.28", command: [sleep, "3600"]}]'))
  cluster.advance('10s')
  expect(cluster.exec('p', ['mount']).stdout).toContain('proc on /proc type proc')
  expect(cluster.exec('p', ['mount', '-t', 'tmpfs', 'none', '/mnt']).stderr).toBe('mount: permission denied (are you root?)\n')
})
