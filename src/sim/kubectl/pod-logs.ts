import type { Proc } from '../node/os/syscalls'
import { builtInResource } from './built-in-resource'
import { pathOf } from './mapper'
import { requestStream } from './rest'
import type { Kubectl } from './session'

export interface LogOptions {
  readonly container?: string
  readonly follow?: boolean
  readonly previous?: boolean
  readonly sinceSeconds?: number
  readonly sinceTime?: string
  readonly tailLines?: number
  readonly limitBytes?: number
  readonly timestamps?: boolean
  readonly insecureSkipTLSVerifyBackend?: boolean
}

const pods = builtInResource({ apiVersion: 'v1', kind: 'Pod' })

/** Opens a container's log; read the descriptor to its end. */
export function* requestLogs(
  kubectl: Kubectl,
  { namespace, name }: { readonly namespace: string; readonly name: string },
  options: LogOptions,
): Proc<number> {
  const query = Object.fromEntries(Object.entries(options).map(([key, value]) => [key, value === false ? undefined : value])) as Record<
    string,
    string | number | boolean | undefined
  >
  return yield* requestStream(kubectl, {
    path: pathOf(pods, namespace, name, 'log'),
    query,
    accept: 'application/json, */*',
    place: 'logs.go:469',
  })
}
