import { CommandError } from '../errors'
import type { Proc } from '../../node/os/syscalls'
import { randomSuffix } from '../random-suffix'
import { usageError, type Command, type Kubectl } from '../session'
import { createGenerated, generatedNamespace } from '../writing'

/** The one name that a generator takes. Throws CommandError. */
export function oneName(kubectl: Kubectl): string {
  const before = kubectl.dashAt < 0 ? kubectl.args : kubectl.args.slice(0, kubectl.dashAt)
  if (before.length !== 1) throw usageError(kubectl, `exactly one NAME is required, got ${before.length}`)
  if (before[0] === '' && needName.includes(kubectl.path)) throw new CommandError('name must be specified')
  return before[0]!
}

/** Generators that look at the name; the others leave that to the server. */
const needName = [
  'configmap',
  'secret generic',
  'secret docker-registry',
  'serviceaccount',
  'namespace',
  'role',
  'clusterrole',
  'rolebinding',
  'quota',
  'poddisruptionbudget',
].map((name) => `create ${name}`)

/** What stands after `--`. */
export const afterDash = ({ args, dashAt }: Kubectl) => (dashAt < 0 ? [] : args.slice(dashAt))

export const createDeployment: Command = {
  required: ['image'],
  *run(kubectl) {
    const { flags } = kubectl
    const name = oneName(kubectl)
    const images = flags.list('image')
    const command = afterDash(kubectl)
    if (images.length > 1 && command.length > 0) throw new CommandError('cannot specify multiple --image options and command')
    const replicas = flags.int('replicas')
    const containers: unknown[] = []
    for (const [i, image] of images.entries()) {
      if (image === '') continue
      containers.push({
        name: yield* containerName(image),
        image,
        ...(command.length ? { command } : {}),
        ...(i === 0 && flags.int('port') >= 0 && flags.changed('port') ? { ports: [{ containerPort: flags.int('port') }] } : {}),
      })
    }
    const labels = { app: name }
    yield* createGenerated(kubectl, {
      failure: 'failed to create deployment',
      object: {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name, labels, ...(yield* generatedNamespace(kubectl)) },
        spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } },
      },
    })
  },
}

/** A container is called after its image: the last part without tag and digest. What had to be changed to make a name ends in chance. */
function* containerName(image: string): Proc<string> {
  const name = image.slice(image.lastIndexOf('/') + 1).replace(/[:@].*$/, '')
  return /[_.]/.test(name) ? `${name.replace(/[_.]/g, '-')}-${yield* randomSuffix()}` : name
}
