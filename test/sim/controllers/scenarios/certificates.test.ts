import { beforeAll, expect, test } from 'vitest'
import type { Identity } from '../../../../src/sim/api/client'
import type { CertificateSigningRequest } from '../../../../src/sim/api/types/certificates-v1.gen'
import { createCluster, type Cluster } from '../../../../src/sim/cluster'
import { writeRequest } from '../../../../src/sim/formats/x509-writing'
import { certificateSigningRequest } from '../../../../src/sim/kinds/certificates/certificate-signing-request'
import { story, storyOf } from '../../story'

let cluster: Cluster
beforeAll(() => {
  cluster = createCluster({ workers: 1 })
})

const JOINING: Identity = {
  user: 'system:bootstrap:abcdef',
  groups: ['system:bootstrappers', 'system:bootstrappers:kubeadm:default-node-token', 'system:authenticated'],
  manager: 'kubelet',
}

/** Asks for a certificate, and what is told of the request from then on. */
function ask(
  name: string,
  subject: readonly (readonly [string, string])[],
  signer: string,
  usages: readonly string[],
  identity?: Identity,
) {
  const heard = storyOf({ engine: cluster.engine, client: cluster.client() }, [certificateSigningRequest])
  cluster.client(identity).create<CertificateSigningRequest>(certificateSigningRequest, {
    metadata: { name },
    spec: {
      request: btoa(writeRequest({ subject, key: 'beef'.repeat(128), alternativeNames: [] })),
      signerName: `kubernetes.io/${signer}`,
      usages,
    },
  } as unknown as CertificateSigningRequest) // the server fills in the rest
  cluster.advance('5s')
  const certificate = () => cluster.client().get<CertificateSigningRequest>(certificateSigningRequest, undefined, name)?.status?.certificate
  return { ...heard, told: () => heard.told({ about: 'CertificateSigningRequest' }), certificate }
}

test('given a kubelet that joins with a bootstrap token, then its request is approved and signed, without an event', () => {
  const node = [
    ['O', 'system:nodes'],
    ['CN', 'system:node:node09'],
  ] as const
  const request = ask('joining', node, 'kube-apiserver-client-kubelet', ['digital signature', 'client auth'], JOINING)
  expect(request.told()).toBe(story`
    0s  CertificateSigningRequest/joining  Approved=True AutoApproved: Auto approving kubelet client certificate after SubjectAccessReview.
  `)
  expect(atob(request.certificate()!)).toMatch(/^-----BEGIN CERTIFICATE-----/)
})

test('given a person, then the request waits until somebody approves it', () => {
  const request = ask('john', [['CN', 'john']], 'kube-apiserver-client', ['client auth'])
  expect(request.told()).toBe('')
  cluster.run('kubectl certificate approve john')
  cluster.advance('5s')
  expect(request.told()).toBe(story`
    5s  CertificateSigningRequest/john  Approved=True KubectlApprove: This CSR was approved by kubectl certificate approve.
  `)
  expect(atob(request.certificate()!)).toMatch(/^-----BEGIN CERTIFICATE-----/)
})

test('given a person whom somebody denies, then there is no certificate', () => {
  const request = ask('mallory', [['CN', 'mallory']], 'kube-apiserver-client', ['client auth'])
  cluster.run('kubectl certificate deny mallory')
  cluster.advance('5s')
  expect(request.told()).toBe(story`
    5s  CertificateSigningRequest/mallory  Denied=True KubectlDeny: This CSR was denied by kubectl certificate deny.
  `)
  expect(request.certificate()).toBeUndefined()
})

test('given an approved request that its signer must not sign, then the signing has failed', () => {
  const request = ask('usages', [['CN', 'eve']], 'kube-apiserver-client', ['server auth'])
  cluster.run('kubectl certificate approve usages')
  cluster.advance('5s')
  expect(request.told()).toBe(story`
    5s  CertificateSigningRequest/usages  Approved=True KubectlApprove: This CSR was approved by kubectl certificate approve.
    5s  CertificateSigningRequest/usages  Failed=True SignerValidationFailure: invalid usage for client certificate: server auth
  `)
  expect(request.certificate()).toBeUndefined()
})
