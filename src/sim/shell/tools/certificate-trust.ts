import { resolve } from '../../node/os/calls'
import { SyscallError, type Proc } from '../../node/os/syscalls'

/** Addresses that no public authority signs certificates for. */
const PRIVATE = /^(10\.|127\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)/

/**
 * Whether a client without an authority of its own refuses a server: nobody whom distributions trust has signed a certificate for an address
 * inside the cluster. There is no TLS in the simulation, so what a given authority has signed is not looked at.
 */
export function* isDistrusted(host: string): Proc<boolean> {
  if (/^[\d.]+$/.test(host)) return PRIVATE.test(host)
  try {
    const [answer] = yield* resolve(host)
    return host === 'localhost' || (answer !== undefined && PRIVATE.test(answer.value))
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
    return false
  }
}
