import { canonicalQuantity, parseQuantity } from '../../formats/quantity'
import { CommandError } from '../errors'
import type { Command } from '../session'
import { createGenerated, generatedNamespace } from '../writing'
import { oneName } from './create-deployment'

export const createQuota: Command = {
  *run(kubectl) {
    const { flags } = kubectl
    const name = oneName(kubectl)
    const hard = flags.text('hard') ? parseResources(flags.text('hard')) : undefined
    const scopes = flags.text('scopes') ? flags.text('scopes').split(',') : undefined
    yield* createGenerated(kubectl, {
      failure: 'failed to create quota',
      object: {
        apiVersion: 'v1',
        kind: 'ResourceQuota',
        metadata: { name, ...(yield* generatedNamespace(kubectl)) },
        spec: { ...(hard ? { hard } : {}), ...(scopes ? { scopes } : {}) },
      },
    })
  },
}

/** `cpu=1,memory=1Gi`. Throws CommandError. */
export function parseResources(text: string): Record<string, string> {
  return Object.fromEntries(
    text.split(',').map((statement) => {
      const parts = statement.split('=')
      if (parts.length !== 2) throw new CommandError(`Invalid argument syntax ${statement}, expected <resource>=<value>`)
      const [name, amount] = parts as [string, string]
      if (!parseQuantity(amount))
        throw new CommandError("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'")
      return [name, canonicalQuantity(amount)]
    }),
  )
}
