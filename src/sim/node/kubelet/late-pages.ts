import type { BufferedResponse } from '../../api/http'
import { lateCode } from '../../engine/late-code'
import type { Host } from '../host'

/** The pages of a kubelet's own HTTP server: nobody looks at them before there is a shell. */
export const kubeletPages = lateCode<(host: Host, path: string) => BufferedResponse>('kubelet pages')
