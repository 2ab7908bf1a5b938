import { timestamp } from '../../engine/time'
import type { PodState } from '../kubelet/pod-state'
import { isRunning, labelsOfContainer, labelsOfPod, type Known } from './containers'

type Status = Readonly<Record<string, unknown>>

const instant = (ms: number): string => timestamp(ms).replace('Z', '.000000000Z')
const NEVER = '0001-01-01T00:00:00Z'

/** `ContainerStatus` of the Container Runtime Interface, as JSON. */
export function statusOfContainer(known: Known): Status {
  const { pod, state, container, attempt } = known
  const { image, who } = container.config
  const [gid = 0, ...groups] = who.gids
  const ended = [state.ended, state.previous].find((each) => each?.container === container)?.status
  const name = `${image.repository}:${image.tag}`
  return {
    annotations: {
      'io.kubernetes.container.restartCount': String(attempt),
      'io.kubernetes.container.terminationMessagePath': state.spec.terminationMessagePath ?? '/dev/termination-log',
      'io.kubernetes.container.terminationMessagePolicy': state.spec.terminationMessagePolicy ?? 'File',
      'io.kubernetes.pod.terminationGracePeriod': String(pod.pod.spec.terminationGracePeriodSeconds ?? 30),
    },
    createdAt: instant(container.startedMs),
    exitCode: ended?.exitCode ?? 0,
    finishedAt: ended?.finishedAt ?? NEVER,
    id: container.id,
    podSandboxId: pod.sandbox?.id ?? '',
    image: { annotations: {}, image: name, runtimeHandler: '', userSpecifiedImage: state.spec.image ?? name },
    imageRef: `${image.repository}@${image.digest}`,
    labels: labelsOfContainer(known),
    logPath: `/var/log/pods/${pod.pod.metadata.namespace}_${pod.pod.metadata.name}_${pod.pod.metadata.uid}/${state.spec.name}/${attempt}.log`,
    message: ended?.message ?? '',
    metadata: { attempt, name: state.spec.name },
    mounts: [...container.config.mounts].map(([containerPath, mount]) => ({
      containerPath,
      gidMappings: [],
      hostPath: '',
      propagation: 'PROPAGATION_PRIVATE',
      readonly: mount.readOnly,
      selinuxRelabel: false,
      uidMappings: [],
    })),
    reason: ended?.reason ?? '',
    startedAt: instant(container.startedMs),
    state: isRunning(known) ? 'CONTAINER_RUNNING' : 'CONTAINER_EXITED',
    user: { linux: { gid: String(gid), supplementalGroups: groups.map(String), uid: String(who.uid) } },
  }
}

/** `PodSandboxStatus` of the Container Runtime Interface, as JSON. */
export function statusOfPod(state: PodState): Status {
  const { pod, sandbox, startedMs, finished } = state
  const { annotations = {}, name, namespace = '', uid } = pod.metadata
  return {
    annotations,
    createdAt: instant(startedMs),
    id: sandbox?.id ?? '',
    labels: labelsOfPod(state),
    linux: {
      namespaces: {
        options: {
          ipc: 'POD',
          network: sandbox?.hostNetwork ? 'NODE' : 'POD',
          pid: pod.spec.shareProcessNamespace ? 'POD' : pod.spec.hostPID ? 'NODE' : 'CONTAINER',
          targetId: '',
          usernsOptions: null,
        },
      },
    },
    metadata: { attempt: 0, name, namespace, uid },
    network: { additionalIps: [], ip: sandbox?.hostNetwork ? '' : (sandbox?.address ?? '') },
    runtimeHandler: '',
    state: finished ? 'SANDBOX_NOTREADY' : 'SANDBOX_READY',
  }
}
