import type { PodSpec } from '../../api/types/core-v1.gen'
import { quantityValue } from '../../formats/quantity'
import type { PodState } from './pod-state'

/** Bytes of the node's disk that a Pod has written: in its containers' layers and its emptyDirs (those in memory do not count). */
export function localStorageBytes(state: PodState): number {
  let bytes = 0
  for (const { running } of state.containers.values()) if (running) bytes += Math.max(0, running.files.root.usedBytes)
  for (const { name, emptyDir } of state.pod.spec.volumes ?? [])
    if (emptyDir && emptyDir.medium !== 'Memory') bytes += emptyDirBytes(state, name)
  return bytes
}

const emptyDirBytes = ({ volumes }: PodState, name: string) => volumes?.get(name)?.volume.usedBytes ?? 0
const layerBytes = ({ containers }: PodState, name: string) => Math.max(0, containers.get(name)?.running?.files.root.usedBytes ?? 0)

/** Which limit on local storage a Pod has gone beyond, in the words of its eviction; undefined when it keeps to all. */
export function localStorageExcess(state: PodState): string | undefined {
  const { spec } = state.pod
  if (!hasLimits(spec)) return undefined
  for (const { name, emptyDir } of spec.volumes ?? []) {
    const limit = emptyDir?.sizeLimit
    if (limit === undefined || limit === '0' || emptyDir?.medium === 'Memory') continue
    if (emptyDirBytes(state, name) > quantityValue(limit))
      return `Usage of EmptyDir volume ${JSON.stringify(name)} exceeds the limit ${JSON.stringify(limit)}. `
  }
  const limits = spec.containers.map(({ resources }) => resources?.limits?.['ephemeral-storage'])
  if (limits.length > 0 && limits.every((limit) => limit !== undefined)) {
    const total = limits.reduce((bytes, limit) => bytes + quantityValue(limit!), 0)
    if (limits.length > 1 && localStorageBytes(state) > total)
      return `Pod ephemeral local storage usage exceeds the total limit of containers ${limits.length === 1 ? limits[0] : written(total)}. `
  }
  for (const { name, resources } of spec.containers) {
    const limit = resources?.limits?.['ephemeral-storage']
    if (limit !== undefined && layerBytes(state, name) > quantityValue(limit))
      return `Container ${name} exceeded its local ephemeral storage limit ${JSON.stringify(limit)}. `
  }
  // With one container, what its emptyDirs hold counts against its limit too.
  const [only] = limits
  if (limits.length === 1 && only !== undefined && localStorageBytes(state) > quantityValue(only))
    return `Pod ephemeral local storage usage exceeds the total limit of containers ${only}. `
  return undefined
}

/** Few Pods have any: this is asked of every one, six times a minute. */
function hasLimits({ volumes = [], containers }: PodSpec): boolean {
  for (const { emptyDir } of volumes) if (emptyDir?.sizeLimit !== undefined) return true
  for (const { resources } of containers) if (resources?.limits?.['ephemeral-storage'] !== undefined) return true
  return false
}

function written(bytes: number): string {
  const units = ['', 'Ki', 'Mi', 'Gi']
  let unit = 0
  for (; unit < units.length - 1 && bytes % 1024 === 0; unit++) bytes /= 1024
  return `${bytes}${units[unit]}`
}
