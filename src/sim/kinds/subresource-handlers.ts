import type { SubresourceHandler } from '../api/hooks'
import { csrApproval } from './certificates/csr-approval'
import { namespaceFinalize } from './core/namespace-finalize'
import { podBinding } from './core/pod-binding'
import { nodeProxy, podProxy, serviceProxy } from './core/proxy'
import { podAttach, podExec, podLog, podPortForward } from './core/pod-connections'
import { podEviction } from './core/pod-eviction'
import { podEphemeralContainers, podResize } from './core/pod-parts'

/** The subresources that belong to particular kinds; `status` and `scale` are generic. */
export const subresourceHandlers: readonly SubresourceHandler[] = [
  csrApproval,
  namespaceFinalize,
  nodeProxy,
  podAttach,
  podBinding,
  podEphemeralContainers,
  podEviction,
  podExec,
  podLog,
  podPortForward,
  podProxy,
  podResize,
  serviceProxy,
]
