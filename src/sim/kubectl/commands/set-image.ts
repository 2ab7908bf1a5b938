import type { AnyObject } from '../../api/object'
import { CommandError } from '../errors'
import { splitPairs } from '../metadata-edit'
import { withPodSpec } from '../pod-template'
import { noLocalServerDryRun, podSpecFor, setOn } from '../setting'
import type { Command } from '../session'
import { dryRunOf } from '../writing'

export const setImage: Command = {
  *run(kubectl) {
    const { flags, args } = kubectl
    yield* dryRunOf(kubectl)
    const { resources: words, pairs } = splitPairs(args, 'image')
    const bad = pairs.filter((pair) => !pair.includes('='))
    if (bad.length) throw new CommandError(`invalid image format: ${bad.join(', ')}`)
    const check = () => [
      ...(flags.bool('all') && flags.text('selector') ? ['cannot set --all and --selector at the same time'] : []),
      ...(pairs.length === 0 ? ['at least one image update is required'] : []),
      ...(pairs.length > 1 && pairs.some((pair) => pair.startsWith('*='))
        ? ['all containers are already specified by *, but saw more than one container_name=container_image pairs']
        : []),
      ...(flags.bool('local') && flags.text('dry-run') === 'server' ? [noLocalServerDryRun] : []),
    ]
    const images = pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)] as const)
    yield* setOn(kubectl, {
      words,
      done: 'image updated',
      manager: 'kubectl-set',
      failure: 'failed to patch image update to pod template:',
      check,
      change: (object, _, tell) => change(object, images, tell),
    })
  },
}

/** The object with the images. Containers it does not have are told. */
function change(
  object: AnyObject,
  images: readonly (readonly [name: string, image: string])[],
  tell: (problem: string) => void,
): AnyObject {
  const spec = podSpecFor(object)
  const { initContainers = [], containers = [] } = spec
  let changed = false
  let result = spec
  for (const [name, image] of images) {
    const fits = (one: { name: string }) => name === '*' || one.name === name
    const found = [...initContainers, ...containers].some(fits)
    if (!found) tell(`error: unable to find container named ${JSON.stringify(name)}`)
    const put = <T extends { name: string; image?: string }>(one: T): T => {
      if (!fits(one) || one.image === image) return one
      changed = true
      return { ...one, image }
    }
    result = {
      ...result,
      containers: (result.containers ?? []).map(put),
      ...(result.initContainers ? { initContainers: result.initContainers.map(put) } : {}),
    }
  }
  return changed ? withPodSpec(object, result) : object
}
