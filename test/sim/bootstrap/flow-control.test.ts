import { expect, test } from 'vitest'
import { createCluster } from '../../../src/sim/cluster'

test('a cluster is born with its flow schemas and priority levels', () => {
  const cluster = createCluster()
  const words = (text: string) =>
    text
      .trim()
      .split('\n')
      .map((line) => line.split(/ +/))
  expect(words(cluster.run('kubectl get flowschemas --sort-by=.spec.matchingPrecedence --no-headers').stdout)).toEqual([
    ['exempt', 'exempt', '1', '<none>', '2m', 'False'],
    ['probes', 'exempt', '2', '<none>', '2m', 'False'],
    ['system-leader-election', 'leader-election', '100', 'ByUser', '2m', 'False'],
    ['endpoint-controller', 'workload-high', '150', 'ByUser', '2m', 'False'],
    ['workload-leader-election', 'leader-election', '200', 'ByUser', '2m', 'False'],
    ['system-node-high', 'node-high', '400', 'ByUser', '2m', 'False'],
    ['system-nodes', 'system', '500', 'ByUser', '2m', 'False'],
    ['kube-controller-manager', 'workload-high', '800', 'ByNamespace', '2m', 'False'],
    ['kube-scheduler', 'workload-high', '800', 'ByNamespace', '2m', 'False'],
    ['kube-system-service-accounts', 'workload-high', '900', 'ByNamespace', '2m', 'False'],
    ['service-accounts', 'workload-low', '9000', 'ByUser', '2m', 'False'],
    ['global-default', 'global-default', '9900', 'ByUser', '2m', 'False'],
    ['catch-all', 'catch-all', '10000', 'ByUser', '2m', 'False'],
  ])
  expect(words(cluster.run('kubectl get prioritylevelconfigurations --no-headers').stdout)).toEqual([
    ['catch-all', 'Limited', '5', '<none>', '<none>', '<none>', '2m'],
    ['exempt', 'Exempt', '<none>', '<none>', '<none>', '<none>', '2m'],
    ['global-default', 'Limited', '20', '128', '6', '50', '2m'],
    ['leader-election', 'Limited', '10', '16', '4', '50', '2m'],
    ['node-high', 'Limited', '40', '64', '6', '50', '2m'],
    ['system', 'Limited', '30', '64', '6', '50', '2m'],
    ['workload-high', 'Limited', '40', '128', '6', '50', '2m'],
    ['workload-low', 'Limited', '100', '128', '6', '50', '2m'],
  ])
})

test('releases that serve flow control in a beta have the same objects', () => {
  const cluster = createCluster({ version: '1.27' })
  const schema = JSON.parse(cluster.run('kubectl get flowschema system-nodes -o json').stdout)
  expect(schema).toMatchObject({
    apiVersion: 'flowcontrol.apiserver.k8s.io/v1beta3',
    status: {
      conditions: [
        {
          type: 'Dangling',
          status: 'False',
          reason: 'Found',
          message: 'This FlowSchema references the PriorityLevelConfiguration object named "system" and it exists',
        },
      ],
    },
  })
})

test('a flow schema tells that its level is not there, is there, and is gone again; without exempt and catch-all no server stays', () => {
  const cluster = createCluster()
  const missing = (name: string) => cluster.run(`kubectl get flowschema ${name} --no-headers`).stdout.trim().split(/ +/).at(-1)
  const level = 'kubectl get prioritylevelconfiguration global-default -o json | jq ".metadata = {name: \\"mine\\"}" | kubectl create -f -'
  cluster.run(
    'kubectl get flowschema global-default -o json | jq ".metadata = {name: \\"mine\\"} | .spec.priorityLevelConfiguration.name = \\"mine\\"" | kubectl create -f -',
  )
  expect(missing('mine')).toBe('True')
  cluster.run(`${level}; sleep 1`)
  expect(missing('mine')).toBe('False')
  cluster.run('kubectl delete prioritylevelconfiguration mine; sleep 1')
  expect(missing('mine')).toBe('True')
  cluster.run('kubectl delete flowschema exempt; kubectl delete prioritylevelconfiguration catch-all; sleep 1')
  expect(missing('exempt')).toBe('False')
  expect(missing('catch-all')).toBe('False')
  expect(cluster.run('kubectl get prioritylevelconfiguration catch-all -o name').stdout).toBe('prioritylevelconfiguration.flowcontrol.apiserver.k8s.io/catch-all\n') // prettier-ignore
})
