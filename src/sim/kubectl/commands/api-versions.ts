import { rediscover } from '../discovery'
import { apiVersionOf } from '../mapper'
import { out, usageError, type Command } from '../session'

export const apiVersions: Command = {
  *run(kubectl) {
    if (kubectl.args.length) throw usageError(kubectl, `unexpected arguments: [${kubectl.args.join(' ')}]`)
    const { types } = yield* rediscover(kubectl)
    const versions = [...new Set(types.map(apiVersionOf))].sort()
    yield* out(versions.map((version) => `${version}\n`).join(''))
  },
}
