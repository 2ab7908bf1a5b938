import type { Container as ContainerSpec, ContainerStateWaiting, Pod } from '../../api/types/core-v1.gen'
import { formatGoDuration } from '../../formats/duration'
import { quantityValue, milliValue } from '../../formats/quantity'
import { timestamp } from '../../engine/time'
import { parseImage, type ImageReference } from '../images/reference'
import type { Image } from '../images/image'
import { createFileSystem, type Credentials, type FileSystem } from '../os/file-system'
import { createVolume } from '../os/volume'
import type { WaitResult } from '../os/syscalls'
import { createContainer, credentialsOf, startContainer, StartError, type Container, type ContainerConfig } from '../runtime/container'
import { eventTexts, fieldPathOf, type KubeletContext } from './context'
import { ConfigError, environmentOf, expand } from './environment'
import { containerEnded } from './ending'
import { afterStart } from './hooks'
import { lateDeviceClaims } from './late-device-claims'
import { hostsFile } from './managed-files'
import type { Pull } from './node-images'
import { pullLogins } from './pull-secrets'
import { appArmorOf, checkSeccomp, deniedWrites, ProfileError, RefusedStart } from './security-profiles'
import type { ContainerState, PodState } from './pod-state'
import { MountError, mountsOf } from './volumes'
import { startProbes } from './probes'

/** One container on its way to running: the facts that stages ask for, and what they may do. */
export interface Starting {
  readonly spec: ContainerSpec
  now(): number
  jittered(ms: number): number
  reference(): ImageReference | { readonly error: string }
  policy(): string
  present(): boolean
  needsPull(): boolean
  restartDueMs(): number | undefined
  pullDueMs(): number | undefined
  backOffMessage(): string
  pullBackOffMessage(): string
  invalidName(): string
  /** Undefined when everything the container refers to is there. */
  configure(): ContainerStateWaiting | undefined
  /** Queues the pull; answers how long until it is over. */
  pull(): number
  pulled(): void
  run(): void
  tellBackOff(): void
  tellPullBackOff(): void
  tellInvalidName(): void
  tellNeverPull(): void
  tellConfigError(): void
}

