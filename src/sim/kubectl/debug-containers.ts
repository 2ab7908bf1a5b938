import type { AnyObject } from '../api/object'
import type { Container, EphemeralContainer, Pod } from '../api/types/core-v1.gen'
import { strategicMerge } from '../formats/strategic-merge'
import { random } from '../node/os/calls'
import type { Proc } from '../node/os/syscalls'
import { builtInResource } from './built-in-resource'
import { profiledContainer, profiledCopy, profiledNodePod, type DebugStyle } from './debug-profiles'
import { deleteResource } from './deleting'
import { CommandError } from './errors'
import { clientConfig } from './kubeconfig'
import type { Resource } from './resources'
import { err, out, type Kubectl } from './session'
import { createObject, patchObject } from './writing'

const pods = builtInResource({ apiVersion: 'v1', kind: 'Pod' })

/** The words after `--`. */
export const commandOf = ({ args, dashAt }: Kubectl): readonly string[] => (dashAt >= 0 ? args.slice(dashAt) : [])

export interface Made {
  readonly pod: Resource
  /** The debugging container, if there is one. */
  readonly container?: string
}

/** Makes what is asked for, judged by the kind of what is to be debugged. Throws CommandError for kinds without. */
export function* makeFor(kubectl: Kubectl, resource: Resource, custom: Partial<Container> | undefined): Proc<Made> {
  const { apiVersion, kind } = resource.object!
  if (apiVersion === 'v1' && kind === 'Node') return yield* onNode(kubectl, resource.name, custom)
  if (apiVersion === 'v1' && kind === 'Pod')
    return kubectl.flags.text('copy-to') ? yield* inCopy(kubectl, resource, custom) : yield* besideContainers(kubectl, resource, custom)
  throw new CommandError(`"${apiVersion.includes('/') ? apiVersion : `/${apiVersion}`}, Kind=${kind}" not supported by debug`)
}

/** What the flags say of the container, whatever it is for. */
function wantedContainer(kubectl: Kubectl): Partial<Container> {
  const { flags } = kubectl
  const command = commandOf(kubectl)
  const env = Object.entries(flags.map('env')).map(([name, value]) => ({ name, value }))
  return {
    ...(command.length ? (flags.bool('arguments-only') ? { args: command } : { command }) : {}),
    ...(env.length ? { env } : {}),
    ...(flags.text('image') ? { image: flags.text('image') } : {}),
    ...(flags.text('image-pull-policy') ? { imagePullPolicy: flags.text('image-pull-policy') as Container['imagePullPolicy'] } : {}), // validated
    ...(flags.bool('stdin') ? { stdin: true } : {}),
    ...(flags.bool('tty') ? { tty: true } : {}),
  }
}

/** The container as profile and `--custom` have it; a right that the pod's user leaves without use is told. */
function* finished<T extends Container | EphemeralContainer>(
  kubectl: Kubectl,
  container: T,
  pod: Pod['spec'] | undefined,
  style: DebugStyle,
  custom: Partial<Container> | undefined,
): Proc<T> {
  const profiled = profiledContainer(container, kubectl.flags.text('profile'), style)
  const whole = custom ? (strategicMerge(profiled, custom, 'core.v1.Container') as T) : profiled // custom has no member that is not a container's
  const user = whole.securityContext?.runAsUser === 0 ? 0 : (pod?.securityContext?.runAsUser ?? 0)
  if (user !== 0 && (whole.securityContext?.privileged || whole.securityContext?.capabilities?.add?.length))
    yield* err(
      'Warning: Non-root user is configured for the entire target Pod, and some capabilities granted by debug profile may not work. Please consider using "--custom" with a custom profile that specifies "securityContext.runAsUser: 0".\n',
    )
  return whole
}

const suffixLetters = 'bcdfghjklmnpqrstvwxz2456789'

function* suffix(): Proc<string> {
  let text = ''
  while (text.length < 5) text += suffixLetters[Math.floor((yield* random()) * suffixLetters.length)]
  return text
}

/** The name asked for, or one that no container of the pod has. */
function* containerName(kubectl: Kubectl, { spec }: Pod): Proc<string> {
  const asked = kubectl.flags.text('container')
  if (asked) return asked
  const taken = [...spec.containers, ...(spec.initContainers ?? []), ...(spec.ephemeralContainers ?? [])].map(({ name }) => name)
  let name: string
  do name = `debugger-${yield* suffix()}`
  while (taken.includes(name))
  if (!kubectl.flags.bool('quiet')) yield* out(`Defaulting debug container name to ${name}.\n`)
  return name
}

