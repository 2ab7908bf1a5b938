import { lateCode } from '../../engine/late-code'
import type { kubeletConnections } from './connections'

/** A node's answers to logs, exec, attach and port-forward: nobody asks before there is a shell. */
export const lateConnections = lateCode<typeof kubeletConnections>('the connections of a kubelet')
