import { beforeAll, expect, test } from 'vitest'
import { createCluster, type Cluster } from '../../../../src/sim/cluster'

let cluster: Cluster
beforeAll(() => {
  cluster = createCluster({ seed: 3 })
  cluster.run('kubectl config set-context dev --cluster=kubernetes --user=kubernetes-admin --namespace=kube-system')
})

const run = (line: string) => {
  const { stdout, stderr, code } = cluster.run(line)
  return { said: stdout + stderr, code }
}

test('kubectx lists contexts, goes to one and back again', () => {
  expect(run('kubectx').said).toBe('dev\nkubernetes-admin@kubernetes\n')
  expect(run('kubectx -').said).toBe('error: failed to switch context: no previous context found\n')
  expect(run('kubectx dev').said).toBe('✔ Switched to context "dev".\n')
  expect(run('kubectl config current-context').said).toBe('dev\n')
  expect(run('kubectx -').said).toBe('✔ Switched to context "kubernetes-admin@kubernetes".\n')
  expect(run('kubectx -c').said).toBe('kubernetes-admin@kubernetes\n')
})

test.each([
  ['kubectx nope', 'error: failed to switch context: no context exists with the name: "nope"\n', 1],
  ['kubectx new=nope', 'error: context "nope" not found, can\'t rename it\n', 1],
  ['kubectx -d', "error: '-d' needs arguments\n", 1],
  ['kubectx -d nope', 'error: error deleting context "nope": context does not exist\n', 1],
  ['kubectx --nope', "error: unsupported option '--nope'\n", 1],
  ['kubectx a b', 'error: too many arguments\n', 1],
  ['kubens nosuch', 'error: no namespace exists with name "nosuch"\n', 1],
  ['kubens --nope', 'error: unsupported option "--nope"\n', 1],
  ['kubens a b c', 'error: too many arguments\n', 1],
  ['kubens -', 'error: No previous namespace found for current context (kubernetes-admin@kubernetes)\n', 1],
])('%s', (line, said, code) => {
  expect(run(line)).toEqual({ said, code })
})

test('contexts get other names and go', () => {
  expect(run('kubectx prod=dev').said).toBe('✔ Context dev renamed to prod.\n')
  expect(run('kubectx main=.').said).toBe('✔ Context kubernetes-admin@kubernetes renamed to main.\n')
  expect(run('kubectl config current-context').said).toBe('main\n')
  expect(run('kubectx -d prod').said).toBe('✔ Deleted context prod.\n')
  expect(run('kubectx').said).toBe('main\n')
  expect(run('kubectx -u').said).toBe('✔ Active context unset for kubectl.\n')
  expect(run('kubens').said).toBe('error: current-context is not set\n')
  run('kubectx main')
})

test('kubens lists namespaces and says in which one kubectl works', () => {
  expect(run('kubens').said).toContain('default\nkube-node-lease\nkube-public\nkube-system\n')
  expect(run('kubens kube-system').said).toBe('✔ Active namespace is "kube-system".\n')
  expect(run("kubectl config view --minify -o jsonpath='{..namespace}'").said).toBe('kube-system')
  expect(run('kubens -').said).toBe('✔ Active namespace is "default".\n')
  expect(run('kubens later --force').said).toBe('✔ Active namespace is "later".\n')
  expect(run('kubens -c').said).toBe('later\n')
  expect(run('kubens -u').said).toBe('✔ Active namespace is "default".\n')
})