/** The facts and actions for one container of a Pod. */
export function startingOf(context: KubeletContext, state: PodState, container: ContainerState): Starting {
  const { engine, images } = context
  const { spec, role } = container
  const { pod } = state
  const image = spec.image ?? ''
  const texts = eventTexts(context.release)
  const tell = (type: 'Normal' | 'Warning', reason: string, message: string) =>
    context.recorder.event(pod, type, reason, message, { fieldPath: fieldPathOf(role, spec.name) })
  let reference: ReturnType<typeof parseImage> | undefined
  let pull: Pull | undefined
  let configured: { readonly config: ContainerConfig } | { readonly waiting: ContainerStateWaiting } | undefined

  const referenceOf = () => (reference ??= parseImage(image))
  const presentImage = (): Image | undefined => {
    const found = referenceOf()
    return 'error' in found ? undefined : images.present(found)
  }
  const policy = () => spec.imagePullPolicy ?? 'IfNotPresent'
  const failureAtMs = () => container.pullFailure?.atMs ?? 0

  function prepare(): NonNullable<typeof configured> {
    try {
      return { config: configOf(context, state, container, presentImage()!) }
    } catch (error) {
      if (error instanceof ConfigError) return { waiting: { reason: 'CreateContainerConfigError', message: error.message } }
      if (error instanceof MountError || error instanceof ProfileError)
        return { waiting: { reason: 'CreateContainerError', message: error.message } }
      throw error
    }
  }

  const c: Starting = {
    spec,
    now: () => engine.nowMs,
    jittered: (ms) => ms * (1 + engine.random.next() * 0.25),
    reference: referenceOf,
    policy,
    present: () => presentImage() !== undefined,
    needsPull: () => (policy() === 'Always' ? container.pulledFor !== container.created + 1 : presentImage() === undefined),
    restartDueMs() {
      return container.ended && container.restartBackOff.waitingUntil(container.endedMs, engine.nowMs)
    },
    pullDueMs: () => (container.pullFailure ? container.pullBackOff.waitingUntil(failureAtMs(), engine.nowMs) : undefined),
    backOffMessage: () =>
      `back-off ${formatGoDuration(container.restartBackOff.currentMs)} restarting failed container=${spec.name} pod=${pod.metadata.name}_${pod.metadata.namespace}(${pod.metadata.uid})`,
    pullBackOffMessage: () => `Back-off pulling image "${image}": ${container.pullFailure?.reason}: ${container.pullFailure?.message}`,
    invalidName() {
      const found = referenceOf()
      return `Failed to apply default image tag "${image}": couldn't parse image name "${image}": ${'error' in found ? found.error : ''}`
    },
    configure() {
      configured ??= prepare()
      return 'waiting' in configured ? configured.waiting : undefined
    },

    pull() {
      const found = referenceOf()
      if ('error' in found) throw new Error('an impossible name is caught by an earlier stage')
      const { logins, missing } = pullLogins(context.client, pod)
      if (missing.length > 0) context.recorder.event(pod, 'Warning', 'FailedToRetrieveImagePullSecret', missingSecrets(missing))
      tell('Normal', 'Pulling', `Pulling image "${image}"`)
      pull = images.pull(found, logins)
      return pull.waitMs + pull.durationMs
    },
    pulled() {
      const { outcome, waitMs, durationMs } = pull!
      if ('image' in outcome) {
        images.add(outcome.image)
        container.pulledFor = container.created + 1
        container.pullFailure = undefined
        container.pullBackOff.reset()
        const seconds = (ms: number) => formatGoDuration(Math.max(1, Math.round(ms)))
        tell(
          'Normal',
          'Pulled',
          `Successfully pulled image "${image}" in ${seconds(durationMs)} (${seconds(waitMs + durationMs)} including waiting). Image size: ${outcome.image.sizeBytes} bytes.`,
        )
        return
      }
      container.pullFailure = { atMs: engine.nowMs, reason: 'ErrImagePull', message: outcome.error }
      container.pullBackOff.next(engine.nowMs, engine.nowMs)
      container.waiting = { reason: 'ErrImagePull', message: outcome.error }
      tell('Warning', 'Failed', `Failed to pull image "${image}": ${outcome.error}`)
      tell('Warning', 'Failed', 'Error: ErrImagePull')
    },

    run() {
      const stored = presentImage()!
      if (container.pulledFor !== container.created + 1) tell('Normal', 'Pulled', texts.present(image))
      container.image = stored
      if (container.ended) container.previous = container.ended
      container.restarts = container.created
      container.created++
      if (container.ended) container.restartBackOff.next(container.endedMs, engine.nowMs)
      container.ended = undefined
      configured ??= prepare()
      if ('waiting' in configured) throw new Error('an incomplete configuration is caught by an earlier stage')
      const made = createContainer(context.runtime, state.sandbox!, configured.config)
      tell('Normal', 'Created', texts.created(spec.name))
      try {
        if (made.config.startRefusal !== undefined) throw new StartError(made.config.startRefusal)
        startContainer(context.runtime, made, whenEnded(context, state, container, made))
      } catch (error) {
        if (!(error instanceof StartError)) throw error
        container.waiting = { reason: 'RunContainerError', message: error.message }
        container.ended = {
          status: {
            exitCode: 128,
            reason: 'StartError',
            message: error.message,
            startedAt: '1970-01-01T00:00:00Z',
            finishedAt: timestamp(engine.nowMs),
            containerID: `containerd://${made.id}`,
          },
          container: made,
        }
        container.endedMs = engine.nowMs
        tell('Warning', 'Failed', `Error: ${error.message}`)
        return
      }
      container.waiting = undefined
      container.running = made
      container.runningSpec = spec
      container.started = spec.startupProbe === undefined
      container.ready = spec.readinessProbe === undefined
      tell('Normal', 'Started', texts.started(spec.name))
      afterStart(context, state, container, made, () => startProbes(context, state, container, made))
    },

    tellBackOff: () =>
      tell(
        'Warning',
        'BackOff',
        `Back-off restarting failed container ${spec.name} in pod ${pod.metadata.name}_${pod.metadata.namespace}(${pod.metadata.uid})`,
      ),
    tellPullBackOff() {
      tell('Normal', 'BackOff', `Back-off pulling image "${image}"`)
      tell('Warning', 'Failed', 'Error: ImagePullBackOff')
    },
    tellInvalidName() {
      tell('Warning', 'InspectFailed', c.invalidName())
      tell('Warning', 'Failed', 'Error: InvalidImageName')
    },
    tellNeverPull() {
      tell('Warning', 'ErrImageNeverPull', `Container image "${image}" is not present with pull policy of Never`)
      tell('Warning', 'Failed', 'Error: ErrImageNeverPull')
    },
    tellConfigError() {
      const message = c.configure()?.message
      tell('Warning', 'Failed', `Error: ${message}`)
    },
  }

  return c
}

