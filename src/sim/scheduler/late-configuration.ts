import { lateCode } from '../engine/late-code'
import type { profilesOf } from './configuration'

/** Reads a KubeSchedulerConfiguration; a cluster that has just booted has none, so the code may come late. */
export const lateConfiguration = lateCode<typeof profilesOf>("the scheduler's configuration")
