import { asReported, CommandError, throwAll } from '../errors'
import { discover, rediscover } from '../discovery'
import { clientConfig } from '../kubeconfig'
import { apiVersionOf, qualifiedName, type ResourceType } from '../mapper'
import { alignTable } from '../printers/table'
import { out, usageError, type Command } from '../session'

export const apiResources: Command = {
  *run(kubectl) {
    const { flags, args } = kubectl
    if (args.length) throw usageError(kubectl, `unexpected arguments: [${args.join(' ')}]`)
    const output = flags.text('output')
    if (!['', 'wide', 'name'].includes(output)) throw new CommandError(`--output ${output} is not available`)
    const sortBy = flags.text('sort-by')
    if (!['', 'name', 'kind'].includes(sortBy)) throw new CommandError('--sort-by accepts only name or kind')
    yield* clientConfig(kubectl)
    const failures: Error[] = []
    let types: readonly ResourceType[] = []
    try {
      types = (flags.bool('cached') ? yield* discover(kubectl, 1) : yield* rediscover(kubectl, 1)).types
    } catch (error) {
      failures.push(asReported(error))
    }
    const preferred = types.filter((type) => types.find((other) => other.group === type.group && other.plural === type.plural) === type)
    const chosen = preferred.filter(
      (type) =>
        type.verbs.length > 0 &&
        (!flags.changed('api-group') || type.group === flags.text('api-group')) &&
        (!flags.changed('namespaced') || type.namespaced === flags.bool('namespaced')) &&
        flags.list('verbs').every((verb) => type.verbs.includes(verb)) &&
        flags.list('categories').every((category) => type.categories.includes(category)),
    )
    const sorted = sortBy === 'kind' ? chosen.toSorted(by((type) => type.kind)) : sortBy === 'name' ? chosen.toSorted(by((type) => type.plural)) : chosen.toSorted(by((type) => type.group, (type) => type.plural)) // prettier-ignore
    if (output === 'name') {
      yield* out(sorted.map((type) => `${qualifiedName(type)}\n`).join(''))
      return throwAll(failures)
    }
    const wide = output === 'wide'
    const header = flags.bool('no-headers') ? '' : `NAME\tSHORTNAMES\tAPIVERSION\tNAMESPACED\tKIND${wide ? '\tVERBS\tCATEGORIES' : ''}\n`
    const line = (type: ResourceType) =>
      [
        type.plural,
        type.shortNames.join(','),
        apiVersionOf(type),
        String(type.namespaced),
        type.kind,
        ...(wide ? [type.verbs.join(','), type.categories.join(',')] : []),
      ].join('\t')
    yield* out(alignTable(header + sorted.map((type) => `${line(type)}\n`).join('')))
    throwAll(failures)
  },
}

const by =
  <T>(...keys: ((item: T) => string)[]) =>
  (a: T, b: T) => {
    for (const key of keys) if (key(a) !== key(b)) return key(a) < key(b) ? -1 : 1
    return 0
  }
