import './late-parts'
import { kubectl } from './kubectl/kubectl'
import type { Program } from './node/os/syscalls'
import { containerProgram } from './node/programs/table'
import { busyboxTools, tools } from './shell/tools/all'
import { BUSYBOX, type Programs } from './tool-files'

/** Shell, tools, kubectl and what containers run, all there. */
export const everyProgram: Programs = {
  find: (name) => toolNamed(name) ?? containerProgram(name) ?? toolNamed(name.split('/')[0]!),
}

function toolNamed(name: string): Program | undefined {
  if (name === 'kubectl') return kubectl
  return name.startsWith(BUSYBOX) ? busyboxTools[name.slice(BUSYBOX.length)] : tools[name]
}
