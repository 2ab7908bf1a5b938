import { kubectl } from './kubectl/kubectl'
import type { Program } from './node/os/syscalls'
import { busyboxTools, tools } from './shell/tools/all'
import { BUSYBOX, type Programs } from './tool-files'

/** Shell, tools and kubectl, all there. */
export const everyProgram: Programs = { find: programNamed }

function programNamed(name: string): Program | undefined {
  if (name === 'kubectl') return kubectl
  return name.startsWith(BUSYBOX) ? busyboxTools[name.slice(BUSYBOX.length)] : tools[name]
}
