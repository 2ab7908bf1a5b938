import { CommandError } from '../errors'
import { mapContainers, matchesWildcard, withPodSpec } from '../pod-template'
import { noLocalServerDryRun, podSpecFor, setOn } from '../setting'
import type { Command } from '../session'
import { parseResources } from './create-quota'

export const setResources: Command = {
  *run(kubectl) {
    const { flags, args } = kubectl
    const [limits, requests] = [flags.text('limits'), flags.text('requests')]
    let wanted: { limits?: Readonly<Record<string, string>>; requests?: Readonly<Record<string, string>> } = {}
    const pattern = flags.text('containers')
    yield* setOn(kubectl, {
      words: args,
      done: 'resource requirements updated',
      manager: 'kubectl-set',
      failure: 'failed to patch resources update to pod template',
      check: () => {
        if (flags.bool('local') && flags.text('dry-run') === 'server') return [noLocalServerDryRun]
        if (flags.bool('all') && flags.text('selector')) return ['cannot set --all and --selector at the same time']
        if (!limits && !requests) return ['you must specify an update to requests or limits (in the form of --requests/--limits)']
        wanted = { ...(limits ? { limits: parseResources(limits) } : {}), ...(requests ? { requests: parseResources(requests) } : {}) }
        return []
      },
      change: (object) => {
        const spec = podSpecFor(object)
        let hits = 0
        const changed = mapContainers(spec, (container) => {
          if (!matchesWildcard(pattern, container.name)) return container
          hits++
          const { limits: oldLimits, requests: oldRequests, ...rest } = container.resources ?? {}
          const merged = { limits: merge(oldLimits, wanted.limits), requests: merge(oldRequests, wanted.requests) }
          return {
            ...container,
            resources: {
              ...rest,
              ...(merged.limits ? { limits: merged.limits } : {}),
              ...(merged.requests ? { requests: merged.requests } : {}),
            },
          }
        })
        if (hits === 0) throw new CommandError(`unable to find container named ${pattern}`)
        return withPodSpec(object, changed)
      },
    })
  },
}

const merge = (old: Readonly<Record<string, string>> | undefined, added: Readonly<Record<string, string>> | undefined) =>
  old || added ? { ...old, ...added } : undefined
