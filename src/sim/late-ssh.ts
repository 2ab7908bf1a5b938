import { lateCode } from './engine/late-code'
import type { Host } from './node/host'
import { hostWork } from './node/os/calls'
import type { Program } from './node/os/syscalls'
import type { ssh } from './ssh'

/** `ssh` (ssh.ts), which the page loads after the first prompt. */
export const lateSsh = lateCode<typeof ssh>('ssh')

/** A host by its name or its address. */
export const hostAt = (hosts: ReadonlyMap<string, Host>, name: string): Host | undefined =>
  hosts.get(name) ?? [...hosts.values()].find(({ facts }) => facts.address === name)

/** `ssh` that waits for its code. */
export const waitingSsh = (hostNamed: (name: string) => Host | undefined): Program =>
  function* (self) {
    yield* hostWork(lateSsh.coming)
    return yield* lateSsh.code(hostNamed)(self)
  }
