import { readAll, readFile } from '../node/os/calls'
import { SyscallError, type Proc } from '../node/os/syscalls'
import { CommandError } from './errors'
import type { FileOptions } from './manifests'
import { request } from './rest'
import { out, type Kubectl } from './session'

/** `--raw PATH -f FILE`: sends a file as it is and prints the answer as it is. Throws CommandError. */
export function* sendRaw(kubectl: Kubectl, method: 'POST' | 'PUT', { names, recursive }: FileOptions): Proc {
  const { flags } = kubectl
  const path = flags.text('raw')
  if (flags.has('edit') && flags.bool('edit')) throw new CommandError('--raw and --edit are mutually exclusive')
  const [name, ...others] = names
  if (name === undefined || others.length || /^https?:\/\//.test(name))
    throw new CommandError('--raw can only use a single local file or stdin')
  if (recursive) throw new CommandError('--raw and --recursive are mutually exclusive')
  if (flags.has('selector') && flags.text('selector')) throw new CommandError('--raw and --selector (-l) are mutually exclusive')
  if (flags.text('output')) throw new CommandError('--raw and --output are mutually exclusive')
  if (!path.startsWith('/'))
    throw new CommandError(`--raw must be a valid URL path: parse ${JSON.stringify(path)}: invalid URI for request`)
  const body = name === '-' ? yield* readAll(0) : yield* readBody(name)
  const answer = yield* request(kubectl, { method, path, body, accept: 'application/json, */*' })
  yield* out(answer.body)
}

function* readBody(name: string): Proc<string> {
  try {
    return yield* readFile(name)
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
    throw new CommandError(`open ${name}: ${error.message.toLowerCase()}`)
  }
}