const missingSecrets = (names: readonly string[]) =>
  `Unable to retrieve some image pull secrets (${names.join(', ')}); attempting to pull the image may not succeed.`

/** Made out here, so that it keeps nothing of the start alive while the container runs. */
const whenEnded = (context: KubeletContext, state: PodState, container: ContainerState, made: Container) => (result: WaitResult) =>
  containerEnded(context, state, container, made, result)

/** What the runtime is told. Throws ConfigError or MountError when something it needs is not there. */
function configOf(context: KubeletContext, state: PodState, container: ContainerState, image: Image): ContainerConfig {
  const { pod } = state
  const { spec } = container
  const tree = context.catalogue.tree(image)
  const where = {
    client: context.client,
    nodeAllocatable: context.allocatable(),
    hostIP: context.hostIP,
    podIP: state.sandbox!.address,
    volumeFile: fileOf(state),
  }
  const env = {
    ...environmentOf(pod, spec, where),
    ...(state.devices && lateDeviceClaims.code.deviceVariables(context, state.devices, spec)),
  }
  const expanded = (words: readonly string[] | undefined) => words?.map((word) => expand(word, env))
  const message = spec.terminationMessagePath ?? '/dev/termination-log'
  const target = container.role === 'ephemeral' ? targetOf(state, container) : undefined
  return {
    image,
    tree,
    command: expanded(spec.command?.length ? spec.command : undefined),
    args: expanded(spec.args?.length ? spec.args : undefined),
    env,
    workingDir: spec.workingDir,
    who: userOf(pod, spec, image, tree),
    mounts: mountsOf(spec, state.volumes ?? new Map(), env, expand),
    files: {
      '/etc/hosts': hostsFile(pod, state.sandbox!),
      '/etc/resolv.conf': context.dnsConfig(pod),
      ...(message !== '/dev/termination-log' && { [message]: '' }),
    },
    ...confinementOf(pod, spec, context.volumes.hostFiles),
    readOnlyRoot: spec.securityContext?.readOnlyRootFilesystem ?? false,
    ...limitsOf(pod, spec),
    stdin: spec.stdin ?? false,
    tty: spec.tty ?? false,
    ...(target && { space: target.machine.share() }),
  }
}

/** What a container may take: its own limits, or those of its Pod as a whole. */
export function limitsOf(pod: Pod, { resources }: Pick<ContainerSpec, 'resources'>) {
  const ofPod = pod.spec.resources?.limits
  const cpu = resources?.limits?.cpu ?? ofPod?.cpu
  const memory = resources?.limits?.memory ?? ofPod?.memory
  return {
    cpuLimit: cpu === undefined ? undefined : milliValue(cpu) / 1000,
    memoryLimitBytes: memory === undefined ? undefined : quantityValue(memory),
  }
}

/** The running container among whose processes an ephemeral one is to live. */
const targetOf = ({ pod, containers }: PodState, { spec: { name } }: ContainerState) => {
  const target = pod.spec.ephemeralContainers?.find((each) => each.name === name)?.targetContainerName
  return target === undefined ? undefined : containers.get(target)?.running
}

/** Reads a file of a Pod's volume, for variables that come from there. */
const fileOf =
  ({ volumes }: PodState) =>
  (name: string, path: string) => {
    const found = volumes?.get(name)
    if (!found) return undefined
    const files = createFileSystem({ root: found.volume, now: () => 0 })
    const full = `${found.top}/${path}`
    return files.stat(full)?.type === 'file' ? files.read(full) : undefined
  }

