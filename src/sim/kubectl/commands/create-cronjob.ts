import type { Command } from '../session'
import { createGenerated, generatedNamespace } from '../writing'
import { afterDash, oneName } from './create-deployment'

export const createCronJob: Command = {
  required: ['image', 'schedule'],
  *run(kubectl) {
    const { flags } = kubectl
    const name = oneName(kubectl)
    const command = afterDash(kubectl)
    const restartPolicy = flags.text('restart') || 'OnFailure'
    const containers = [{ name, image: flags.text('image'), ...(command.length ? { command } : {}) }]
    yield* createGenerated(kubectl, {
      failure: 'failed to create cronjob',
      object: {
        apiVersion: 'batch/v1',
        kind: 'CronJob',
        metadata: { name, ...(yield* generatedNamespace(kubectl)) },
        spec: {
          schedule: flags.text('schedule'),
          jobTemplate: { metadata: { name }, spec: { template: { spec: { containers, restartPolicy } } } },
        },
      },
    })
  },
}
