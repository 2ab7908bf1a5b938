import type { AnyObject } from '../api/object'
import { commandSpec } from './command-tree'
import { parseFlags } from './flags'
import type { Kubectl } from './session'

const annotation = 'kubernetes.io/change-cause'

/** With `--record`, the object with the command line in its annotation: `kubectl set image deploy/web web=nginx:1.28 --record=true`. */
export function recorded(kubectl: Kubectl, object: AnyObject): AnyObject {
  const patch = recordPatch(kubectl)
  if (!patch) return object
  const annotations = { ...object.metadata.annotations, ...patch.metadata.annotations }
  return { ...object, metadata: { ...object.metadata, annotations } }
}

/** The same as a merge patch, for commands that send it after the change; undefined without `--record`. */
export function recordPatch({ self, path, flags }: Kubectl): { metadata: { annotations: Record<string, string> } } | undefined {
  if (!flags.has('record') || !flags.bool('record')) return undefined
  const { args, given } = parseFlags(commandSpec(path).allFlags, self.argv.slice(1), '')
  const line = ['kubectl', ...args, ...given.map(([name, value]) => `--${name}=${value}`)].join(' ')
  return { metadata: { annotations: { [annotation]: line } } }
}
