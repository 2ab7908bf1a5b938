import { stat, writeFile } from '../../node/os/calls'
import { SyscallError, type Proc } from '../../node/os/syscalls'
import { CommandError } from '../errors'
import { asYaml, build, resourceYaml } from '../kustomize/build'
import { currentId, nameOf, type Resource } from '../kustomize/resource'
import { out, type Command, type Kubectl } from '../session'

/** `kubectl kustomize DIR`: prints what a kustomization makes, or writes it to files. */
export const kustomize: Command = {
  *run(kubectl) {
    const { args, flags } = kubectl
    if (args.length > 1) throw new CommandError('specify one path to kustomization.yaml')
    const reorder = oneOf(kubectl, 'reorder', ['legacy', 'none'])
    const restrictor = oneOf(kubectl, 'load-restrictor', ['LoadRestrictionsRootOnly', 'LoadRestrictionsNone'])
    const resources = yield* build(kubectl, args[0] ?? '.', {
      sort: { order: reorder === 'none' ? 'fifo' : 'legacy' },
      unrestricted: restrictor === 'LoadRestrictionsNone',
      managedByLabel: flags.bool('enable-managedby-label'),
    })
    const output = flags.text('output')
    if (output === '') yield* out(asYaml(resources))
    else yield* writeTo(output, resources)
  },
}

function oneOf({ flags }: Kubectl, name: string, values: readonly string[]): string {
  const value = flags.text(name)
  if (!values.includes(value)) throw new CommandError(`illegal flag value --${name} ${value}; legal values: [${values.join(' ')}]`)
  return value
}

/** Into one file, or into a folder: there each resource has a file of its own. */
function* writeTo(path: string, resources: readonly Resource[]): Proc {
  const isFolder = (yield* stat(path))?.type === 'directory'
  const files = isFolder
    ? resources.map((resource) => [`${path}/${fileName(resource)}`, resourceYaml(resource)] as const)
    : [[path, asYaml(resources)] as const]
  for (const [file, text] of files) {
    try {
      yield* writeFile(file, text)
    } catch (error) {
      if (error instanceof SyscallError) throw new CommandError(`open ${file}: ${error.message.toLowerCase()}`)
      throw error
    }
  }
}

/** `apps_v1_deployment_web.yaml` */
function fileName(resource: Resource): string {
  const { group, version, kind } = currentId(resource)
  return `${[group, version, kind].filter(Boolean).join('_').toLowerCase()}_${nameOf(resource).toLowerCase()}.yaml`
}
