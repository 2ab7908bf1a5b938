import type { Container, Pod } from '../../api/types/core-v1.gen'
import { lateCode } from '../../engine/late-code'
import type { FileSystem } from '../os/file-system'

/** How profiles that people put on a node are read (node-profiles.ts): no Pod that a cluster is born with names one. */
export const lateProfiles = lateCode<{
  readonly loadSeccomp: (path: string, host: FileSystem) => boolean
  readonly deniedPatterns: (policy: string) => readonly RegExp[]
}>('profiles of nodes')

/** Where a kubelet looks for seccomp profiles of type Localhost, and where the kernel lists the AppArmor profiles it was given. */
const SECCOMP_FOLDER = '/var/lib/kubelet/seccomp'
export const APPARMOR_PROFILES = '/sys/kernel/security/apparmor/profiles'
/** Where the simulated kernel keeps what loaded profiles say. */
export const APPARMOR_TEXTS = '/sys/kernel/security/apparmor/policy'
/** What containerd applies to a container that names no profile. */
const RUNTIME_PROFILE = 'cri-containerd.apparmor.d'
const OLD_ANNOTATION = 'container.apparmor.security.beta.kubernetes.io/'

/** Why the runtime cannot make a container: a profile that the node does not have. Shown as CreateContainerError. */
export class ProfileError extends Error {}

/** Why a container that was made cannot start: its seccomp profile refuses what starting takes. */
export class RefusedStart extends Error {}

/** The AppArmor profile that confines a container, `name (enforce)`, as /proc/1/attr/current has it. Throws ProfileError when the node has not loaded it. */
export function appArmorOf(pod: Pod, container: Container, host: FileSystem): string {
  const annotation = pod.metadata.annotations?.[OLD_ANNOTATION + container.name]
  const profile = container.securityContext?.appArmorProfile ?? pod.spec.securityContext?.appArmorProfile
  const localhost =
    profile?.type === 'Localhost' ? profile.localhostProfile : annotation?.startsWith('localhost/') ? annotation.slice(10) : undefined
  if (localhost !== undefined) {
    if (loadedProfiles(host).includes(localhost)) return `${localhost} (enforce)`
    throw new ProfileError(
      `failed to get container spec opts: failed to generate apparmor spec opts: apparmor profile not found ${localhost}`,
    )
  }
  const free = profile?.type === 'Unconfined' || annotation === 'unconfined' || container.securityContext?.privileged
  return free ? 'unconfined' : `${RUNTIME_PROFILE} (enforce)`
}

/** Paths that a loaded AppArmor profile keeps processes from writing to, as patterns; only rules that begin with `deny` are looked at. */
export function deniedWrites(appArmor: string, host: FileSystem): readonly RegExp[] {
  const name = /^(.*) \(enforce\)$/.exec(appArmor)?.[1]?.replaceAll('/', '.')
  const path = `${APPARMOR_TEXTS}/${name}`
  if (name === undefined || host.stat(path)?.type !== 'file') return []
  return lateProfiles.code.deniedPatterns(host.read(path))
}

/** Names of the AppArmor profiles a host's kernel knows. */
export const loadedProfiles = (host: FileSystem): readonly string[] =>
  host.stat(APPARMOR_PROFILES) ? [...host.read(APPARMOR_PROFILES).matchAll(/^(\S+) \(/gm)].map(([, name]) => name!) : []

/** Whether system calls of a container are filtered. Throws ProfileError when a profile of the node's is not there, RefusedStart when it lets nothing through. */
export function checkSeccomp(pod: Pod, container: Container, host: FileSystem): boolean {
  const profile = container.securityContext?.seccompProfile ?? pod.spec.securityContext?.seccompProfile
  if (profile?.type !== 'Localhost') return profile?.type === 'RuntimeDefault' && !container.securityContext?.privileged
  return lateProfiles.code.loadSeccomp(`${SECCOMP_FOLDER}/${profile.localhostProfile}`, host)
}
