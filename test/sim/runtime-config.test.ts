import { expect, test } from 'vitest'
import { createCluster } from '../../src/sim/cluster'

const MANIFEST = '/etc/kubernetes/manifests/kube-apiserver.yaml'

test('kube-apiserver serves the versions and resources that --runtime-config switches on, and those that it switches off no more', () => {
  const cluster = createCluster({ workers: 1 })
  const lines = (script: string) => cluster.run(script).stdout.trim().split('\n')
  const configure = (value: string) => {
    cluster.run(
      `sed -i '/runtime-config/d; s#    - --secure-port=6443#    - --secure-port=6443\\n    - --runtime-config=${value}#' ${MANIFEST}`,
    )
    cluster.advance('90s')
  }
  expect(lines('kubectl api-versions | grep -E "^(resource|batch)"')).toEqual(['batch/v1', 'resource.k8s.io/v1'])

  configure('resource.k8s.io/v1beta2=true,batch/v1/cronjobs=false')
  expect(lines('kubectl api-versions | grep -E "^(resource|batch)"')).toEqual(['batch/v1', 'resource.k8s.io/v1', 'resource.k8s.io/v1beta2'])
  expect(lines('kubectl api-resources --api-group=resource.k8s.io -o name')).toContain('devicetaintrules.resource.k8s.io')
  expect(cluster.run('kubectl get cronjobs').stderr).toBe(`error: the server doesn't have a resource type "cronjobs"\n`)

  configure('api/beta=true,storage.k8s.io/v1beta1=false')
  const betas = lines('kubectl api-versions | grep beta')
  expect(betas).toContain('certificates.k8s.io/v1beta1')
  expect(betas).not.toContain('storage.k8s.io/v1beta1')
  expect(lines('kubectl api-versions | grep alpha')).toEqual([''])

  configure('example.com/v1=true')
  expect(cluster.run('kubectl get nodes').stderr).toContain('was refused')
  expect(lines("cat /var/log/pods/kube-system_kube-apiserver*/kube-apiserver/*.log | grep -o 'err=.*' | sort -u")).toEqual([
    'err="unknown api groups example.com"',
  ])
  cluster.run(`sed -i '/runtime-config/d' ${MANIFEST}`)
  cluster.advance('3m')
  expect(lines('kubectl api-versions | grep -E "^(resource|batch)"')).toEqual(['batch/v1', 'resource.k8s.io/v1'])
  expect(cluster.run('kubectl get cronjobs').stderr).toBe('No resources found in default namespace.\n')
})
