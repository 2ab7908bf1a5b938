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
      const metrics = percent >= 0 ? { metrics: [cpuMetric(percent)] } : {}
      try {
        yield* createGenerated(kubectl, {
          ...generated,
          object: { apiVersion: 'autoscaling/v2', ...autoscaler, spec: { ...spec, ...metrics } },
        })
      } catch (error) {
        if (!(error instanceof ApiError)) throw error
        // Whatever the newer version refuses is tried with the older one, which passes over a target of zero.
        const target = percent > 0 ? { targetCPUUtilizationPercentage: percent } : {}
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

const cpuMetric = (percent: number) => ({
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: percent } },
})
