import { expect, test } from 'vitest'
import { createCluster, type Cluster } from '../../../../src/sim/cluster'

const configMap = (name: string, data: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: {${data}}\n`

function clusterWith(files: Readonly<Record<string, string>>): Cluster {
  const cluster = createCluster({ seed: 1 })
  for (const [path, text] of Object.entries(files)) cluster.run(`mkdir -p $(dirname ${path}); cat > ${path} <<'EOT'\n${text}EOT`)
  return cluster
}

/** Who manages an object: `name/operation`. */
const managers = (cluster: Cluster) =>
  cluster
    .run(`kubectl get cm one --show-managed-fields -o jsonpath='{range .metadata.managedFields[*]}{.manager}/{.operation} {end}'`)
    .stdout.trim()

test('what client-side apply managed goes over to server-side apply, so that a field left out later goes away', () => {
  const cluster = clusterWith({ '/tmp/a.yaml': configMap('one', 'a: "1", b: "2"'), '/tmp/b.yaml': configMap('one', 'a: "1"') })
  cluster.run('kubectl apply -f /tmp/a.yaml')
  expect(managers(cluster)).toBe('kubectl-client-side-apply/Update')
  expect(cluster.run('kubectl apply --server-side -f /tmp/a.yaml').stdout).toBe('configmap/one serverside-applied\n')
  expect(managers(cluster).split(' ').sort()).toEqual(['kubectl-last-applied/Apply', 'kubectl/Apply'])
  cluster.run('kubectl apply --server-side -f /tmp/b.yaml')
  expect(cluster.run("kubectl get cm one -o jsonpath='{.data}'").stdout).toBe('{"a":"1"}')
})

test('an ApplySet deletes the members that are no longer applied, and its parent knows what it holds', () => {
  const cluster = clusterWith({ '/tmp/set/one.yaml': configMap('one', 'a: "1"'), '/tmp/set/two.yaml': configMap('two', 'a: "1"') })
  const apply = (what: string) => cluster.run(`KUBECTL_APPLYSET=true kubectl apply -f ${what} --prune --applyset=mine -n default`)
  expect(apply('/tmp/set').stdout).toBe('configmap/one created\nconfigmap/two created\n')
  expect(apply('/tmp/set/one.yaml').stdout).toBe('configmap/one unchanged\nconfigmap/two pruned\n')
  const parent = JSON.parse(cluster.run('kubectl get secret mine -o json').stdout) as { metadata: { annotations: object; labels: object } }
  expect(parent.metadata.annotations).toMatchObject({ 'applyset.kubernetes.io/contains-group-kinds': 'ConfigMap' })
  expect(Object.values(parent.metadata.labels)).toEqual([expect.stringMatching(/^applyset-[\w-]{43}-v1$/)])
  expect(cluster.run('kubectl apply -f /tmp/set --prune --applyset=mine -n default').stderr).toContain('unknown flag: --applyset')
})

test('edit-last-applied opens the annotation alone; an edit that is no object is opened again, and given up when nothing changes', () => {
  const cluster = clusterWith({ '/tmp/a.yaml': configMap('one', 'size: "1"') })
  cluster.run('kubectl apply -f /tmp/a.yaml')
  const edited = cluster.run('KUBE_EDITOR="sed -i s/size:/length:/" kubectl apply edit-last-applied cm/one')
  expect(edited).toMatchObject({ stdout: 'configmap/one edited\n', code: 0 })
  expect(cluster.run('kubectl apply view-last-applied cm/one').stdout).toContain('data:\n  length: "1"\n')
  expect(cluster.run("kubectl get cm one -o jsonpath='{.data}'").stdout).toBe('{"size":"1"}')
  const broken = cluster.run('KUBE_EDITOR="sed -i d" kubectl edit cm one')
  expect(broken.stderr).toMatch(
    /^error: configmaps "one" is invalid\nA copy of your changes has been stored to ".*"\nerror: Edit cancelled, no valid changes were saved\.\n$/,
  )
})

test('create --edit creates what the editor leaves, and nothing without a change', () => {
  const cluster = clusterWith({ '/tmp/a.yaml': configMap('one', 'a: "1"') })
  expect(cluster.run('KUBE_EDITOR=true kubectl create -f /tmp/a.yaml --edit').stderr).toBe('Edit cancelled, no changes made.\n')
  expect(cluster.run('KUBE_EDITOR="sed -i s/one/two/" kubectl create -f /tmp/a.yaml --edit').stdout).toBe('configmap/two created\n')
  expect(cluster.run('kubectl get cm one').code).toBe(1)
})

test('a trace shows that the schemas are asked for before the server validates, once for each version', () => {
  const cluster = clusterWith({ '/tmp/two.yaml': `${configMap('one', 'a: "1"')}---\n${configMap('two', 'a: "1"')}` })
  const requests = (command: string) =>
    [...cluster.run(command).stderr.matchAll(/verb="(\w+)" url="https:\/\/[^/]*([^"?]*)/g)].map(([, verb, path]) => `${verb} ${path}`)
  const schemas = ['GET /openapi/v3', 'GET /openapi/v3/api/v1']
  const ofEach = ['one', 'two'].flatMap((name) => [
    `GET /api/v1/namespaces/default/configmaps/${name}`,
    'POST /api/v1/namespaces/default/configmaps',
  ])
  cluster.run('kubectl get cm')
  expect(requests('kubectl apply -f /tmp/two.yaml --dry-run=server -v=6')).toEqual([...schemas, ...ofEach])
  expect(requests('kubectl apply -f /tmp/two.yaml --dry-run=server --validate=false -v=6')).toEqual(ofEach)
})
