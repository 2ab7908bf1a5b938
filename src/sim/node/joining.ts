import type { Client, Identity } from '../api/client'
import type { CertificateSigningRequest } from '../api/types/certificates-v1.gen'
import type { Engine } from '../engine/engine'
import { StatusError } from '../api/status'
import { writeRequest } from '../formats/x509-writing'
import { certificateSigningRequest } from '../kinds/certificates/certificate-signing-request'
import type { HostFacts } from './node-object'

/** Who a machine is that knows nothing of the cluster but the token from `kubeadm token create`. */
const BOOTSTRAPPER: Identity = {
  user: 'system:bootstrap:abcdef',
  groups: ['system:bootstrappers', 'system:bootstrappers:kubeadm:default-node-token', 'system:authenticated'],
  manager: 'kubelet',
}

const LOOK_MS = 500

/**
 * What `kubeadm join` does on a fresh machine: its kubelet asks for a client certificate, and is let in (`joined`) as soon as one is issued. While
 * nobody approves and signs (kube-controller-manager does both) it waits.
 */
export function join(engine: Engine, clientFor: (identity: Identity) => Client, { name }: HostFacts, joined: () => void) {
  const client = clientFor(BOOTSTRAPPER)
  const subject = [
    ['O', 'system:nodes'],
    ['CN', `system:node:${name}`],
  ] as const
  const request = btoa(writeRequest({ subject, key: engine.random.hex(512), alternativeNames: [] }))
  let asked: string | undefined

  function ask() {
    const usages = ['digital signature', 'client auth']
    const spec = { request, signerName: 'kubernetes.io/kube-apiserver-client-kubelet', usages }
    asked = client.create<CertificateSigningRequest>(certificateSigningRequest, {
      metadata: { generateName: 'csr-' },
      spec,
    } as unknown as CertificateSigningRequest).metadata.name // the server completes the name
  }
  function look() {
    try {
      if (asked === undefined) ask()
      else if (client.get<CertificateSigningRequest>(certificateSigningRequest, undefined, asked)?.status?.certificate) return joined()
    } catch (error) {
      // The API server is away: it asks again until there is one.
      if (!(error instanceof StatusError)) throw error
    }
    engine.after(LOOK_MS, look, { background: true })
  }
  look()
}
