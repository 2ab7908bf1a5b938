import { expect, test } from 'vitest'
import { createCluster } from '../../../../src/sim/cluster'

const API = 'https://kubernetes.default.svc/version'
const CA = '/var/run/secrets/kubernetes.io/serviceaccount/ca.crt'

function withPod() {
  const cluster = createCluster({ seed: 1 })
  cluster.run('kubectl run it --image=curlimages/curl --command -- sleep 100000; kubectl wait --for=condition=Ready pod/it')
  return (args: string) => cluster.run(`kubectl exec it -- curl -sS ${args}`)
}

test('nobody outside vouches for servers of a cluster: curl wants their authority, or to be told not to look', () => {
  const curl = withPod()
  const refused = curl(API)
  expect(refused.stderr).toContain('curl: (60) SSL certificate problem: unable to get local issuer certificate\nMore details here: https://curl.se/docs/sslcerts.html\n') // prettier-ignore
  expect(refused.code).toBe(60)
  expect(curl('https://10.96.0.1/version').code).toBe(60)
  expect(curl(`--cacert ${CA} ${API}`).stdout).toContain('gitVersion')
  expect(curl(`-k ${API}`).stdout).toContain('gitVersion')
})

test.each([
  ['a file that is not there', `--cacert /nope ${API}`, 77, 'error setting certificate file: /nope'],
  ['a port where nobody listens', 'https://localhost:1/', 7, 'Failed to connect'],
])('%s is told as curl does', (_, args, code, text) => {
  const answer = withPod()(args)
  expect(answer.stderr).toContain(text)
  expect(answer.code).toBe(code)
})
