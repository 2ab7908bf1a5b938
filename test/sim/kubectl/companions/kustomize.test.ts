import { beforeAll, expect, test } from 'vitest'
import { createCluster, type Cluster } from '../../../../src/sim/cluster'

let cluster: Cluster
beforeAll(() => {
  cluster = createCluster({ workers: 1 })
  run('mkdir app; kubectl create deployment web --image=nginx:1.27 --dry-run=client -o yaml > app/web.yaml; cp app/web.yaml /tmp')
})

const run = (line: string) => {
  const { stdout, stderr } = cluster.run(line)
  return stdout + stderr
}

test('a kustomization is made, edited and built as kubectl builds it', () => {
  run('cd app; kustomize create --resources web.yaml --namespace shop')
  run('cd app; kustomize edit set image nginx=*:1.28; kustomize edit set nameprefix -- dev-; kustomize edit set replicas web=3')
  expect(run('cat app/kustomization.yaml')).toBe(`apiVersion: kustomize.config.k8s.io/v1beta1
images:
- name: nginx
  newTag: "1.28"
kind: Kustomization
namePrefix: dev-
namespace: shop
replicas:
- count: 3
  name: web
resources:
- web.yaml
`)
  const built = run('kustomize build app')
  expect(built).toBe(run('kubectl kustomize app'))
  expect(built).toMatch(/^ {2}name: dev-web$[^]*^ {2}namespace: shop$[^]*^ {2}replicas: 3$[^]*image: nginx:1\.28$/m)
})

test.each([
  ['kustomize edit set image nginx=my.example/nginx:2', 'images:\n- name: nginx\n  newName: my.example/nginx\n  newTag: "2"\n'],
  ['kustomize edit set image nginx@sha256:abc', 'images:\n- digest: sha256:abc\n  name: nginx\n'],
  ['kustomize edit set image localhost:5000/app:v1', 'images:\n- name: localhost:5000/app\n  newTag: v1\n'],
  ['kustomize edit add resource /tmp/web.yaml', 'resources:\n- /tmp/web.yaml\n'],
])('%s', (line, text) => {
  expect(run(`rm -rf new; mkdir new; cd new; touch kustomization.yaml; ${line}; cat kustomization.yaml`)).toBe(text)
})

test.each([
  ['cd /tmp; kustomize edit set namespace shop', "Error: Missing kustomization file 'kustomization.yaml'.\n\n"],
  ['cd app; kustomize edit add resource nope.yaml', 'Error: nope.yaml has no match\n'],
  ['cd app; kustomize create', 'Error: kustomization file already exists\n'],
  ['kustomize frobnicate', 'Error: unknown command "frobnicate" for "kustomize"\n'],
])('%s', (line, told) => expect(run(line)).toBe(told))
