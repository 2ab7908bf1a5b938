import { readYaml } from '../../formats/late-yaml'
import { toYaml } from '../../formats/yaml-emit'
import { readFile, stat, write, writeFile } from '../../node/os/calls'
import type { Proc, Program, Self } from '../../node/os/syscalls'
import { KUSTOMIZE_VERSION } from '../commands/version'
import { CommandError } from '../errors'
import { parseFlags, type FlagSpec } from '../flags'
import { asYaml, build } from '../kustomize/build'
import { clientOf, companion } from './client'

const usage = `kustomize makes manifests out of a folder with a kustomization.yaml, as kubectl kustomize does, and edits that file.

Usage:
  kustomize build [DIR]
  kustomize create [--resources FILE,...] [--namespace NAME] [--nameprefix TEXT] [--namesuffix TEXT]
  kustomize edit add resource FILE...
  kustomize edit set image NAME=NEW:TAG | NAME=:TAG ...
  kustomize edit set namespace|nameprefix|namesuffix VALUE
  kustomize edit set replicas NAME=COUNT...
  kustomize version
`

/** `kustomize` beside kubectl: https://kubectl.docs.kubernetes.io/references/kustomize/ */
export const kustomize: Program = companion(function* (self, args) {
  const [command = '', ...rest] = args
  if (command === 'build') return yield* buildFolder(self, rest)
  if (command === 'version') return yield* write(1, `${KUSTOMIZE_VERSION}\n`)
  if (command === 'create') return yield* create(rest)
  if (command === 'edit') return yield* edit(rest)
  if (command === '' || command === 'help' || command.endsWith('-h') || command === '--help') return yield* write(1, usage)
  throw new CommandError(`unknown command ${JSON.stringify(command)} for "kustomize"`)
}, 'Error: ')

const flag = (name: string, value = ''): FlagSpec => ({ name, shorthand: null, type: 'string', default: value })
const BUILD_FLAGS = [flag('load-restrictor', 'LoadRestrictionsRootOnly')]
const CREATE_FLAGS = ['resources', 'namespace', 'nameprefix', 'namesuffix'].map((name) => flag(name))

function* buildFolder(self: Self, words: readonly string[]): Proc {
  const { args, flags } = parseFlags(BUILD_FLAGS, words, 'kustomize build')
  if (args.length > 1) throw new CommandError('specify one path to kustomization.yaml')
  const unrestricted = flags.text('load-restrictor') === 'LoadRestrictionsNone'
  yield* write(1, asYaml(yield* build(clientOf(self), args[0] ?? '.', { sort: { order: 'legacy' }, unrestricted, managedByLabel: false })))
}

interface Image {
  readonly name: string
  readonly newName?: string
  readonly newTag?: string
  readonly digest?: string
}

interface Kustomization {
  readonly resources?: readonly string[]
  readonly images?: readonly Image[]
  readonly replicas?: readonly { readonly name: string; readonly count: number }[]
  readonly [field: string]: unknown
}

const FILES = ['kustomization.yaml', 'kustomization.yml', 'Kustomization']

function* fileHere(): Proc<string | undefined> {
  for (const name of FILES) if (yield* stat(name)) return name
  return undefined
}

/** `kustomize create`: a new file. */
function* create(words: readonly string[]): Proc {
  if (yield* fileHere()) throw new CommandError('kustomization file already exists')
  const { flags } = parseFlags(CREATE_FLAGS, words, 'kustomize create')
  const given = {
    resources: flags.changed('resources') && flags.text('resources').split(','),
    namespace: flags.text('namespace'),
    namePrefix: flags.text('nameprefix'),
    nameSuffix: flags.text('namesuffix'),
  }
  const fields = Object.fromEntries(Object.entries(given).filter(([, each]) => each))
  yield* writeFile('kustomization.yaml', toYaml({ apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', ...fields }))
}

/** `kustomize edit`: changes the file of the folder. Throws CommandError. */
function* edit([verb = '', what = '', ...words]: readonly string[]): Proc {
  const path = yield* fileHere()
  if (path === undefined) throw new CommandError("Missing kustomization file 'kustomization.yaml'.\n")
  const file = (readYaml(yield* readFile(path)) ?? {}) as Kustomization // whatever is odd about it the next build tells
  const change = EDITS[`${verb} ${what}`]
  if (!change) throw new CommandError(`unknown command ${JSON.stringify(what || verb)} for "kustomize edit${what ? ` ${verb}` : ''}"`)
  const values = words.filter((word) => word !== '--')
  if (values.length === 0) throw new CommandError(`must specify a value for ${what}`)
  if (verb === 'add') for (const value of values) if (!(yield* stat(value))) throw new CommandError(`${value} has no match`)
  yield* writeFile(path, toYaml(change(file, values)))
}

const EDITS: Readonly<Record<string, (file: Kustomization, values: readonly string[]) => Kustomization>> = {
  'set namespace': (file, [namespace]) => ({ ...file, namespace }),
  'set nameprefix': (file, [namePrefix]) => ({ ...file, namePrefix }),
  'set namesuffix': (file, [nameSuffix]) => ({ ...file, nameSuffix }),
  'set image'(file, values) {
    const set = values.map(imageOf)
    const others = (file.images ?? []).filter(({ name }) => set.every((image) => image.name !== name))
    return { ...file, images: [...others, ...set].sort((a, b) => (a.name < b.name ? -1 : 1)) }
  },
  'set replicas'(file, values) {
    const set = values.map((value) => {
      const [, name = '', count] = /^(.+)=(\d+)$/.exec(value) ?? []
      if (count === undefined) throw new CommandError('replicas must be specified as <name>=<count>')
      return { name, count: Number(count) }
    })
    const others = (file.replicas ?? []).filter(({ name }) => set.every((each) => each.name !== name))
    return { ...file, replicas: [...others, ...set] }
  },
  'add resource'(file, values) {
    const { resources = [] } = file
    return { ...file, resources: [...resources, ...values.filter((value) => !resources.includes(value))] }
  },
}

const IMAGE = /^(?:(?<name>[^=]+)=)?(?<image>[^@]*?)(?::(?<tag>[^:/@]+))?(?:@(?<digest>.+))?$/

/** `nginx:1.2`, `nginx=my/nginx:1.2`, `nginx=*:1.2`, `nginx@sha256:…`. */
function imageOf(value: string): Image {
  const { name, image = '', tag, digest } = IMAGE.exec(value)?.groups ?? {}
  return {
    ...(digest !== undefined && { digest }),
    name: name ?? image,
    ...(name !== undefined && image !== '' && image !== '*' && image !== name && { newName: image }),
    ...(digest === undefined && tag !== undefined && { newTag: tag }),
  }
}
