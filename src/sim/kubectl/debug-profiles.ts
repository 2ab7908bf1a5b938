import type { Container, EphemeralContainer, Pod, PodSpec, SecurityContext } from '../api/types/core-v1.gen'

/** What is being made for debugging: a container beside those of a running pod, one in a copy of the pod, or a pod on a node. */
export type DebugStyle = 'ephemeral' | 'copy' | 'node'

interface Profile {
  /** The security context of the debugging container, given the one it has. */
  readonly secure?: (context: SecurityContext | undefined) => SecurityContext | undefined
  /** A pod on a node shares the node's network, processes and IPC. */
  readonly hostNamespaces?: boolean
  /** A pod on a node has the node's files under /host. */
  readonly hostFiles?: boolean
  /** A copy drops what could disturb, as the keep flags allow, and its containers see each other's processes. */
  readonly cleansCopy: boolean
}

const withCapabilities =
  (...names: readonly string[]) =>
  (context: SecurityContext | undefined): SecurityContext => {
    const has = context?.capabilities?.add ?? []
    return { ...context, capabilities: { ...context?.capabilities, add: [...has, ...names.filter((name) => !has.includes(name))] } }
  }

/** `--profile`: how much a debugging container may do. */
export const debugProfiles: Readonly<Record<string, Profile>> = {
  legacy: { hostNamespaces: true, hostFiles: true, cleansCopy: false },
  general: { secure: withCapabilities('SYS_PTRACE'), hostNamespaces: true, hostFiles: true, cleansCopy: true },
  baseline: { secure: () => undefined, cleansCopy: true },
  restricted: {
    secure: () => ({
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    }),
    cleansCopy: true,
  },
  netadmin: { secure: withCapabilities('NET_ADMIN', 'NET_RAW'), hostNamespaces: true, cleansCopy: true },
  sysadmin: { secure: (context) => ({ ...context, privileged: true }), hostNamespaces: true, hostFiles: true, cleansCopy: true },
}

/** The debugging container as the profile wants it. On a node, `general` has rights enough and asks for no more. */
export function profiledContainer<T extends Container | EphemeralContainer>(container: T, profile: string, style: DebugStyle): T {
  const { secure } = debugProfiles[profile]!
  if (!secure || (profile === 'general' && style === 'node')) return container
  const { securityContext, ...rest } = container
  const wanted = secure(securityContext)
  return (wanted ? { ...rest, securityContext: wanted } : rest) as T // the same container but for that member
}

/** A node's debugging pod as the profile wants it. */
export function profiledNodePod(spec: PodSpec, profile: string): PodSpec {
  const { hostNamespaces, hostFiles } = debugProfiles[profile]!
  const mount = { mountPath: '/host', name: 'host-root' }
  return {
    ...spec,
    ...(hostNamespaces ? { hostNetwork: true, hostPID: true, hostIPC: true } : {}),
    ...(hostFiles
      ? {
          containers: spec.containers.map((container) => ({ ...container, volumeMounts: [mount] })),
          volumes: [{ name: 'host-root', hostPath: { path: '/' } }],
        }
      : {}),
  }
}

/** The `--keep-…` flags: what a copy takes over from the pod. */
export interface KeptInCopy {
  readonly labels: boolean
  readonly annotations: boolean
  readonly liveness: boolean
  readonly readiness: boolean
  readonly startup: boolean
  readonly initContainers: boolean
}

/** A pod's copy as the profile wants it. */
export function profiledCopy({ metadata, spec, ...pod }: Pod, profile: string, keep: KeptInCopy): Pod {
  const { labels, annotations, ...bare } = metadata
  if (!debugProfiles[profile]!.cleansCopy) return { ...pod, metadata: { ...bare, ...(annotations ? { annotations } : {}) }, spec }
  const { initContainers, ...rest } = spec
  return {
    ...pod,
    metadata: { ...bare, ...(keep.labels && labels ? { labels } : {}), ...(keep.annotations && annotations ? { annotations } : {}) },
    spec: {
      ...rest,
      ...(keep.initContainers && initContainers ? { initContainers } : {}),
      containers: spec.containers.map(({ livenessProbe, readinessProbe, startupProbe, ...container }) => ({
        ...container,
        ...(keep.liveness && livenessProbe ? { livenessProbe } : {}),
        ...(keep.readiness && readinessProbe ? { readinessProbe } : {}),
        ...(keep.startup && startupProbe ? { startupProbe } : {}),
      })),
      shareProcessNamespace: spec.shareProcessNamespace ?? true,
    },
  }
}
