import type { AdmissionPlugin } from '../hooks'
import type { Pod, Toleration } from '../types/core-v1.gen'
import { asObject, isMirror, newPod } from './lookup'

const TAINTS = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'] as const
const SECONDS = 300

/** Pods stay five minutes on a node that went away, unless they say how long themselves. */
export const defaultTolerationSeconds: AdmissionPlugin = {
  name: 'DefaultTolerationSeconds',
  about: ['pods'],
  mutate(request) {
    const pod = newPod(request)
    if (!pod || isMirror(pod)) return request.object!
    const { tolerations = [] } = pod.spec
    const missing = TAINTS.filter((taint) => !tolerations.some((toleration) => tolerates(toleration, taint)))
    if (missing.length === 0) return request.object!
    const added = missing.map((key): Toleration => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: SECONDS }))
    return asObject<Pod>({ ...pod, spec: { ...pod.spec, tolerations: [...tolerations, ...added] } })
  },
}

const tolerates = ({ key, effect }: Toleration, taint: string) => (!key || key === taint) && (!effect || effect === 'NoExecute')
