import { readDataSources } from '../data-sources'
import type { Command } from '../session'
import { nameWithHash } from '../name-hash'
import { createGenerated, generatedNamespace } from '../writing'
import { oneName } from './create-deployment'

export const createConfigMap: Command = {
  *run(kubectl) {
    const name = oneName(kubectl)
    const { texts, bytes } = yield* readDataSources(kubectl, 'configmap')
    const content = {
      ...(Object.keys(texts).length ? { data: texts } : {}),
      ...(Object.keys(bytes).length ? { binaryData: bytes } : {}),
    }
    yield* createGenerated(kubectl, {
      failure: 'failed to create configmap',
      object: {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: {
          name: kubectl.flags.bool('append-hash') ? nameWithHash({ kind: 'ConfigMap', name, data: {}, ...content }) : name,
          ...(yield* generatedNamespace(kubectl)),
        },
        ...content,
      },
    })
  },
}
