import type { Command } from '../session'
import { createGenerated } from '../writing'
import { oneName } from './create-deployment'

export const createNamespace: Command = {
  *run(kubectl) {
    const name = oneName(kubectl)
    yield* createGenerated(kubectl, { object: { apiVersion: 'v1', kind: 'Namespace', metadata: { name }, spec: {} } })
  },
}
