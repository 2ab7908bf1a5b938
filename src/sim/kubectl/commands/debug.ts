import { conform, TypeMismatch } from '../../api/schema/conform'
import { structNamed } from '../../api/schema/schema'
import type { AnyObject } from '../../api/object'
import type { Container, Pod } from '../../api/types/core-v1.gen'
import { parseYaml, YamlError } from '../../formats/yaml'
import { readFile } from '../../node/os/calls'
import { SyscallError, type Proc } from '../../node/os/syscalls'
import { attachOrShowLogs, showLogs, waitForPod } from '../attaching'
import { commandOf, makeFor } from '../debug-containers'
import { debugProfiles } from '../debug-profiles'
import { CommandError } from '../errors'
import { isImageName } from '../image-name'
import { clientConfig } from '../kubeconfig'
import { fileOptions } from '../manifests'
import { needResources, type Resource } from '../resources'
import { err, out, type Command, type Kubectl } from '../session'

/** `kubectl debug`: a container of one's own beside those of a pod, in a copy of the pod, or on a node. */
export const debug: Command = {
  *run(kubectl) {
    const { flags } = kubectl
    const names = namesOf(kubectl)
    if (!(flags.text('profile') in debugProfiles)) throw new CommandError(`unknown profile: ${flags.text('profile')}`)
    const custom = yield* customContainer(kubectl)
    yield* validate(kubectl, names, custom)
    const files = fileOptions(kubectl)
    const fromFiles = files.names.length > 0 || files.kustomize
    // One after the other, and what goes wrong with one spares the rest nothing: they are not come to.
    for (const words of fromFiles ? [names] : names.map((name) => [name]))
      for (const resource of yield* needResources(kubectl, { words, files, defaultType: 'pods', fetch: true })) {
        const made = yield* makeFor(kubectl, resource, custom)
        const attaches = flags.changed('attach') ? flags.bool('attach') : flags.bool('stdin')
        if (attaches && made.container) yield* attachWhenStarted(kubectl, made.pod, made.container)
      }
  },
}

const namesOf = ({ args, dashAt }: Kubectl) => (dashAt >= 0 ? args.slice(0, dashAt) : args)

/** `--custom`: members of a container in JSON or YAML. */
function* customContainer({ flags }: Kubectl): Proc<Partial<Container> | undefined> {
  const path = flags.text('custom')
  if (path === '') return undefined
  let text: string
  try {
    text = yield* readFile(path)
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
    throw new CommandError(`must pass a container spec json file for custom profile: open ${path}: ${error.message.toLowerCase()}`)
  }
  const wrong = (why: string) => new CommandError(`${path} does not contain a valid container spec: ${why}`)
  try {
    const value = parseYaml(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      conform(value, structNamed('core.v1.Container')!)
      return value as Partial<Container> // just found to be one
    }
    throw wrong(
      `error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${Array.isArray(value) ? 'array' : typeof value} into Go value of type v1.Container`,
    )
  } catch (error) {
    if (error instanceof TypeMismatch) throw wrong(`error unmarshaling JSON: while decoding JSON: ${error.message}`)
    if (error instanceof YamlError) throw wrong(`error converting YAML to JSON: ${error.message}`)
    throw error
  }
}

/** Refuses, in the real order, what does not go together; explains what `--target` may not do. */
function* validate(kubectl: Kubectl, names: readonly string[], custom: Partial<Container> | undefined): Proc {
  const { flags } = kubectl
  const [image, container, copyTo, target] = ['image', 'container', 'copy-to', 'target'].map(flags.text) as [string, string, string, string]
  const setImages = Object.entries(flags.map('set-image'))
  const command = commandOf(kubectl)
  const needsCopy = ['replace', 'same-node'].find((name) => flags.bool(name)) ?? (setImages.length ? 'set-image' : undefined)
  const problems: readonly (readonly [applies: unknown, problem: string])[] = [
    [
      flags.changed('attach') && flags.bool('attach') && !image && !container,
      'you must specify --container or create a new container using --image in order to attach.',
    ],
    [copyTo && !image && !setImages.length && !command.length, 'you must specify --image, --set-image or command arguments.'],
    [copyTo && command.length && !container && !image, 'you must specify an existing container or a new image when specifying args.'],
    [!copyTo && needsCopy, `--${needsCopy} may only be used with --copy-to.`],
    [!copyTo && !image, 'you must specify --image when not using --copy-to.'],
    [image && !isImageName(image), `invalid image name ${JSON.stringify(image)}: invalid reference format`],
    [names.length === 0 && flags.list('filename').length === 0, 'NAME or filename is required for debug'],
  ]
  const problem = problems.find(([applies]) => applies)?.[1]
  if (problem) throw new CommandError(problem)
  const policy = flags.text('image-pull-policy')
  if (!['', 'Always', 'IfNotPresent', 'Never'].includes(policy)) throw new CommandError(`invalid image pull policy: ${policy}`)
  for (const [name, value] of setImages)
    if (!isImageName(value))
      throw new CommandError(`invalid image name ${JSON.stringify(value)} for container ${JSON.stringify(name)}: invalid reference format`)
  if (target) {
    if (copyTo) throw new CommandError('--target is incompatible with --copy-to. Use --share-processes instead.')
    if (!flags.bool('quiet'))
      yield* out(
        `Targeting container ${JSON.stringify(target)}. If you don't see processes from this container it may be because the container runtime doesn't support this feature.\n`,
      )
  }
  if (flags.bool('tty') && !flags.bool('stdin')) throw new CommandError('-i/--stdin is required for containers with -t/--tty=true')
  if (custom && ['name', 'command', 'image', 'lifecycle', 'volumeDevices'].some((member) => member in custom))
    throw new CommandError('name, command, image, lifecycle and volume devices are not modifiable via custom profile')
  yield* clientConfig(kubectl)
  if (flags.text('profile') === 'legacy')
    yield* err(
      '--profile=legacy is deprecated and will be removed in the future. It is recommended to explicitly specify a profile, for example "--profile=general".\n',
    )
}

/** Attaches once the container runs; one that has ended already is shown from its log. What keeps it from starting is told as it changes. */
function* attachWhenStarted(kubectl: Kubectl, resource: Resource, container: string): Proc {
  const { flags } = kubectl
  const quiet = flags.bool('quiet')
  const statusOf = ({ status }: Pod) =>
    [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? []), ...(status?.ephemeralContainerStatuses ?? [])].find(
      ({ name }) => name === container,
    )
  const started = yield* waitForPod(kubectl, resource, 0, (pod) => {
    const status = statusOf(pod)
    return Boolean(status && (status.lastState?.terminated ?? status.state?.terminated ?? status.state?.running))
  }, function* (pod) {
    const message = statusOf(pod)?.state?.waiting?.message
    if (message && !quiet) yield* err(`Warning: container ${container}: ${message}\n`)
  }) // prettier-ignore
  if (statusOf(started)?.state?.terminated) return yield* showLogs(kubectl, resource, container)
  yield* attachOrShowLogs(kubectl, { ...resource, object: started as unknown as AnyObject }, {
    container,
    stdin: flags.bool('stdin'),
    tty: flags.bool('tty'),
    quiet,
  }) // prettier-ignore
}
