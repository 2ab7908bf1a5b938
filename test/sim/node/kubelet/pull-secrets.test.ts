import { expect, test } from 'vitest'
import { miniCluster, podOf } from '../mini-cluster'

const privateImage = {
  names: ['registry.team.dev/shop/web'],
  tags: { v1: '1' },
  sizeBytes: 1000,
  tools: 'busybox' as const,
  cmd: ['sleep', '3600'],
  login: { username: 'ann', password: 'secret' },
}

const pullSecret = (name: string, registry: string, login: string) => `
apiVersion: v1
kind: Secret
metadata: {name: ${name}}
type: kubernetes.io/dockerconfigjson
data: {.dockerconfigjson: ${btoa(JSON.stringify({ auths: { [registry]: { auth: btoa(login) } } }))}}
`

test('a private image is pulled with the name and password of a pull secret, and not without', () => {
  const cluster = miniCluster({ images: [privateImage] })
  cluster.apply(
    pullSecret('right', 'https://registry.team.dev', 'ann:secret') + '---' + pullSecret('wrong', 'registry.team.dev', 'ann:guess'),
  )
  const image = 'containers: [{name: c, image: "registry.team.dev/shop/web:v1", imagePullPolicy: Always}]'
  cluster.apply(podOf('with', `imagePullSecrets: [{name: right}], ${image}`))
  cluster.apply(podOf('without', image))
  cluster.apply(podOf('guessing', `imagePullSecrets: [{name: wrong}], ${image}`))
  cluster.advance('20s')
  expect(cluster.pod('with')?.status?.phase).toBe('Running')
  const attempt =
    'failed to pull and unpack image "registry.team.dev/shop/web:v1": failed to resolve reference "registry.team.dev/shop/web:v1": failed to authorize'
  const request =
    'token: unexpected status from GET request to https://registry.team.dev/token?scope=repository%3Ashop%2Fweb%3Apull&service=registry.team.dev: 401 Unauthorized'
  expect(cluster.container('without')?.state?.waiting?.message).toContain(`${attempt}: failed to fetch anonymous ${request}`)
  expect(cluster.container('guessing')?.state?.waiting?.message).toContain(`${attempt}: failed to fetch oauth ${request}`)
})

test('a pull secret that is not there is told, and the pull is tried all the same', () => {
  const cluster = miniCluster()
  cluster.apply(podOf('web', 'imagePullSecrets: [{name: regcred}], containers: [{name: c, image: nginx}]'))
  cluster.advance('20s')
  expect(cluster.events('web')).toContain(
    'FailedToRetrieveImagePullSecret Unable to retrieve some image pull secrets (regcred); attempting to pull the image may not succeed.',
  )
  expect(cluster.pod('web')?.status?.phase).toBe('Running')
})

test('a repository that Docker Hub does not show is refused without a gRPC code', () => {
  const cluster = miniCluster()
  cluster.apply(podOf('web', 'containers: [{name: c, image: "janedoe/private:v1"}]'))
  cluster.advance('5s')
  const image = 'docker.io/janedoe/private:v1'
  expect(cluster.events('web')).toContain(
    `Failed Failed to pull image "janedoe/private:v1": failed to pull and unpack image "${image}": failed to resolve reference "${image}": pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed`,
  )
})
