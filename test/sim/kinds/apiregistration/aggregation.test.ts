import { expect, test } from 'vitest'
import { createCluster, type Cluster } from '../../../../src/sim/cluster'

const NAME = 'v1alpha1.wardle.example.com'

function installed(): Cluster {
  const cluster = createCluster({ seed: 1 })
  expect(cluster.run('kubectl apply -f /etc/kubernetes/addons/sample-apiserver.yaml').code).toBe(0)
  return cluster
}

function answering(): Cluster {
  const cluster = installed()
  expect(cluster.run(`kubectl wait --for=condition=Available apiservice/${NAME} --timeout=60s`).stdout).toContain('condition met')
  return cluster
}

const conditionOf = (cluster: Cluster) =>
  JSON.parse(cluster.run(`kubectl get apiservice ${NAME} -o jsonpath='{.status.conditions[0]}'`).stdout) as Record<string, string>

const flunder = (name: string, more = '') =>
  `kubectl apply -f - <<EOF\napiVersion: wardle.example.com/v1alpha1\nkind: Flunder\nmetadata: {name: ${name}}\n${more}\nEOF`

test('an API server of ones own is reached through kube-apiserver: its kinds are found, written, listed, explained and watched', () => {
  const cluster = answering()
  expect(conditionOf(cluster)).toMatchObject({ status: 'True', reason: 'Passed', message: 'all checks passed' })
  expect(cluster.run('kubectl api-resources --api-group=wardle.example.com --no-headers').stdout).toMatch(
    /^fischers +wardle.example.com\/v1alpha1 +false +Fischer\nflunders +wardle.example.com\/v1alpha1 +true +Flunder\n$/,
  )
  expect(cluster.run(flunder('first', 'spec: {reference: other}')).stdout).toBe('flunder.wardle.example.com/first created\n')
  expect(cluster.run('kubectl get flunders').stdout).toMatch(/^NAME +CREATED AT\nfirst +2026-/)
  expect(cluster.run("kubectl get flunder first -o jsonpath='{.spec}'").stdout).toBe('{"reference":"other","referenceType":"Flunder"}')
  expect(cluster.run('kubectl explain flunder.spec.reference').stdout).toContain('A name of another flunder or fischer')
  const watched = cluster.run('kubectl get flunders -w --output-watch-events & sleep 1; kubectl delete flunder first; sleep 1; kill %1')
  expect(watched.stdout).toMatch(/ADDED +first[^]*DELETED +first/)
})

test('what it refuses is told in its words, and who may not is refused before it is asked', () => {
  const cluster = answering()
  cluster.run(
    'kubectl create -f - <<EOF\napiVersion: wardle.example.com/v1alpha1\nkind: Fischer\nmetadata: {name: f}\ndisallowedFlunders: [bad]\nEOF',
  )
  expect(cluster.run(flunder('bad')).stderr).toContain(
    'flunders.wardle.example.com "bad" is forbidden: this name may not be used, please change the resource name',
  )
  expect(cluster.run('kubectl get flunders --as bob').stderr).toBe(
    'Error from server (Forbidden): flunders.wardle.example.com is forbidden: User "bob" cannot list resource "flunders" in API group "wardle.example.com" in the namespace "default"\n',
  )
})

test.each([
  ['kubectl delete service api -n wardle', 'ServiceNotFound', 'service/api in "wardle" is not present'],
  [
    `kubectl patch service api -n wardle --type=json -p '[{"op":"replace","path":"/spec/ports/0/port","value":8443}]'`,
    'ServicePortError',
    'service/api in "wardle" is not listening on port 443',
  ],
  [
    'kubectl scale deployment wardle-server -n wardle --replicas=0',
    'MissingEndpoints',
    'endpointslices for service/api in "wardle" have no addresses with port name ""',
  ],
  [
    `kubectl patch service api -n wardle --type=json -p '[{"op":"replace","path":"/spec/ports/0/targetPort","value":444}]'`,
    'FailedDiscoveryCheck',
    expect.stringMatching(
      /^failing or missing response from https:\/\/10\.\S+:443\/apis\/wardle\.example\.com\/v1alpha1: Get "https:\/\/10\.\S+": dial tcp 10\.\S+:443: connect: connection refused$/,
    ),
  ],
])('after %s it is %s', (command, reason, message) => {
  const cluster = answering()
  cluster.run(`${command}; sleep 60`)
  expect(conditionOf(cluster)).toMatchObject({ status: 'False', reason, message })
  expect(cluster.run(`kubectl get apiservice ${NAME} --no-headers`).stdout).toMatch(new RegExp(`wardle/api +False \\(${reason}\\)`))
  expect(cluster.run('kubectl get --raw /apis/wardle.example.com/v1alpha1').stderr).toBe(
    'Error from server (ServiceUnavailable): the server is currently unable to handle the request\n',
  )
})

test('while it cannot be asked no namespace goes, for nobody knows what is in it', () => {
  const cluster = answering()
  cluster.run('kubectl create namespace other; kubectl scale deployment wardle-server -n wardle --replicas=0; sleep 10')
  cluster.run('kubectl delete namespace other --wait=false; sleep 5')
  expect(cluster.run("kubectl get namespace other -o jsonpath='{.status.conditions[0].message}'").stdout).toBe(
    'Discovery failed for some groups, 1 failing: unable to retrieve the complete list of server APIs: wardle.example.com/v1alpha1: stale GroupVersion discovery: wardle.example.com/v1alpha1',
  )
  cluster.run(`kubectl delete apiservice ${NAME}; sleep 5`)
  expect(cluster.run('kubectl get namespace other').stderr).toContain('namespaces "other" not found')
})

test.each([
  [{ service: { name: 'api', namespace: 'wardle', port: 70_000 } }, 'spec.service.port: Invalid value: 70000: port is not valid: must be between 1 and 65535, inclusive'], // prettier-ignore
  [{ service: {} }, '\n* spec.service.namespace: Required value\n* spec.service.name: Required value\n'],
  [
    { insecureSkipTLSVerify: true },
    'spec.insecureSkipTLSVerify: Invalid value: true: local APIServices may not have insecureSkipTLSVerify',
  ],
  [{ service: { name: 'api', namespace: 'wardle' }, insecureSkipTLSVerify: true, caBundle: 'Cg==' }, 'spec.insecureSkipTLSVerify: Invalid value: true: may not be true if caBundle is present'], // prettier-ignore
])('an APIService with %j is invalid', (spec, why) => {
  const cluster = createCluster({ seed: 1 })
  const object = {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name: NAME },
    spec: { group: 'wardle.example.com', version: 'v1alpha1', groupPriorityMinimum: 1000, versionPriority: 15, ...spec },
  }
  expect(cluster.run(`kubectl create -f - <<'EOF'\n${JSON.stringify(object)}\nEOF`).stderr).toContain(`"${NAME}" is invalid: ${why}`)
})
