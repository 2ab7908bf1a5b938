import { CommandError } from './errors'

/** `a=b,c=d`. Throws CommandError. */
export function labelPairs(text: string): Record<string, string> {
  return Object.fromEntries(
    text.split(',').map((pair) => {
      const parts = pair.split('=')
      if (parts.length !== 2) throw new CommandError(`unexpected label spec: ${pair}`)
      if (parts[0] === '') throw new CommandError('unexpected empty label key')
      return parts as [string, string]
    }),
  )
}
