import type { Container, Pod, PodSpec, SeccompProfile } from '../types/core-v1.gen'

/** One control of the Pod Security Standards: what a Pod breaks of it, or nothing. */
interface Check {
  /** From which level on it applies. */
  readonly level: 'baseline' | 'restricted'
  /** A control of the baseline that the restricted level has a stricter one for, which is asked in its stead. */
  readonly replaced?: true
  readonly find: (pod: PodTemplate) => Violation | undefined
}

export interface Violation {
  /** `allowPrivilegeEscalation != false` */
  readonly reason: string
  /** `container "c" must set securityContext.allowPrivilegeEscalation=false` */
  readonly detail: string
}

/** A Pod, or the template of one. */
export type PodTemplate = Pick<Pod, 'spec'> & {
  readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> | undefined } | undefined
}

type AnyContainer = Pick<
  Container,
  'name' | 'securityContext' | 'ports' | 'livenessProbe' | 'readinessProbe' | 'startupProbe' | 'lifecycle'
>

const containersOf = ({ initContainers = [], containers, ephemeralContainers = [] }: PodSpec): readonly AnyContainer[] => [
  ...initContainers,
  ...containers,
  ...ephemeralContainers,
]

const quoted = (words: readonly string[]) => words.map((word) => JSON.stringify(word)).join(', ')
const plural = (count: number, word: string) => (count > 1 ? `${word}s` : word)
const named = (containers: readonly AnyContainer[]) =>
  `${plural(containers.length, 'container')} ${quoted(containers.map(({ name }) => name))}`
/** The one value besides those that are allowed. */
const mustNotBeUnconfined = (setters: readonly string[]): Violation => ({
  reason: 'seccompProfile',
  detail: `${setters.join(' and ')} must not set securityContext.seccompProfile.type to "Unconfined"`,
})
const unique = (words: readonly string[]) => [...new Set(words)].sort()

/** A control that each container is held to by itself. */
function eachContainer(
  level: Check['level'],
  reason: string,
  isBad: (container: AnyContainer, spec: PodSpec) => boolean,
  must: string,
): Check {
  return {
    level,
    find({ spec }) {
      const bad = containersOf(spec).filter((container) => isBad(container, spec))
      return bad.length > 0 ? { reason, detail: `${named(bad)} must ${must}` } : undefined
    },
  }
}

const BASELINE_CAPABILITIES = ['AUDIT_WRITE', 'CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL', 'MKNOD', 'NET_BIND_SERVICE', 'SETFCAP', 'SETGID', 'SETPCAP', 'SETUID', 'SYS_CHROOT'] // prettier-ignore
const SAFE_SYSCTLS = ['kernel.shm_rmid_forced', 'net.ipv4.ip_local_port_range', 'net.ipv4.ip_unprivileged_port_start', 'net.ipv4.tcp_syncookies', 'net.ipv4.ping_group_range', 'net.ipv4.ip_local_reserved_ports', 'net.ipv4.tcp_keepalive_time', 'net.ipv4.tcp_fin_timeout', 'net.ipv4.tcp_keepalive_intvl', 'net.ipv4.tcp_keepalive_probes', 'net.ipv4.tcp_rmem', 'net.ipv4.tcp_wmem'] // prettier-ignore
const RESTRICTED_VOLUMES = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
  'image',
]
const SELINUX_TYPES = ['', 'container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t']

const added = ({ securityContext }: AnyContainer) => securityContext?.capabilities?.add ?? []