/** What confines the container; with it, why it cannot start under its seccomp profile. Throws ProfileError for a profile that the node lacks. */
function confinementOf(pod: Pod, spec: ContainerSpec, host: FileSystem): Pick<ContainerConfig, 'confinement' | 'startRefusal'> {
  // Most containers ask for nothing, and carry nothing.
  const asked = [spec.securityContext, pod.spec.securityContext, pod.metadata.annotations].some(
    (given) => given && Object.keys(given).length > 0,
  )
  if (!asked && pod.spec.hostUsers === undefined) return {}
  const { capabilities, privileged = false, allowPrivilegeEscalation } = spec.securityContext ?? {}
  const appArmor = appArmorOf(pod, spec, host)
  const shared = {
    add: capabilities?.add ?? [],
    drop: capabilities?.drop ?? [],
    privileged,
    noNewPrivileges: allowPrivilegeEscalation === false,
    appArmor,
    deniedWrites: deniedWrites(appArmor, host),
    ownUsers: pod.spec.hostUsers === false,
    sysctls: Object.fromEntries((pod.spec.securityContext?.sysctls ?? []).map(({ name, value }) => [name, value])),
  }
  try {
    return { confinement: { ...shared, seccomp: checkSeccomp(pod, spec, host) } }
  } catch (error) {
    if (!(error instanceof RefusedStart)) throw error
    return { confinement: { ...shared, seccomp: true }, startRefusal: error.message }
  }
}

/** Who runs the container: securityContext before the image, `runAsNonRoot` refusing root. */
function userOf(pod: Pod, spec: ContainerSpec, image: Image, tree: ContainerConfig['tree']): Credentials {
  const context = { ...pod.spec.securityContext, ...spec.securityContext }
  const files = createFileSystem({ root: createVolume(tree), now: () => 0 })
  const fromImage = credentialsOf(image.user, files)
  const uid = context.runAsUser ?? fromImage?.uid ?? 0
  if (context.runAsNonRoot && context.runAsUser === undefined && image.user !== undefined && !/^\d/.test(image.user)) {
    throw new ConfigError(
      `container has runAsNonRoot and image has non-numeric user (${image.user.split(':')[0]}), cannot verify user is non-root (pod: "${podText(pod)}", container: ${spec.name})`,
    )
  }
  if (context.runAsNonRoot && uid === 0) {
    throw new ConfigError(
      context.runAsUser === 0
        ? `container's runAsUser breaks non-root policy (pod: "${podText(pod)}", container: ${spec.name})`
        : `container has runAsNonRoot and image will run as root (pod: "${podText(pod)}", container: ${spec.name})`,
    )
  }
  // A user that the image knows has the group it gives her; anybody else is in root's.
  const account = context.runAsUser === undefined ? fromImage : credentialsOf(String(context.runAsUser), files)
  const gid = context.runAsGroup ?? account?.gids[0] ?? 0
  const { fsGroup, supplementalGroups = [], supplementalGroupsPolicy } = pod.spec.securityContext ?? {}
  const inImage = supplementalGroupsPolicy === 'Strict' ? NO_GROUPS : uid === 0 ? rootGroupsOf(tree, files) : groupsOf(uid, files)
  return sameUser(uid, [...new Set([gid, ...(fsGroup === undefined ? [] : [fsGroup]), ...supplementalGroups, ...inImage])])
}

const users = new Map<string, Credentials>()
const MAX_USERS = 200

/** One object for all containers of a user: nearly all are root. */
function sameUser(uid: number, gids: readonly number[]): Credentials {
  const key = `${uid} ${gids.join(' ')}`
  const known = users.get(key)
  if (known) return known
  if (users.size >= MAX_USERS) users.clear()
  const user = { uid, gids }
  users.set(key, user)
  return user
}

const NO_GROUPS: readonly number[] = []
const rootGroups = new WeakMap<ContainerConfig['tree'], readonly number[]>()

/** Root's groups, read once an image: root is who most containers run as. */
function rootGroupsOf(tree: ContainerConfig['tree'], files: FileSystem): readonly number[] {
  let groups = rootGroups.get(tree)
  if (!groups) rootGroups.set(tree, (groups = groupsOf(0, files)))
  return groups
}

/** Groups that the image's /etc/group counts a user among. */
function groupsOf(uid: number, files: FileSystem): number[] {
  const lines = (path: string) => (files.stat(path)?.type === 'file' ? files.read(path).split('\n') : []).map((line) => line.split(':'))
  const user = lines('/etc/passwd').find(([, , id]) => id === String(uid))?.[0]
  return user === undefined
    ? []
    : lines('/etc/group').flatMap(([, , id, members]) => (members?.split(',').includes(user) ? [Number(id)] : []))
}

const podText = ({ metadata }: Pod) => `${metadata.name}_${metadata.namespace}(${metadata.uid})`
