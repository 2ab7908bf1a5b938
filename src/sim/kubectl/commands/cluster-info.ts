import { discover } from '../discovery'
import { clientConfig } from '../kubeconfig'
import { builtInResource } from '../built-in-resource'
import { listResources, whole } from '../resources'
import { out, type Command, type Kubectl } from '../session'
import type { Proc } from '../../node/os/syscalls'

/** `kubectl cluster-info`: where the API server and the services that belong to the cluster answer. */
export const clusterInfo: Command = {
  *run(kubectl) {
    const { server } = yield* clientConfig(kubectl)
    try {
      yield* listServices(kubectl, server)
    } finally {
      // Advice that is wanted most when the server does not answer.
      yield* out("\nTo further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.\n")
    }
  },
}

function* listServices(kubectl: Kubectl, server: string): Proc {
  // The builder looks the type up even where it is known.
  yield* discover(kubectl, 5)
  const services = builtInResource({ apiVersion: 'v1', kind: 'Service' })
  const found = yield* listResources(kubectl, services, 'kube-system', { selector: 'kubernetes.io/cluster-service=true', listQuery: whole })
  yield* out(`Kubernetes control plane is running at ${server}\n`)
  for (const { object } of found) {
    const { ports = [] } = (object!.spec ?? {}) as { ports?: readonly { name?: string; port: number }[] } // a Service's spec
    const name = object!.metadata.labels?.['kubernetes.io/name'] ?? object!.metadata.name
    const port = ports.length ? (ports[0]!.name ? `:${ports[0]!.name}` : '') : ''
    yield* out(
      `${name} is running at ${server}/api/v1/namespaces/${object!.metadata.namespace}/services/${object!.metadata.name}${port}/proxy\n`,
    )
  }
}
