import { toYaml } from '../../formats/yaml-emit'
import { asReported, CommandError } from '../errors'
import { clientConfig } from '../kubeconfig'
import { structJson } from '../printers/json'
import { requestJson, version as client } from '../rest'
import { err, out, type Command } from '../session'

interface VersionInfo {
  readonly major: string
  readonly minor: string
  readonly gitVersion: string
}

const clientVersion = {
  ...client,
  gitTreeState: 'clean',
  buildDate: '2026-04-22T09:14:05Z',
  goVersion: 'go1.26.2',
  compiler: 'gc',
  platform: 'linux/amd64',
}
/** Of the Kustomize that this kubectl is built with. */
export const KUSTOMIZE_VERSION = 'v5.8.0'

export const version: Command = {
  *run(kubectl) {
    const { flags, args } = kubectl
    const alone = flags.bool('client')
    // Without a server neither the kubeconfig nor the arguments are looked at.
    if (args.length && !alone) throw new CommandError(`extra arguments: [${args.join(' ')}]`)
    const output = flags.text('output')
    if (!['', 'yaml', 'json'].includes(output)) throw new CommandError(`--output must be 'yaml' or 'json'`)
    if (!alone) yield* clientConfig(kubectl)
    let server: VersionInfo | undefined
    let failure: Error | undefined
    if (!alone) {
      try {
        server = yield* requestJson<VersionInfo>(kubectl, { path: '/version', query: { timeout: '32s' }, accept: 'application/json, */*' })
      } catch (error) {
        failure = asReported(error)
      }
    }
    const all = { clientVersion, kustomizeVersion: KUSTOMIZE_VERSION, ...(server ? { serverVersion: server } : {}) }
    if (output === 'json') yield* out(`${structJson(all, '  ')}\n`)
    else if (output === 'yaml') yield* out(`${toYaml(all)}\n`)
    else {
      yield* out(`Client Version: ${client.gitVersion}\nKustomize Version: ${KUSTOMIZE_VERSION}\n`)
      if (server) yield* out(`Server Version: ${server.gitVersion}\n`)
    }
    if (server) {
      const skew = Number.parseInt(server.minor) - Number(client.minor)
      if (Math.abs(skew) > 1)
        yield* err(
          `WARNING: version difference between client (1.${client.minor}) and server (1.${Number.parseInt(server.minor)}) exceeds the supported minor version skew of +/-1\n`,
        )
    }
    if (failure) throw failure
  },
}
