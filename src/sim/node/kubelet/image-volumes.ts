import { SmallMap } from '../os/small-map'
import type { ContainerStateWaiting } from '../../api/types/core-v1.gen'
import { formatGoDuration } from '../../formats/duration'
import type { Image } from '../images/image'
import { parseImage } from '../images/reference'
import { createVolume } from '../os/volume'
import { eventTexts, type KubeletContext } from './context'
import { SETTLING_MS } from './ending'
import type { ImageVolumePull, ImageVolumeStep } from './late-image-volumes'
import type { PodState } from './pod-state'
import { pullLogins } from './pull-secrets'
import type { PodVolume } from './volumes'

/**
 * The next step towards the first image volume that is missing. They are pulled before any container is created, and as long as one is
 * missing all containers wait for the reason of its failure.
 */
export function nextImageVolume(context: KubeletContext, state: PodState, pulls: ImageVolumePull[]): ImageVolumeStep {
  const { engine, images, recorder } = context
  const pull = pulls[0]!
  const { reference: text, policy } = pull
  const wait = (untilMs: number) => ({ untilMs })
  if (pull.dueMs > engine.nowMs) {
    if (engine.nowMs < pull.failedMs + SETTLING_MS) return wait(pull.failedMs + SETTLING_MS)
    if (pull.failure?.reason === 'ErrImagePull')
      waitFor(state, { reason: 'ImagePullBackOff', message: `Back-off pulling image "${text}": ErrImagePull: ${pull.failure.message}` })
    return wait(pull.dueMs)
  }

  const fail = (reason: string, message: string) => {
    pull.failure = { reason, message }
    pull.failedMs = engine.nowMs
    pull.backOff.next(engine.nowMs, engine.nowMs)
    pull.dueMs = engine.nowMs + pull.backOff.currentMs
    waitFor(state, pull.failure)
    recorder.event(state.pod, 'Warning', 'Failed', `Error: ${reason}`)
    return wait(engine.nowMs + SETTLING_MS)
  }
  const reference = parseImage(text)
  if ('error' in reference)
    return fail('InvalidImageName', `Failed to apply default image tag "${text}": couldn't parse image name "${text}": ${reference.error}`)
  const present = images.present(reference)
  if (!present && policy === 'Never') return fail('ErrImageNeverPull', `Container image "${text}" is not present with pull policy of Never`)

  const mount = (image: Image) => {
    state.volumes = new SmallMap([...(state.volumes ?? []), [pull.name, imageVolume(context, image, text)]])
    pulls.shift()
  }
  if (present && policy !== 'Always') {
    const message = eventTexts(context.release).present(text)
    return { takesMs: 0, then: () => (recorder.event(state.pod, 'Normal', 'Pulled', message), mount(present)) }
  }
  recorder.event(state.pod, 'Normal', 'Pulling', `Pulling image "${text}"`)
  const { waitMs, durationMs, outcome } = images.pull(reference, pullLogins(context.client, state.pod).logins)
  const seconds = (ms: number) => formatGoDuration(Math.max(1, Math.round(ms)))
  return {
    takesMs: waitMs + durationMs,
    then() {
      if ('error' in outcome) {
        recorder.event(state.pod, 'Warning', 'Failed', `Failed to pull image "${text}": ${outcome.error}`)
        fail('ErrImagePull', outcome.error)
        return
      }
      const took = `${seconds(durationMs)} (${seconds(waitMs + durationMs)} including waiting)`
      recorder.event(
        state.pod,
        'Normal',
        'Pulled',
        `Successfully pulled image "${text}" in ${took}. Image size: ${outcome.image.sizeBytes} bytes.`,
      )
      images.add(outcome.image)
      mount(outcome.image)
    },
  }
}

function waitFor(state: PodState, waiting: ContainerStateWaiting) {
  for (const container of state.containers.values()) if (container.created === 0) container.waiting = waiting
}

/** An image's files, read-only. */
const imageVolume = (context: KubeletContext, image: Image, source: string): PodVolume => ({
  volume: createVolume(context.catalogue.tree(image)),
  top: '/',
  source,
  type: 'overlay',
  readOnly: true,
})
