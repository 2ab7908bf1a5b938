import { lateCode } from '../engine/late-code'
import type { readSettings } from './kubelet-settings'

/** Reads a kubelet's configuration that is no longer as kubeadm wrote it: nobody has changed any before the first prompt. */
export const lateKubeletSettings = lateCode<typeof readSettings>("a kubelet's configuration")
