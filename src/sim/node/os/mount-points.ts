import type { Mount } from './volume'

/**
 * Where something is mounted, as a tree of names: walking down a path walks down here too, and most paths leave it at their first name. Made once
 * for all file systems that have mounts at the same paths, as the containers of one workload do.
 */
export interface MountPoints {
  /** The path itself, when something is mounted here. */
  path: string | undefined
  readonly below: Map<string, MountPoints>
}

/** Mounts that are made when somebody first comes by: most containers never read /proc. */
export interface LateMounts {
  readonly paths: readonly string[]
  make(path: string): Mount
}

const known = new Map<string, MountPoints>()
const MAX_KNOWN = 500

/** The tree of these absolute, normal paths. */
export function mountPointsOf(paths: readonly string[]): MountPoints {
  const key = paths.join('\n')
  let points = known.get(key)
  if (points) return points
  points = nowhere()
  for (const path of paths) {
    let at = points
    for (const name of path.split('/').filter(Boolean)) {
      let next = at.below.get(name)
      if (!next) at.below.set(name, (next = nowhere()))
      at = next
    }
    at.path = path
  }
  if (known.size >= MAX_KNOWN) known.clear()
  known.set(key, points)
  return points
}

const nowhere = (): MountPoints => ({ path: undefined, below: new Map() })
