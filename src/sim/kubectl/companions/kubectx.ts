import { makeDirectory, readFile, stat, write, writeFile } from '../../node/os/calls'
import type { Proc, Program, Self } from '../../node/os/syscalls'
import { CommandError } from '../errors'
import { loadKubeconfig, modifyKubeconfig, put } from '../kubeconfig-loading'
import type { KubeConfig } from '../kubeconfig-file'
import { clientOf, companion, offer, paint, succeeded, warned } from './client'

const usage = `kubectx shows the contexts of the kubeconfig and switches between them.

USAGE:
  kubectx                       : list the contexts
  kubectx <NAME>                : switch to a context
  kubectx -                     : switch back to the one before
  kubectx -c, --current         : show the current context
  kubectx <NEW_NAME>=<NAME>     : give a context another name
  kubectx <NEW_NAME>=.          : give the current context another name
  kubectx -u, --unset           : leave no context current
  kubectx -d <NAME> [<NAME...>] : delete contexts ('.' is the current one); their users and clusters stay

  kubectx -h,--help             : show this
  kubectx -V,--version          : show the version
`

/** `kubectx`: lists, switches, renames and deletes contexts. */
export const kubectx: Program = companion(function* (self, args) {
  const [first, ...more] = args
  if (first === undefined) return yield* listContexts(self)
  if (first === '__complete')
    return yield* offer(
      (yield* read(self)).contexts.map(({ name }) => name),
      more.at(-1),
    )
  if (first === '-d') {
    if (more.length === 0) throw new CommandError("'-d' needs arguments")
    for (const name of more) yield* remove(self, name)
    return
  }
  if (more.length > 0) throw new CommandError('too many arguments')
  if (first === '-h' || first === '--help') return yield* write(1, usage)
  if (first === '-V' || first === '--version') return yield* write(1, '0.9.5\n')
  if (first === '-c' || first === '--current') return yield* showCurrent(self)
  if (first === '-u' || first === '--unset') return yield* unset(self)
  const [, to, from] = /^([^=]+)=([^=]+)$/.exec(first) ?? []
  if (to !== undefined) return yield* renameContext(self, from!, to)
  if (first.startsWith('-') && first !== '-') throw new CommandError(`unsupported option '${first}'`)
  yield* switchTo(self, first)
})

const read = (self: Self) => loadKubeconfig(clientOf(self))
const save = (self: Self, before: KubeConfig, after: KubeConfig) => modifyKubeconfig(clientOf(self), before, after)
const byNature = (a: string, b: string) => a.localeCompare(b, 'en', { numeric: true })

function* listContexts(self: Self): Proc {
  const { contexts, currentContext } = yield* read(self)
  const names = contexts.map(({ name }) => name).toSorted(byNature)
  yield* write(1, names.map((name) => `${name === currentContext ? paint(self, '32;1', name) : name}\n`).join(''))
}

function* showCurrent(self: Self): Proc {
  const { currentContext } = yield* read(self)
  if (!currentContext) throw new CommandError('current-context is not set')
  yield* write(1, `${currentContext}\n`)
}

function* unset(self: Self): Proc {
  const config = yield* read(self)
  yield* save(self, config, { ...config, currentContext: '' })
  yield* succeeded(self, 'Active context unset for kubectl.')
}

/** Where the name of the context before the current one is kept. */
const previousFile = ({ env }: Self) => `${env.HOME ?? '/root'}/.kube/kubectx`

function* switchTo(self: Self, wanted: string): Proc {
  const file = previousFile(self)
  const refuse = (why: string) => new CommandError(`failed to switch context: ${why}`)
  const name = wanted !== '-' ? wanted : (yield* stat(file)) ? yield* readFile(file) : ''
  if (name === '') throw refuse('no previous context found')
  const config = yield* read(self)
  if (!config.contexts.some((context) => context.name === name)) throw refuse(`no context exists with the name: ${JSON.stringify(name)}`)
  yield* save(self, config, { ...config, currentContext: name })
  if (config.currentContext !== name) {
    yield* makeDirectory(file.replace(/\/[^/]*$/, ''), { parents: true })
    yield* writeFile(file, config.currentContext)
  }
  yield* succeeded(self, `Switched to context "${paint(self, '32', name)}".`)
}

function* renameContext(self: Self, from: string, to: string): Proc {
  const config = yield* read(self)
  const old = from === '.' ? config.currentContext : from
  const context = config.contexts.find(({ name }) => name === old)
  if (!context) throw new CommandError(`context ${JSON.stringify(old)} not found, can't rename it`)
  if (config.contexts.some(({ name }) => name === to)) yield* warned(self, `context ${JSON.stringify(to)} exists, overwriting it.`)
  const others = config.contexts.filter(({ name }) => name !== old && name !== to)
  yield* save(self, config, {
    ...config,
    contexts: put(others, { ...context, name: to }),
    currentContext: config.currentContext === old ? to : config.currentContext,
  })
  yield* succeeded(self, `Context ${paint(self, '32', old)} renamed to ${paint(self, '32', to)}.`)
}

function* remove(self: Self, wanted: string): Proc {
  const config = yield* read(self)
  const name = wanted === '.' ? config.currentContext : wanted
  const refuse = (why: string) => new CommandError(`error deleting context ${JSON.stringify(name)}: ${why}`)
  if (name === '') throw refuse("can't use '.' as the no active context is set")
  if (!config.contexts.some((context) => context.name === name)) throw refuse('context does not exist')
  yield* save(self, config, { ...config, contexts: config.contexts.filter((context) => context.name !== name) })
  if (wanted === '.') yield* warned(self, 'You deleted the current context. Use "kubectx" to select a new context.')
  yield* succeeded(self, `Deleted context ${paint(self, '32', name)}.`)
}
