import { asReported, CommandError, throwAll } from '../errors'
import { fileOptions } from '../manifests'
import { apiVersionOf } from '../mapper'
import { findResources } from '../resources'
import { usageError, type Command } from '../session'
import { createGenerated, generatedNamespace } from '../writing'

/** `kubectl autoscale`: makes a HorizontalPodAutoscaler for each object that can be scaled. */
export const autoscale: Command = {
  required: ['max'],
  *run(kubectl) {
    const { flags, args } = kubectl
    const [least, most, percent] = [flags.int('min'), flags.int('max'), flags.int('cpu-percent')]
    if (most < 1) throw new CommandError(`--max=MAXPODS is required and must be at least 1, max: ${most}`)
    if (most < least) throw new CommandError(`--max=MAXPODS must be larger or equal to --min=MINPODS, max: ${most}, min: ${least}`)
    const files = fileOptions(kubectl)
    if (args.length === 0 && files.names.length === 0 && !files.kustomize) {
      const found = yield* findResources(kubectl, { words: [] })
      throwAll(found.errors)
      throw usageError(kubectl, 'no objects passed to autoscale')
    }
    const found = yield* findResources(kubectl, { words: args, files, fetch: args.length > 0 })
    const failures = [...found.errors]
    for (const { type, name } of found.resources) {
      try {
        if (!type.subresources.some((subresource) => subresource.name === 'scale'))
          throw new CommandError(
            `cannot autoscale a ${type.kind}: could not find scale subresource for ${type.group}/${type.version}, Resource=${type.plural} in discovery information`,
          )
        yield* createGenerated(kubectl, {
          operation: 'autoscaled',
          // Only what is created carries the annotation.
          savesConfig: flags.text('dry-run') !== 'client',
          object: {
            apiVersion: 'autoscaling/v2',
            kind: 'HorizontalPodAutoscaler',
            metadata: { name: flags.text('name') || name, ...(yield* generatedNamespace(kubectl)) },
            spec: {
              scaleTargetRef: { kind: type.kind, name, apiVersion: apiVersionOf(type) },
              ...(least > 0 ? { minReplicas: least } : {}),
              maxReplicas: most,
              ...(percent >= 0 ? { metrics: [cpuMetric(percent)] } : {}),
            },
          },
        })
      } catch (error) {
        failures.push(asReported(error))
      }
    }
    throwAll(failures)
    if (found.resources.length === 0) throw new CommandError('no objects passed to autoscale')
  },
}

const cpuMetric = (percent: number) => ({
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: percent } },
})
