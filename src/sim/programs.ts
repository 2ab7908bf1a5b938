import './late-parts'
import { kubeadm, kubelet } from './kubectl/companions/kubeadm/kubeadm'
import { k9s } from './kubectl/companions/k9s/k9s'
import { kubectx } from './kubectl/companions/kubectx'
import { kubens } from './kubectl/companions/kubens'
import { kustomize } from './kubectl/companions/kustomize'
import { stern } from './kubectl/companions/stern'
import { kubectl } from './kubectl/kubectl'
import type { Program } from './node/os/syscalls'
import { containerProgram } from './node/programs/table'
import { busyboxTools, olderBusyboxTools, tools } from './shell/tools/all'
import { BUSYBOX, type Programs } from './tool-files'

/** Shell, tools, kubectl and what containers run, all there. */
export const everyProgram: Programs = {
  find: (name) => toolNamed(name) ?? releasedProgram(name) ?? containerProgram(name) ?? toolNamed(name.split('/')[0]!),
}

/** kubectl, and the small programs that people use beside it. */
const clients: Readonly<Record<string, Program>> = { k9s, kubectl, kubectx, kubens, kustomize, stern }

/** What is of the cluster's release, as a machine's files name it: `kubeadm/1.36.0`. */
const released: Readonly<Record<string, (release: string) => Program>> = { kubeadm, kubelet }

function releasedProgram(name: string): Program | undefined {
  const [program = '', release] = name.split('/')
  return release !== undefined && Object.hasOwn(released, program) ? released[program]!(release) : undefined
}

function toolNamed(name: string): Program | undefined {
  if (Object.hasOwn(clients, name)) return clients[name]
  if (!name.startsWith(BUSYBOX)) return tools[name]
  const applet = name.slice(BUSYBOX.length)
  return olderBusyboxTools[applet] ?? busyboxTools[applet]
}
