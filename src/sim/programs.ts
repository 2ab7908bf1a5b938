import './late-parts'
import { kubectx } from './kubectl/companions/kubectx'
import { kubens } from './kubectl/companions/kubens'
import { stern } from './kubectl/companions/stern'
import { kubectl } from './kubectl/kubectl'
import type { Program } from './node/os/syscalls'
import { containerProgram } from './node/programs/table'
import { busyboxTools, olderBusyboxTools, tools } from './shell/tools/all'
import { BUSYBOX, type Programs } from './tool-files'

/** Shell, tools, kubectl and what containers run, all there. */
export const everyProgram: Programs = {
  find: (name) => toolNamed(name) ?? containerProgram(name) ?? toolNamed(name.split('/')[0]!),
}

/** kubectl, and the small programs that people use beside it. */
const clients: Readonly<Record<string, Program>> = { kubectl, kubectx, kubens, stern }

function toolNamed(name: string): Program | undefined {
  if (Object.hasOwn(clients, name)) return clients[name]
  if (!name.startsWith(BUSYBOX)) return tools[name]
  const applet = name.slice(BUSYBOX.length)
  return olderBusyboxTools[applet] ?? busyboxTools[applet]
}
