import type { Command } from '../session'
import { createGenerated, generatedNamespace } from '../writing'
import { oneName } from './create-deployment'

export const createServiceAccount: Command = {
  *run(kubectl) {
    const name = oneName(kubectl)
    yield* createGenerated(kubectl, {
      failure: 'failed to create serviceaccount',
      object: { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, ...(yield* generatedNamespace(kubectl)) } },
    })
  },
}
