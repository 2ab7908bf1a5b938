import type { Proc } from '../../node/os/syscalls'
import { CommandError } from '../errors'
import { printHelp } from '../help'
import type { List } from '../kubeconfig-file'
import { defaultKubeconfig, loadKubeconfig, modifyKubeconfig, put } from '../kubeconfig-loading'
import { err, out, usageError, type Command, type Kubectl } from '../session'

/** So many names; otherwise the help is shown and an error. */
export function* needArgs(kubectl: Kubectl, count: number): Proc {
  if (kubectl.args.length === count) return
  yield* printHelp(kubectl.self, kubectl.path, 1)
  throw new CommandError(`Unexpected args: [${kubectl.args.join(' ')}]`)
}

export const useContext: Command = {
  *run(kubectl) {
    yield* needArgs(kubectl, 1)
    const [name] = kubectl.args as [string]
    const config = yield* loadKubeconfig(kubectl)
    if (name === '') throw new CommandError('empty context names are not allowed')
    if (!config.contexts.some((context) => context.name === name))
      throw new CommandError(`no context exists with the name: ${JSON.stringify(name)}`)
    yield* modifyKubeconfig(kubectl, config, { ...config, currentContext: name })
    yield* out(`Switched to context ${JSON.stringify(name)}.\n`)
  },
}

export const renameContext: Command = {
  *run(kubectl) {
    yield* needArgs(kubectl, 2)
    const [from, to] = kubectl.args as [string, string]
    if (to === '') throw new CommandError('You must specify a new non-empty context name')
    const config = yield* loadKubeconfig(kubectl)
    const path = yield* defaultKubeconfig(kubectl)
    const context = config.contexts.find(({ name }) => name === from)
    if (!context) throw new CommandError(`cannot rename the context ${JSON.stringify(from)}, it's not in ${path}`)
    if (config.contexts.some(({ name }) => name === to))
      throw new CommandError(
        `cannot rename the context ${JSON.stringify(from)}, the context ${JSON.stringify(to)} already exists in ${path}`,
      )
    yield* modifyKubeconfig(kubectl, config, {
      ...config,
      contexts: put(config.contexts.filter((one) => one !== context), { ...context, name: to }), // prettier-ignore
      currentContext: config.currentContext === from ? to : config.currentContext,
    })
    yield* out(`Context ${JSON.stringify(from)} renamed to ${JSON.stringify(to)}.\n`)
  },
}

const remover = (list: List, word: string): Command => ({
  *run(kubectl) {
    if (kubectl.args.length !== 1) {
      if (list === 'users') throw usageError(kubectl, 'user to delete is required')
      yield* printHelp(kubectl.self, kubectl.path, 1)
      return
    }
    const [name] = kubectl.args as [string]
    const config = yield* loadKubeconfig(kubectl)
    const path = yield* defaultKubeconfig(kubectl)
    if (!config[list].some((entry) => entry.name === name)) throw new CommandError(`cannot delete ${word} ${name}, not in ${path}`)
    if (list === 'contexts' && config.currentContext === name)
      yield* err('warning: this removed your active context, use "kubectl config use-context" to select a different one\n')
    yield* modifyKubeconfig(kubectl, config, { ...config, [list]: config[list].filter((entry) => entry.name !== name) })
    yield* out(`deleted ${word} ${name} from ${path}\n`)
  },
})
export const deleteCluster = remover('clusters', 'cluster')
export const deleteContext = remover('contexts', 'context')
export const deleteUser = remover('users', 'user')
