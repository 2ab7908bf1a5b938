import { write } from '../../../node/os/calls'
import type { Proc, Self } from '../../../node/os/syscalls'
import { request } from '../../rest'
import { clientOf } from '../client'

/** Asks the cluster how it was set up, and says so. */
export function* readConfiguration(self: Self, phase: string): Proc {
  yield* write(1, `[${phase}] Reading configuration from the "kubeadm-config" ConfigMap in namespace "kube-system"...\n`)
  const client = clientOf(self, ['--kubeconfig', '/etc/kubernetes/admin.conf'])
  yield* request(client, { path: '/api/v1/namespaces/kube-system/configmaps/kubeadm-config' })
  yield* write(1, `[${phase}] Use 'kubeadm init phase upload-config kubeadm --config your-config-file' to re-upload it.\n\n`)
}
