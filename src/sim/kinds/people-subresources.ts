import type { SubresourceHandler } from '../api/hooks'
import { csrApproval } from './certificates/csr-approval'
import { podAttach, podExec, podLog, podPortForward } from './core/pod-connections'
import { podEviction } from './core/pod-eviction'
import { podEphemeralContainers, podResize } from './core/pod-parts'
import { nodeProxy, podProxy, serviceProxy } from './core/proxy'

/** The handlers that late-subresources.ts stands in for. */
export const peopleSubresources: readonly SubresourceHandler[] = [
  csrApproval,
  nodeProxy,
  podAttach,
  podEphemeralContainers,
  podEviction,
  podExec,
  podLog,
  podPortForward,
  podProxy,
  podResize,
  serviceProxy,
]
