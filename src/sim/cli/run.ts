import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { createCluster } from '../cluster'
import { descriptions } from './descriptions'
import { readOptions, UsageError } from './options'

/** `sim run FILE [ARG...]`: the script's stdout, stderr and exit code pass through; virtual time runs as fast as it can. */
export async function runCommand(args: readonly string[]): Promise<number> {
  const { cluster: options, positionals } = readOptions(args)
  const [path, ...scriptArgs] = positionals
  if (path === undefined) throw new UsageError('which script? Give a file, or - for standard input')
  const script = readScript(path)
  const cluster = createCluster({ descriptions, ...options })
  const { code } = cluster.run(script, {
    name: path === '-' ? 'script.sh' : basename(path),
    args: scriptArgs,
    onStdout: (text) => process.stdout.write(text),
    onStderr: (text) => process.stderr.write(text),
  })
  return code
}

function readScript(path: string): string {
  try {
    return readFileSync(path === '-' ? 0 : path, 'utf8')
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}
