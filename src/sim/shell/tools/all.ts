import type { Program } from '../../node/os/syscalls'
import { bash, busyboxShell, dash } from '../shell'
import { egrep, fgrep, grep } from './grep'
import { jq } from './jq/jq'
import { cat, head, nl, tac, tail, wc } from './read'
import type { Make, Tool } from './tool'

const common: Readonly<Record<string, Tool>> = { jq, cat, egrep, fgrep, grep, head, nl, tac, tail, wc }

const programsOf = (tools: Readonly<Record<string, Tool>>, make: Make): Record<string, Program> =>
  Object.fromEntries(Object.entries(tools).map(([name, one]) => [name, one(make)]))

/** Programs of a host or of a Debian-like image, by name. */
export const tools: Readonly<Record<string, Program>> = { ...programsOf(common, 'gnu'), bash, sh: dash, dash }

/** Programs of busybox and alpine images: same names, other words. */
export const busyboxTools: Readonly<Record<string, Program>> = { ...programsOf(common, 'busybox'), sh: busyboxShell, ash: busyboxShell }
