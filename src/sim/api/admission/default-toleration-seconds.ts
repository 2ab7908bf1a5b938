import type { AdmissionPlugin } from '../hooks'
import { withFields } from '../object'
import { freeze } from '../storage'
import type { Pod, Toleration } from '../types/core-v1.gen'
import { asObject, isMirror, newPod } from './lookup'

const TAINTS = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'] as const
const SECONDS = 300

/** What most Pods get: one list for all of them. */
const USUAL: readonly (Toleration & { readonly key: string })[] = freeze(
  TAINTS.map((key) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: SECONDS })),
)

/** Pods stay five minutes on a node that went away, unless they say how long themselves. */
export const defaultTolerationSeconds: AdmissionPlugin = {
  name: 'DefaultTolerationSeconds',
  about: ['pods'],
  mutate(request) {
    const pod = newPod(request)
    if (!pod || isMirror(pod)) return request.object!
    const { tolerations = [] } = pod.spec
    const missing = USUAL.filter(({ key }) => !tolerations.some((toleration) => tolerates(toleration, key)))
    if (missing.length === 0) return request.object!
    const all = tolerations.length === 0 ? USUAL : tolerations.concat(missing)
    return asObject<Pod>({ ...pod, spec: withFields(pod.spec, { tolerations: all }) })
  },
}

const tolerates = ({ key, effect }: Toleration, taint: string) => (!key || key === taint) && (!effect || effect === 'NoExecute')
