import { expect, test } from 'vitest'
import { miniCluster, podOf } from '../mini-cluster'

const podWith = (name: string, image: string, mount = '') =>
  podOf(
    name,
    `volumes: [{name: files, image: {${image}}}], containers: [{name: c, image: "busybox:1.28", command: [sleep, "3600"], volumeMounts: [{name: files, mountPath: /volume${mount}}]}]`,
  )

test('the files of an image appear read-only in a container, after the image was pulled for the volume', () => {
  const cluster = miniCluster()
  cluster.apply(podWith('reader', 'reference: "quay.io/crio/artifact:v2", pullPolicy: IfNotPresent'))
  cluster.advance('20s')
  expect(cluster.exec('reader', ['sh', '-c', 'cat /volume/dir/file /volume/file; touch /volume/new'])).toMatchObject({
    stdout: '1\n2\n',
    stderr: 'touch: /volume/new: Read-only file system\n',
  })
  const events = cluster.events('reader')
  expect(events.findIndex((event) => event === 'Pulling Pulling image "quay.io/crio/artifact:v2"')).toBeLessThan(
    events.findIndex((event) => event === 'Pulling Pulling image "busybox:1.28"'),
  )
})

test('a subPath shows a folder of the image', () => {
  const cluster = miniCluster()
  cluster.apply(podWith('reader', 'reference: "quay.io/crio/artifact:v1"', ', subPath: dir'))
  cluster.advance('20s')
  expect(cluster.exec('reader', ['cat', '/volume/file']).stdout).toBe('1\n')
})

test('while the image of a volume cannot be had, its containers wait for that reason', () => {
  const cluster = miniCluster()
  cluster.apply(podWith('reader', 'reference: "quay.io/crio/artifact:v9"'))
  cluster.advance('3s')
  expect(cluster.container('reader')?.state?.waiting).toMatchObject({ reason: 'ErrImagePull' })
  cluster.advance('4s')
  const refusal = 'rpc error: code = NotFound desc = failed to pull and unpack image "quay.io/crio/artifact:v9": failed to resolve reference "quay.io/crio/artifact:v9": quay.io/crio/artifact:v9: not found' // prettier-ignore
  expect(cluster.container('reader')?.state?.waiting).toEqual({
    reason: 'ImagePullBackOff',
    message: `Back-off pulling image "quay.io/crio/artifact:v9": ErrImagePull: ${refusal}`,
  })
  expect(cluster.events('reader')).toContain(`Failed Failed to pull image "quay.io/crio/artifact:v9": ${refusal}`)
  cluster.apply(podWith('never', 'reference: "quay.io/crio/artifact:v1", pullPolicy: Never'))
  cluster.advance('2s')
  expect(cluster.container('never')?.state?.waiting?.reason).toBe('ErrImageNeverPull')
})
