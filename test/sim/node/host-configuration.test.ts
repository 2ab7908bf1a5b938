import { expect, test } from 'vitest'
import { createCluster } from '../../../src/sim/cluster'

test('machines have what kubeadm, the runtime and the network leave on them; the keys are for root alone', () => {
  const cluster = createCluster({ seed: 1 })
  expect(cluster.run('ls /etc/kubernetes/pki/etcd').stdout).toBe(
    'ca.crt\nca.key\nhealthcheck-client.crt\nhealthcheck-client.key\npeer.crt\npeer.key\nserver.crt\nserver.key\n',
  )
  expect(cluster.run('stat -c %a /etc/kubernetes/pki/sa.key /etc/kubernetes/pki/etcd/ca.crt').stdout).toBe('600\n644\n')
  expect(cluster.run('ssh node01 cat /etc/cni/net.d/10-containerd-net.conflist').stdout).toContain('"subnet": "192.168.1.0/24"')
  expect(cluster.run('ssh node01 ls /etc/kubernetes/pki').stdout).toBe('ca.crt\n')
})

test("etcd has an authority of its own, and kubelets are known by their nodes' names", () => {
  const cluster = createCluster({ seed: 1 })
  const said = (command: string) => cluster.run(`openssl ${command}`).stdout
  const pki = '/etc/kubernetes/pki'
  expect(said(`verify -CAfile ${pki}/etcd/ca.crt ${pki}/etcd/server.crt`)).toBe(`${pki}/etcd/server.crt: OK\n`)
  expect(cluster.run(`openssl verify -CAfile ${pki}/ca.crt ${pki}/etcd/server.crt`).code).not.toBe(0)
  expect(said(`x509 -noout -subject -in ${pki}/apiserver-etcd-client.crt`)).toContain('CN = kube-apiserver-etcd-client')
  expect(cluster.run('ssh node02 openssl x509 -noout -subject -in /var/lib/kubelet/pki/kubelet-client-current.pem').stdout).toContain(
    'O = system:nodes, CN = system:node:node02',
  )
})

test('such a file is a plain one once somebody has written to it', () => {
  const cluster = createCluster({ seed: 1 })
  expect(cluster.run('echo "timeout: 10" >> /etc/crictl.yaml; tail -2 /etc/crictl.yaml; test -s /etc/crictl.yaml').stdout).toBe(
    'image-endpoint: unix:///run/containerd/containerd.sock\ntimeout: 10\n',
  )
})

test('a machine shows its kernel parameters, that it has no swap, and whose users its processes are', () => {
  const cluster = createCluster({ seed: 1 })
  expect(cluster.run('sysctl net.ipv4.ip_forward; ssh node01 sysctl -n kernel.hostname').stdout).toBe('net.ipv4.ip_forward = 1\nnode01\n')
  expect(cluster.run('wc -l < /proc/swaps; readlink /proc/self/ns/user').stdout).toBe('1\nuser:[4026531837]\n')
})
