import { beforeAll, expect, test } from 'vitest'
import { createCluster, type Cluster } from '../../../src/sim/cluster'
import type { CertificateSigningRequest } from '../../../src/sim/api/types/certificates-v1.gen'
import { readCertificate } from '../../../src/sim/formats/x509-reading'
import { writeRequest } from '../../../src/sim/formats/x509-writing'
import { certificateSigningRequest } from '../../../src/sim/kinds/certificates/certificate-signing-request'
import { hostNumbered } from '../../../src/sim/bootstrap/hosts'
import type { Identity } from '../../../src/sim/api/client'
import { timestamp } from '../../../src/sim/engine/time'
import { smallCluster } from './small-cluster'

let cluster: Cluster
beforeAll(() => {
  cluster = createCluster({ workers: 1 })
})

const NODE: Identity = { user: 'system:node:node01', groups: ['system:nodes', 'system:authenticated'], manager: 'kubelet' }
const JOINING: Identity = {
  user: 'system:bootstrap:abcdef',
  groups: ['system:bootstrappers', 'system:bootstrappers:kubeadm:default-node-token', 'system:authenticated'],
  manager: 'kubelet',
}

/** Asks for a certificate of a node's as somebody, and answers what has become of the request ten seconds later. */
function ask(name: string, identity: Identity, { signer = 'kube-apiserver-client-kubelet', usage = 'client auth', node = 'node01' } = {}) {
  const subject = [
    ['O', 'system:nodes'],
    ['CN', `system:node:${node}`],
  ] as const
  const alternativeNames = usage === 'server auth' ? ['DNS:node01'] : []
  cluster.client(identity).create<CertificateSigningRequest>(certificateSigningRequest, {
    metadata: { name },
    spec: {
      request: btoa(writeRequest({ subject, key: 'beef'.repeat(128), alternativeNames })),
      signerName: `kubernetes.io/${signer}`,
      usages: ['digital signature', usage],
    },
  } as unknown as CertificateSigningRequest) // the server fills in the rest
  cluster.advance('10s')
  const { conditions = [], certificate } = cluster
    .client()
    .get<CertificateSigningRequest>(certificateSigningRequest, undefined, name)!.status!
  return { said: conditions.map(({ type, reason, message }) => `${type} ${reason} ${message}`), certificate }
}

test.each([
  ['a kubelet with a bootstrap token asks to join', JOINING, {}, ['Approved AutoApproved Auto approving kubelet client certificate after SubjectAccessReview.']],
  ['a kubelet renews its own client certificate', NODE, {}, ['Approved AutoApproved Auto approving self kubelet client certificate after SubjectAccessReview.']],
  ['a kubelet asks for the certificate of another node', NODE, { node: 'node02' }, []],
  ['a kubelet asks for a serving certificate, which kubeadm leaves to people', NODE, { signer: 'kubelet-serving', usage: 'server auth' }, []],
])('when %s', (title, identity, options, said) => {
  const answer = ask(title.replaceAll(/[^a-z]+/g, '-'), identity, options)
  expect(answer.said).toEqual(said)
  expect(answer.certificate !== undefined).toBe(said.length > 0)
}) // prettier-ignore

test('given a machine that joins, then it asks for a certificate, is let in, and becomes a node', () => {
  const before = cluster.run('kubectl get csr --no-headers').stdout
  expect(before).not.toContain('csr-')
  const { name } = hostNumbered(2)
  cluster.machines.add()
  cluster.advance('20s')
  expect(cluster.run(`kubectl get node ${name}`).code).toBe(0)
  const csr = cluster
    .run('kubectl get csr --no-headers')
    .stdout.split('\n')
    .find((line) => line.startsWith('csr-'))
  expect(csr).toMatch(
    /^csr-[a-z0-9]{5} +\S+ +kubernetes\.io\/kube-apiserver-client-kubelet +system:bootstrap:abcdef +<none> +Approved,Issued$/,
  )
  expect(cluster.run(`kubectl get node ${name}`).stdout).toMatch(/ Ready /)
})

test('while kube-controller-manager is away a machine that joins waits at the door', () => {
  cluster.run('mv /etc/kubernetes/manifests/kube-controller-manager.yaml /tmp/; sleep 30')
  cluster.machines.add()
  cluster.advance('2m')
  expect(cluster.run('kubectl get node node03').code).toBe(1)
  expect(cluster.run('kubectl get csr').stdout).toMatch(/system:bootstrap:abcdef +<none> +Pending\n/)
  cluster.run('mv /tmp/kube-controller-manager.yaml /etc/kubernetes/manifests/; sleep 60')
  expect(cluster.run('kubectl get node node03').code).toBe(0)
})

test('a certificate is in force for a year from five minutes ago, or for as long as was asked', () => {
  const { certificate } = ask('year', NODE)
  const { notBeforeMs, notAfterMs } = readCertificate(atob(certificate!))!
  expect(notAfterMs - notBeforeMs).toBe(365 * 86_400_000)
})

test.each([
  ['Approved', 2],
  ['Denied', 2],
  ['Failed', 2],
  [undefined, 24],
])('a request that is %s is kept until the cleaner comes by after %d hours', (type, hours) => {
  const { client, engine, advance } = smallCluster({ only: ['csrcleaner-controller'] })
  const at = timestamp(engine.nowMs)
  const created = client.create<CertificateSigningRequest>(certificateSigningRequest, {
    metadata: { name: 'jane' },
    spec: {
      request: btoa(writeRequest({ subject: [['CN', 'jane']], key: 'beef'.repeat(128), alternativeNames: [] })),
      signerName: 'example.com/signer',
      usages: ['client auth'],
    },
  } as unknown as CertificateSigningRequest) // the server fills in the rest
  advance(60_000)
  const conditions = type ? [{ type, status: 'True', reason: 'Because', message: '', lastUpdateTime: at, lastTransitionTime: at }] : []
  const subresource = type === 'Failed' || !type ? 'status' : 'approval'
  const decided = client.update(certificateSigningRequest, { ...created, status: { conditions } }, { subresource })
  if (type === 'Approved')
    client.update(
      certificateSigningRequest,
      { ...decided, status: { conditions, certificate: btoa('-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n') } },
      { subresource: 'status' },
    )
  advance((hours - 1) * 3_600_000)
  expect(client.list(certificateSigningRequest)).toHaveLength(1)
  advance(3_700_000)
  expect(client.list(certificateSigningRequest)).toEqual([])
})
