import type { ContainerStateWaiting, Pod, Volume } from '../../api/types/core-v1.gen'
import { lateCode } from '../../engine/late-code'
import { createBackOff, type BackOff } from './back-off'
import type { KubeletContext } from './context'
import type { PodState } from './pod-state'

/** A volume whose image is not there yet. */
export interface ImageVolumePull {
  readonly name: string
  readonly reference: string
  readonly policy: string
  readonly backOff: BackOff
  /** When to try again. */
  dueMs: number
  failedMs: number
  failure: ContainerStateWaiting | undefined
}

/** What there is to pull for a Pod's volumes of type image, in the order of its manifest. */
export const imageVolumePulls = ({ spec: { volumes } }: Pod): ImageVolumePull[] =>
  volumes?.some(({ image }) => image) ? pullsOf(volumes) : NOTHING

const NOTHING: ImageVolumePull[] = []

const pullsOf = (volumes: readonly Volume[]): ImageVolumePull[] =>
  volumes.flatMap(({ name, image }) => {
    if (!image) return []
    const { reference = '', pullPolicy } = image
    const policy = pullPolicy ?? (/(:latest|\/[^:@]*|^[^:@/]*)$/.test(reference) ? 'Always' : 'IfNotPresent')
    return [{ name, reference, policy, backOff: createBackOff(), dueMs: 0, failedMs: 0, failure: undefined }]
  })

/** A pull takes its time and ends with `then`; a wait ends at a moment. */
export type ImageVolumeStep = { readonly takesMs: number; readonly then: () => void } | { readonly untilMs: number }

/** How they are pulled. No Pod that a cluster is born with has any: the page loads it after the first prompt. */
export const lateImageVolumes =
  lateCode<(context: KubeletContext, state: PodState, pulls: ImageVolumePull[]) => ImageVolumeStep>('volumes of images')
