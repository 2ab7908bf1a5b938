import { parseArgs } from 'node:util'
import type { ClusterOptions } from '../cluster'

/** Something wrong on the command line; `main` prints it and exits with 2. */
export class UsageError extends Error {}

const clusterOptions = { seed: { type: 'string' }, nodes: { type: 'string' }, version: { type: 'string' } } as const

/**
 * Reads the options of a subcommand. `own` names further options; positionals end the options, so that a script's arguments stay its own.
 * Throws UsageError.
 */
export function readOptions(args: readonly string[], own: Readonly<Record<string, { type: 'string' | 'boolean' }>> = {}) {
  const known: Readonly<Record<string, { type: 'string' | 'boolean' }>> = { ...clusterOptions, ...own }
  let end = 0
  while (end < args.length && args[end]!.startsWith('-') && args[end] !== '-') {
    const name = args[end]!.replace(/^--/, '').split('=')[0]!
    end += known[name]?.type === 'string' && !args[end]!.includes('=') ? 2 : 1
  }
  let values: Readonly<Record<string, unknown>>
  try {
    values = parseArgs({ args: args.slice(0, end), options: known, strict: true }).values
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
  const number = (name: string): number | undefined => {
    if (values[name] === undefined) return undefined
    const value = Number(values[name])
    if (!Number.isFinite(value) || value < 0) throw new UsageError(`--${name}: ${String(values[name])} is not a number`)
    return value
  }
  const cluster: ClusterOptions = {
    ...(values.seed !== undefined && { seed: number('seed') }),
    ...(values.nodes !== undefined && { workers: number('nodes') }),
    ...(values.version !== undefined && { version: String(values.version) }),
  }
  return { cluster, values, number, positionals: args.slice(end) }
}
