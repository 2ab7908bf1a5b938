import type { SubresourceHandler } from '../api/hooks'
import { namespaceFinalize } from './core/namespace-finalize'
import { podBinding } from './core/pod-binding'
import { waitingSubresources } from './late-subresources'

/** The subresources that belong to particular kinds; `status` and `scale` are generic. */
export const subresourceHandlers: readonly SubresourceHandler[] = [namespaceFinalize, podBinding, ...waitingSubresources]
