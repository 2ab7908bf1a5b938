import type { ToolSet } from './node/images/image'
import { programFile, type FileNode } from './node/os/file-system'
import type { Program } from './node/os/syscalls'
import { busyboxToolNames, toolNames } from './shell/tools/names'

/** The programs that come with hosts and images, by the names their files carry. */
export interface Programs {
  find(name: string): Program | undefined
}

/** How a busybox tool's file calls its program, to tell it from GNU's of the same name. */
export const BUSYBOX = 'busybox:'

const known = new Map<ToolSet, Readonly<Record<string, FileNode>>>()

/** The tools of a set as files, made once: every image shares them. The programs themselves need not be loaded yet. */
export function toolFiles(set: ToolSet): Readonly<Record<string, FileNode>> {
  const files = known.get(set) ?? make(set)
  known.set(set, files)
  return files
}

function make(set: ToolSet): Record<string, FileNode> {
  if (set === 'none') return {}
  if (set !== 'debian') return Object.fromEntries(busyboxToolNames.map((name) => [`/bin/${name}`, programFile(BUSYBOX + name)]))
  const files = toolNames.map((name) => [`/usr/bin/${name}`, programFile(name)] as const)
  return { ...Object.fromEntries(files), '/bin/sh': programFile('sh'), '/bin/bash': programFile('bash') }
}
