import { quantityError } from '../../formats/quantity'
import { ApiError, CommandError, throwAll } from '../errors'
import { fileOptions } from '../manifests'
import { apiVersionOf } from '../mapper'
import { findResources } from '../resources'
import { usageError, type Command } from '../session'
import { createGenerated, dryRunOf } from '../writing'

/** `kubectl autoscale`: makes a HorizontalPodAutoscaler for each object that can be scaled. */
export const autoscale: Command = {
  required: ['max'],
  *run(kubectl) {
    const { flags, args } = kubectl
    const dryRun = yield* dryRunOf(kubectl)
    const [least, most, percent] = [flags.int('min'), flags.int('max'), flags.int('cpu-percent')]
    if (most < 1) throw new CommandError(`--max=MAXPODS is required and must be at least 1, max: ${most}`)
    if (most < least) throw new CommandError(`--max=MAXPODS must be larger or equal to --min=MINPODS, max: ${most}, min: ${least}`)
    if (percent > 0 && flags.text('cpu')) throw new CommandError('--cpu-percent and --cpu are mutually exclusive')
    const targets = [
      ...(percent >= 0 ? [resourceMetric('cpu', { type: 'Utilization', averageUtilization: percent })] : []),
      ...RESOURCES.flatMap((name) => (flags.text(name) ? [resourceMetric(name, targetOf(name, flags.text(name)))] : [])),
    ]
    const files = fileOptions(kubectl)
    if (args.length === 0 && files.names.length === 0 && !files.kustomize) {
      const found = yield* findResources(kubectl, { words: [] })
      throwAll(found.errors)
      throw usageError(kubectl, 'no objects passed to autoscale')
    }
    // A file's object is taken as it is.
    const { resources, errors } = yield* findResources(kubectl, { words: args, files, fetch: args.length > 0 }, function* ({ type, name }) {
      if (!type.subresources.some((subresource) => subresource.name === 'scale'))
        throw new CommandError(
          `cannot autoscale a ${type.kind}: could not find scale subresource for ${type.group}/${type.version}, Resource=${type.plural} in discovery information`,
        )
      const spec = { scaleTargetRef: { kind: type.kind, name, apiVersion: apiVersionOf(type) }, ...(least > 0 ? { minReplicas: least } : {}), maxReplicas: most } // prettier-ignore
      const autoscaler = { kind: 'HorizontalPodAutoscaler', metadata: { name: flags.text('name') || name } }
      // Only what is created carries the annotation.
      const generated = { savesConfig: dryRun !== 'client', operation: 'autoscaled' }
      const metrics = targets.length > 0 ? { metrics: targets } : {}
      try {
        yield* createGenerated(kubectl, {
          ...generated,
          object: { apiVersion: 'autoscaling/v2', ...autoscaler, spec: { ...spec, ...metrics } },
        })
      } catch (error) {
        if (!(error instanceof ApiError)) throw error
        // Whatever the newer version refuses is tried with the older one, which knows a share of the CPU only and passes over a target of zero.
        const [first, ...others] = targets
        if (others.length > 0 || (first && (first.resource.name !== 'cpu' || !('averageUtilization' in first.resource.target)))) throw error
        const share = first && 'averageUtilization' in first.resource.target ? first.resource.target.averageUtilization : 0
        const target = share > 0 ? { targetCPUUtilizationPercentage: share } : {}
        yield* createGenerated(kubectl, {
          ...generated,
          object: { apiVersion: 'autoscaling/v1', ...autoscaler, spec: { ...spec, ...target } },
        })
      }
    })
    throwAll(errors)
    if (resources.length === 0) throw new CommandError('no objects passed to autoscale')
  },
}

/** What `--cpu` and `--memory` are about, and the unit of a number that has none. */
const UNITS = { cpu: 'm', memory: 'Mi' } as const
const RESOURCES = ['cpu', 'memory'] as const

type Target = { type: 'Utilization'; averageUtilization: number } | { type: 'AverageValue'; averageValue: string }

const resourceMetric = (name: 'cpu' | 'memory', target: Target) => ({ type: 'Resource', resource: { name, target } })

/** `70%` is a share of what Pods request, `500m` an amount each; throws CommandError for anything else. */
function targetOf(name: 'cpu' | 'memory', given: string): Target {
  const text = given.trim()
  if (text.endsWith('%')) {
    const share = text.slice(0, -1)
    if (!/^\+?\d+$/.test(share)) throw new CommandError(`invalid percentage value: ${share}`)
    return { type: 'Utilization', averageUtilization: Number(share) }
  }
  if (text !== '' && Number.isFinite(Number(text))) return { type: 'AverageValue', averageValue: `${Number(text)}${UNITS[name]}` }
  if (quantityError(text) !== undefined) throw new CommandError(`invalid resource ${name} value: ${text}`)
  return { type: 'AverageValue', averageValue: text }
}
