import { rediscover } from '../discovery'
import { CommandError, ConnectionError } from '../errors'
import { apiVersionOf, type Mapper } from '../mapper'
import type { Proc } from '../../node/os/syscalls'
import { out, usageError, type Command, type Kubectl } from '../session'

/** What the server offers; one that does not answer is told of in this command's own words. */
function* askForTypes(kubectl: Kubectl): Proc<Mapper> {
  try {
    return yield* rediscover(kubectl, 1)
  } catch (error) {
    throw error instanceof ConnectionError ? new CommandError(`couldn't get available api versions from server: ${error.message}`) : error
  }
}

export const apiVersions: Command = {
  *run(kubectl) {
    if (kubectl.args.length) throw usageError(kubectl, `unexpected arguments: [${kubectl.args.join(' ')}]`)
    const { types } = yield* askForTypes(kubectl)
    const versions = [...new Set(types.map(apiVersionOf))].sort()
    yield* out(versions.map((version) => `${version}\n`).join(''))
  },
}
