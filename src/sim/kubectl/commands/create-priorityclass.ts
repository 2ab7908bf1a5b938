import type { Command } from '../session'
import { createGenerated } from '../writing'
import { oneName } from './create-deployment'

export const createPriorityClass: Command = {
  *run(kubectl) {
    const { flags } = kubectl
    const name = oneName(kubectl)
    yield* createGenerated(kubectl, {
      failure: 'failed to create priorityclass',
      object: {
        apiVersion: 'scheduling.k8s.io/v1',
        kind: 'PriorityClass',
        metadata: { name },
        value: flags.int('value'),
        ...(flags.bool('global-default') ? { globalDefault: true } : {}),
        ...(flags.text('description') ? { description: flags.text('description') } : {}),
        preemptionPolicy: flags.text('preemption-policy') || 'PreemptLowerPriority',
      },
    })
  },
}
