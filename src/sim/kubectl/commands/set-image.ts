import type { AnyObject } from '../../api/object'
import { CommandError } from '../errors'
import { fileOptions } from '../manifests'
import { podSpecOf, withPodSpec } from '../pod-template'
import { mustGiveResources, setOn } from '../setting'
import type { Command } from '../session'

export const setImage: Command = {
  *run(kubectl) {
    const { flags, args } = kubectl
    const local = flags.bool('local')
    const files = fileOptions(kubectl)
    const pairs = args.filter((arg) => arg.includes('='))
    const words = args.filter((arg) => !arg.includes('='))
    if (words.length === 0 && files.names.length === 0 && !files.kustomize) throw mustGiveResources(false)
    if (local && (words.length > 0 || files.names.length === 0)) throw mustGiveResources(true)
    if (pairs.length === 0) throw new CommandError('at least one image update is required')
    if (pairs.length > 1 && pairs.some((pair) => pair.startsWith('*=')))
      throw new CommandError('all containers are already specified by *, but saw more than one container_name=container_image pairs')
    const images = pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)] as const)
    yield* setOn(kubectl, { words, done: 'image updated', manager: 'kubectl-set', change: (object) => change(object, images) })
  },
}

function change(object: AnyObject, images: readonly (readonly [name: string, image: string])[]): AnyObject {
  const spec = podSpecOf(object)
  if (!spec) return object
  const { initContainers = [], containers = [] } = spec
  let changed = false
  let result = spec
  for (const [name, image] of images) {
    const fits = (one: { name: string }) => name === '*' || one.name === name
    const found = [...initContainers, ...containers].some(fits)
    if (!found) throw new CommandError(`unable to find container named ${JSON.stringify(name)}`)
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
