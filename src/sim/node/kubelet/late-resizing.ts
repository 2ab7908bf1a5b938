import { lateCode } from '../../engine/late-code'
import type { resize } from './resizing'

/** What a kubelet does when a running Pod is given other resources: nobody asks for that before the first prompt. */
export const lateResizing = lateCode<typeof resize>('resizing of Pods')
