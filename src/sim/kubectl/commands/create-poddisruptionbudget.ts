import { CommandError } from '../errors'
import { readLabelSelector } from '../label-selector'
import type { Command } from '../session'
import { createGenerated, generatedNamespace } from '../writing'
import { oneName } from './create-deployment'

export const createPodDisruptionBudget: Command = {
  *run(kubectl) {
    const { flags } = kubectl
    const name = oneName(kubectl)
    const [least, most, selector] = [flags.text('min-available'), flags.text('max-unavailable'), flags.text('selector')]
    if (!selector) throw new CommandError('a selector must be specified')
    if (!least && !most) throw new CommandError('one of min-available or max-unavailable must be specified')
    if (least && most) throw new CommandError('min-available and max-unavailable cannot be both specified')
    const amount = (text: string) => (/^\d+$/.test(text) ? Number(text) : text)
    for (const [flag, text] of [
      ['min-available', least],
      ['max-unavailable', most],
    ] as const)
      if (text && !/^\d+%?$/.test(text)) throw new CommandError(`invalid format specified for ${flag}`)
    const labels = readLabelSelector(selector)
    yield* createGenerated(kubectl, {
      failure: 'failed to create poddisruptionbudgets',
      object: {
        apiVersion: 'policy/v1',
        kind: 'PodDisruptionBudget',
        metadata: { name, ...(yield* generatedNamespace(kubectl)) },
        spec: { ...(most ? { maxUnavailable: amount(most) } : { minAvailable: amount(least) }), selector: labels },
      },
    })
  },
}
