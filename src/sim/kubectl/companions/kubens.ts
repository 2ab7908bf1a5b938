import { makeDirectory, readFile, stat, write, writeFile } from '../../node/os/calls'
import type { Proc, Program, Self } from '../../node/os/syscalls'
import { builtInResource } from '../built-in-resource'
import { CommandError, isNotFound } from '../errors'
import { loadKubeconfig, modifyKubeconfig, put } from '../kubeconfig-loading'
import type { Entry, KubeConfig } from '../kubeconfig-file'
import { listResources } from '../resources'
import { request } from '../rest'
import { clientOf, companion, offer, paint, succeeded, wrapping } from './client'

const usage = `kubens shows the namespaces of the cluster and says in which one to work.

USAGE:
  kubens                    : list the namespaces
  kubens <NAME>             : work in a namespace
  kubens <NAME> --force/-f  : work in a namespace even if there is none by that name
  kubens -                  : work in the one before
  kubens -c, --current      : show the namespace worked in
  kubens -u, --unset        : work in the namespace default
  kubens -h,--help          : show this
  kubens -V,--version       : show the version
`

/** `kubens`: lists namespaces, and sets the one of the current context. */
export const kubens: Program = companion(function* (self, args) {
  if (args[0] === '__complete') return yield* offer(yield* namespaces(self), args.at(-1))
  const forced = args.length === 2 && args.some((word) => word === '-f' || word === '--force')
  if (args.length > 2) throw new CommandError('too many arguments')
  if (args.length === 2 && !forced) throw new CommandError(`unsupported arguments [${args.map((word) => JSON.stringify(word)).join(' ')}]`)
  const name = forced ? args.find((word) => word !== '-f' && word !== '--force') : args[0]
  if (name === undefined) return yield* listNamespaces(self)
  if (name === '-h' || name === '--help') return yield* write(1, usage)
  if (name === '-V' || name === '--version') return yield* write(1, '0.9.5\n')
  if (name === '-c' || name === '--current') return yield* write(1, `${namespaceOf((yield* readContext(self)).context)}\n`)
  if (name === '-u' || name === '--unset') return yield* setNamespace(self, yield* readContext(self), 'default')
  if (name.startsWith('-') && name !== '-') throw new CommandError(`unsupported option ${JSON.stringify(name)}`)
  yield* switchTo(self, name, forced)
})

interface Current {
  readonly config: KubeConfig
  readonly context: Entry
}

/** The kubeconfig and its current context. Throws CommandError when there is none. */
function* readContext(self: Self): Proc<Current> {
  const config = yield* loadKubeconfig(clientOf(self))
  if (!config.currentContext) throw new CommandError('current-context is not set')
  const context = config.contexts.find(({ name }) => name === config.currentContext)
  if (!context) throw new CommandError(`failed to get current namespace: context ${JSON.stringify(config.currentContext)} does not exist`)
  return { config, context }
}

const namespaceOf = ({ value }: Entry) => (typeof value.namespace === 'string' && value.namespace) || 'default'

function* namespaces(self: Self): Proc<string[]> {
  const found = yield* listResources(clientOf(self), builtInResource({ apiVersion: 'v1', kind: 'Namespace' }), '', {})
  return found.map(({ name }) => name)
}

function* listNamespaces(self: Self): Proc {
  const current = namespaceOf((yield* readContext(self)).context)
  const names = yield* wrapping('could not list namespaces (is the cluster accessible?)', namespaces(self))
  yield* write(1, names.map((name) => `${name === current ? paint(self, '32;1', name) : name}\n`).join(''))
}

/** Where the namespace that a context had before is kept. */
const previousFile = ({ env }: Self, context: string) => `${env.HOME ?? '/root'}/.kube/kubens/${context}`

function* switchTo(self: Self, wanted: string, forced: boolean): Proc {
  if (wanted !== '-' && !forced) {
    const exists = yield* wrapping('failed to query if namespace exists (is cluster accessible?)', isThere(self, wanted))
    if (!exists) throw new CommandError(`no namespace exists with name ${JSON.stringify(wanted)}`)
  }
  const current = yield* readContext(self)
  const file = previousFile(self, current.context.name)
  const name = wanted !== '-' ? wanted : (yield* stat(file)) ? yield* readFile(file) : ''
  if (name === '') throw new CommandError(`No previous namespace found for current context (${current.context.name})`)
  const before = namespaceOf(current.context)
  yield* setNamespace(self, current, name)
  if (before === name) return
  yield* makeDirectory(file.replace(/\/[^/]*$/, ''), { parents: true })
  yield* writeFile(file, before)
}

function* isThere(self: Self, name: string): Proc<boolean> {
  try {
    yield* request(clientOf(self), { path: `/api/v1/namespaces/${encodeURIComponent(name)}` })
    return true
  } catch (error) {
    if (isNotFound(error)) return false
    throw error
  }
}

function* setNamespace(self: Self, { config, context }: Current, namespace: string): Proc {
  const changed = { ...context, value: { ...context.value, namespace } }
  yield* modifyKubeconfig(clientOf(self), config, { ...config, contexts: put(config.contexts, changed) })
  yield* succeeded(self, `Active namespace is "${paint(self, '32', namespace)}".`)
}