/** An ephemeral container in the running pod. */
function* besideContainers(kubectl: Kubectl, resource: Resource, custom: Partial<Container> | undefined): Proc<Made> {
  const pod = resource.object as unknown as Pod // judged by kind
  const name = yield* containerName(kubectl, pod)
  const target = kubectl.flags.text('target')
  const container: EphemeralContainer = {
    ...wantedContainer(kubectl),
    name,
    terminationMessagePolicy: 'File',
    ...(target ? { targetContainerName: target } : {}),
  }
  const added = yield* finished(kubectl, container, pod.spec, 'ephemeral', custom)
  const order = [...(pod.spec.ephemeralContainers ?? []), added].map((each) => ({ name: each.name }))
  const patch = { spec: { '$setElementOrder/ephemeralContainers': order, ephemeralContainers: [added] } }
  const object = yield* patchObject(kubectl, resource, 'strategic', patch, {}, 'ephemeralcontainers')
  return { pod: { ...resource, object }, container: name }
}

/** A copy of the pod with other images, or with a container more. */
function* inCopy(kubectl: Kubectl, resource: Resource, custom: Partial<Container> | undefined): Proc<Made> {
  const { flags } = kubectl
  const pod = resource.object as unknown as Pod // judged by kind
  const images = flags.map('set-image')
  const { ephemeralContainers: _, nodeName, ...spec } = pod.spec
  const { labels, annotations } = pod.metadata
  const copy: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: flags.text('copy-to'),
      namespace: resource.namespace,
      ...(labels ? { labels } : {}),
      ...(annotations ? { annotations } : {}),
    } as Pod['metadata'], // the server adds the rest
    spec: {
      ...spec,
      ...(flags.changed('share-processes') ? { shareProcessNamespace: flags.bool('share-processes') } : {}),
      ...(flags.bool('same-node') && nodeName ? { nodeName } : {}),
      containers: spec.containers.map((container) => {
        const image = images[container.name] ?? images['*']
        return image ? { ...container, image } : container
      }),
    },
  }
  const existing = copy.spec.containers.find(({ name }) => name === flags.text('container'))
  if (!existing && !flags.text('image')) {
    if (Object.keys(images).length === 0) throw new CommandError('you must specify image when creating new container')
    return { pod: yield* createCopy(kubectl, resource, copy) }
  }
  const name = existing?.name ?? (yield* containerName(kubectl, copy))
  const base: Container = existing ? withoutCommand(existing, kubectl) : { name, terminationMessagePolicy: 'File' }
  const changed = yield* finished<Container>(kubectl, { ...base, ...wantedContainer(kubectl) }, copy.spec, 'copy', custom)
  const containers = existing
    ? copy.spec.containers.map((container) => (container === existing ? changed : container))
    : [...copy.spec.containers, changed]
  const whole = profiledCopy({ ...copy, spec: { ...copy.spec, containers } }, flags.text('profile'), {
    labels: flags.bool('keep-labels'),
    annotations: flags.bool('keep-annotations'),
    liveness: flags.bool('keep-liveness'),
    readiness: flags.bool('keep-readiness'),
    startup: flags.bool('keep-startup'),
    initContainers: flags.bool('keep-init-containers'),
  })
  return { pod: yield* createCopy(kubectl, resource, whole), container: name }
}

/** A command of one's own takes the place of both the container's command and its arguments. */
function withoutCommand(container: Container, kubectl: Kubectl): Container {
  if (commandOf(kubectl).length === 0) return container
  const { command, args: _, ...rest } = container
  return kubectl.flags.bool('arguments-only') && command ? { ...rest, command } : rest
}

function* createCopy(kubectl: Kubectl, original: Resource, copy: Pod): Proc<Resource> {
  const resource: Resource = { type: pods, namespace: original.namespace, name: copy.metadata.name }
  const object = yield* createObject(kubectl, resource, copy as unknown as AnyObject, {}) // a pod is an object
  if (kubectl.flags.bool('replace')) yield* deleteResource(kubectl, original, { gracePeriodSeconds: 0 })
  return { ...resource, object }
}

/** A pod on a node, whatever the node's taints. */
function* onNode(kubectl: Kubectl, node: string, custom: Partial<Container> | undefined): Proc<Made> {
  const { flags } = kubectl
  const { namespace } = yield* clientConfig(kubectl)
  const container = flags.text('container') || 'debugger'
  const name = `node-debugger-${node}-${yield* suffix()}`
  if (!flags.bool('quiet')) yield* out(`Creating debugging pod ${name} with container ${container} on node ${node}.\n`)
  const wanted: Container = { ...wantedContainer(kubectl), name: container, terminationMessagePolicy: 'File' }
  const spec = { containers: [wanted], nodeName: node, restartPolicy: 'Never', tolerations: [{ operator: 'Exists' }] } as const
  const profiled = profiledNodePod(spec, flags.text('profile'))
  const containers = [yield* finished(kubectl, profiled.containers[0]!, profiled, 'node', custom)]
  const resource: Resource = { type: pods, namespace, name }
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace }, spec: { ...profiled, containers } }
  const object = yield* createObject(kubectl, resource, pod as unknown as AnyObject, {}) // the server adds the rest
  return { pod: { ...resource, object }, container }
}
