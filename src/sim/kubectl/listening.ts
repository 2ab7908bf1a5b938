import { addresses, listen, random } from '../node/os/calls'
import { SyscallError, type Proc } from '../node/os/syscalls'

/** Listens on a port, or on any free one for 0. Throws SyscallError where the port is taken or the address is none of this machine's. */
export function* listenAt(port: number, address: string): Proc<{ readonly fd: number; readonly port: number }> {
  const own = (yield* addresses()).map((each) => each.address)
  if (!address.startsWith('127.') && !['0.0.0.0', '::', '::1', ...own].includes(address))
    throw new SyscallError('EADDRNOTAVAIL', 'Cannot assign requested address')
  if (port !== 0) return { fd: yield* listen(port, { address }), port }
  for (;;) {
    const any = 32_768 + Math.floor((yield* random()) * 28_000)
    try {
      return { fd: yield* listen(any, { address }), port: any }
    } catch (error) {
      if (!(error instanceof SyscallError) || error.code !== 'EADDRINUSE') throw error
    }
  }
}
