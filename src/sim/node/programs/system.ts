import type { Program } from '../os/syscalls'
import { controlPlaneComponent, coredns, etcd, kubeProxy, metricsServer, plainDaemon } from './components'
import { pause } from './pause'

/** What runs in the containers of a cluster that has just booted, by name. The parameter is what follows a slash in the name: a version. */
const programs: Readonly<Record<string, (parameter: string) => Program>> = {
  pause: () => pause,
  etcd,
  coredns,
  'kube-proxy': kubeProxy,
  'kube-apiserver': (version) => controlPlaneComponent('kube-apiserver', version, 6443),
  'kube-controller-manager': (version) => controlPlaneComponent('kube-controller-manager', version, 10257),
  'kube-scheduler': (version) => controlPlaneComponent('kube-scheduler', version, 10259),
  'local-path-provisioner': () => plainDaemon('Provisioner started', []),
  'metrics-server': () => metricsServer,
}

/** The program of a system image's executable file; undefined when it is none of these. */
export const systemProgram = (name: string): Program | undefined => programNamed(programs, name)

/** Looks a program up by its file's name: `etcd/3.6.4` is `etcd` with the parameter `3.6.4`. */
export function programNamed(table: Readonly<Record<string, (parameter: string) => Program>>, name: string): Program | undefined {
  const [first = '', ...parameter] = name.split('/')
  return Object.hasOwn(table, first) ? table[first]!(parameter.join('/')) : undefined
}