/** The controls. Complaints of the baseline are listed first, those of each level in this order. */
const CHECKS: readonly Check[] = [
  eachContainer('restricted', 'allowPrivilegeEscalation != false', ({ securityContext }, { os }) => os?.name !== 'windows' && securityContext?.allowPrivilegeEscalation !== false, 'set securityContext.allowPrivilegeEscalation=false'), // prettier-ignore
  {
    level: 'baseline',
    find({ spec }) {
      const profiles = [spec, ...containersOf(spec)].map(({ securityContext }) => securityContext?.appArmorProfile?.type ?? '')
      return profiles.includes('Unconfined')
        ? { reason: 'forbidden AppArmor profile', detail: 'pod or containers must not set AppArmor profile type to "Unconfined"' }
        : undefined
    },
  },
  {
    level: 'baseline',
    replaced: true,
    find({ spec }) {
      const bad = containersOf(spec).filter((container) =>
        added(container).some((capability) => !BASELINE_CAPABILITIES.includes(capability)),
      )
      const words = unique(bad.flatMap(added).filter((capability) => !BASELINE_CAPABILITIES.includes(capability)))
      return bad.length > 0
        ? {
            reason: 'non-default capabilities',
            detail: `${named(bad)} must not include ${quoted(words)} in securityContext.capabilities.add`,
          }
        : undefined
    },
  },
  {
    level: 'restricted',
    find({ spec }) {
      if (spec.os?.name === 'windows') return undefined
      const undropped = containersOf(spec).filter(({ securityContext }) => !securityContext?.capabilities?.drop?.includes('ALL'))
      const bad = containersOf(spec).filter((container) => added(container).some((capability) => capability !== 'NET_BIND_SERVICE'))
      const words = unique(bad.flatMap(added).filter((capability) => capability !== 'NET_BIND_SERVICE'))
      const details = [
        ...(undropped.length > 0 ? [`${named(undropped)} must set securityContext.capabilities.drop=["ALL"]`] : []),
        ...(bad.length > 0 ? [`${named(bad)} must not include ${quoted(words)} in securityContext.capabilities.add`] : []),
      ]
      return details.length > 0 ? { reason: 'unrestricted capabilities', detail: details.join('; ') } : undefined
    },
  },
  {
    level: 'baseline',
    find({ spec }) {
      const fields = (['hostNetwork', 'hostPID', 'hostIPC'] as const).filter((field) => spec[field]).map((field) => `${field}=true`)
      return fields.length > 0 ? { reason: 'host namespaces', detail: fields.join(', ') } : undefined
    },
  },
  {
    level: 'baseline',
    replaced: true,
    find({ spec }) {
      const bad = (spec.volumes ?? []).filter(({ hostPath }) => hostPath !== undefined).map(({ name }) => name)
      return bad.length > 0 ? { reason: 'hostPath volumes', detail: `${plural(bad.length, 'volume')} ${quoted(bad)}` } : undefined
    },
  },
  {
    level: 'baseline',
    find({ spec }) {
      const ports = (container: AnyContainer) => (container.ports ?? []).filter(({ hostPort }) => hostPort)
      const bad = containersOf(spec).filter((container) => ports(container).length > 0)
      const numbers = unique(bad.flatMap(ports).map(({ hostPort }) => String(hostPort)))
      return bad.length > 0
        ? {
            reason: 'hostPort',
            detail: `${named(bad)} ${bad.length > 1 ? 'use' : 'uses'} ${plural(numbers.length, 'hostPort')} ${numbers.join(', ')}`,
          }
        : undefined
    },
  },
  eachContainer(
    'baseline',
    'privileged',
    ({ securityContext }) => securityContext?.privileged === true,
    'not set securityContext.privileged=true',
  ),
  eachContainer('baseline', 'procMount', ({ securityContext }) => (securityContext?.procMount ?? 'Default') !== 'Default', 'not set securityContext.procMount to "Unmasked"'), // prettier-ignore
  {
    level: 'restricted',
    find({ spec }) {
      const typeOf = (volume: object) => Object.keys(volume).find((key) => key !== 'name') ?? ''
      const bad = (spec.volumes ?? []).filter((volume) => !RESTRICTED_VOLUMES.includes(typeOf(volume)))
      const types = unique(bad.map(typeOf))
      return bad.length > 0
        ? {
            reason: 'restricted volume types',
            detail: `${plural(bad.length, 'volume')} ${quoted(bad.map(({ name }) => name))} ${bad.length > 1 ? 'use' : 'uses'} restricted volume ${plural(types.length, 'type')} ${quoted(types)}`,
          }
        : undefined
    },
  },
  {
    level: 'restricted',
    find({ spec }) {
      const setters: string[] = spec.securityContext?.runAsNonRoot === false ? ['pod must not set securityContext.runAsNonRoot=false'] : []
      const explicit = containersOf(spec).filter(({ securityContext }) => securityContext?.runAsNonRoot === false)
      if (explicit.length > 0) setters.push(`${named(explicit)} must not set securityContext.runAsNonRoot=false`)
      const silent = containersOf(spec).filter(({ securityContext }) => securityContext?.runAsNonRoot === undefined)
      if (setters.length === 0 && silent.length > 0 && spec.securityContext?.runAsNonRoot === undefined) {
        setters.push(`pod or ${named(silent)} must set securityContext.runAsNonRoot=true`)
      }
      return setters.length > 0 ? { reason: 'runAsNonRoot != true', detail: setters.join('; ') } : undefined
    },
  },
  {
    level: 'restricted',
    find({ spec }) {
      const bad = containersOf(spec).filter(({ securityContext }) => securityContext?.runAsUser === 0)
      const setters = [...(spec.securityContext?.runAsUser === 0 ? ['pod'] : []), ...(bad.length > 0 ? [named(bad)] : [])]
      return setters.length > 0 ? { reason: 'runAsUser=0', detail: `${setters.join(' and ')} must not set runAsUser=0` } : undefined
    },
  },
  {
    level: 'baseline',
    find({ spec }) {
      const options = [spec, ...containersOf(spec)].map(({ securityContext }) => securityContext?.seLinuxOptions)
      const types = unique(options.map((each) => each?.type ?? '').filter((type) => !SELINUX_TYPES.includes(type)))
      const set = options.some((each) => each?.user) || options.some((each) => each?.role)
      return types.length > 0 || set
        ? {
            reason: 'seLinuxOptions',
            detail: [...(types.length > 0 ? [`type ${quoted(types)}`] : []), ...(set ? ['user or role may not be set'] : [])].join('; '),
          }
        : undefined
    },
  },
  {
    level: 'restricted',
    find({ spec }) {
      if (spec.os?.name === 'windows') return undefined
      const allowed = ['RuntimeDefault', 'Localhost']
      const podType = spec.securityContext?.seccompProfile?.type
      const explicit = containersOf(spec).filter(
        ({ securityContext }) => securityContext?.seccompProfile && !allowed.includes(securityContext.seccompProfile.type),
      )
      const silent = containersOf(spec).filter(({ securityContext }) => !securityContext?.seccompProfile)
      const setters = [
        ...(podType !== undefined && !allowed.includes(podType) ? ['pod'] : []),
        ...(explicit.length > 0 ? [named(explicit)] : []),
      ]
      if (setters.length > 0) return mustNotBeUnconfined(setters)
      if (podType !== undefined || silent.length === 0) return undefined
      return {
        reason: 'seccompProfile',
        detail: `pod or ${named(silent)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`,
      }
    },
  },
  {
    level: 'baseline',
    replaced: true,
    find({ spec }) {
      const isUnconfined = ({ securityContext }: { readonly securityContext?: { readonly seccompProfile?: SeccompProfile } }) =>
        securityContext?.seccompProfile?.type === 'Unconfined'
      const containers = containersOf(spec).filter(isUnconfined)
      const setters = [...(isUnconfined(spec) ? ['pod'] : []), ...(containers.length > 0 ? [named(containers)] : [])]
      return setters.length > 0 ? mustNotBeUnconfined(setters) : undefined
    },
  },
  {
    level: 'baseline',
    find({ spec }) {
      const bad = unique((spec.securityContext?.sysctls ?? []).map(({ name }) => name).filter((name) => !SAFE_SYSCTLS.includes(name)))
      return bad.length > 0 ? { reason: 'forbidden sysctls', detail: bad.join(', ') } : undefined
    },
  },
  {
    level: 'baseline',
    find({ spec }) {
      const isHostProcess = [spec, ...containersOf(spec)].some(({ securityContext }) => securityContext?.windowsOptions?.hostProcess)
      return isHostProcess
        ? { reason: 'hostProcess', detail: 'pod and containers must not set securityContext.windowsOptions.hostProcess=true' }
        : undefined
    },
  },
]

export type Level = 'privileged' | 'baseline' | 'restricted'

/** What a Pod breaks of a level, as the message lists it: `privileged (container "c" must not …), hostPort (…)`; empty when it fits. */
export function violations(level: Level, pod: PodTemplate): string {
  if (level === 'privileged') return ''
  const baseline = CHECKS.filter((check) => check.level === 'baseline' && !(check.replaced && level === 'restricted'))
  const restricted = level === 'restricted' ? CHECKS.filter((check) => check.level === 'restricted') : []
  return [...baseline, ...restricted]
    .flatMap(({ find }) => find(pod) ?? [])
    .map(({ reason, detail }) => `${reason} (${detail})`)
    .join(', ')
}
