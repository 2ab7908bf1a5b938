import { directory, file, generatedFile, link, type DirectoryEntry, type FileNode } from '../os/file-nodes'
import type { Credentials } from '../os/file-system'
import type { Machine } from '../os/machine'
import type { ContainerConfig } from './container'

/** What the kernel enforces on the processes of a container. */
export interface Confinement {
  /** Names without CAP_, added to and taken from the runtime's own list; `ALL` stands for every one. */
  readonly add: readonly string[]
  readonly drop: readonly string[]
  readonly privileged: boolean
  readonly noNewPrivileges: boolean
  readonly seccomp: boolean
  /** `cri-containerd.apparmor.d (enforce)` */
  readonly appArmor: string
  /** Paths that profile keeps everybody from writing to. */
  readonly deniedWrites?: readonly RegExp[]
  /** In a user namespace of its own: root of the container is nobody on the host. */
  readonly ownUsers: boolean
  /** Kernel parameters of the Pod: `kernel.shm_rmid_forced` → `0`. */
  readonly sysctls: Readonly<Record<string, string>>
}

/** Of a container that asks for nothing: one object for all of them. */
const usualConfinement: Confinement = {
  add: [],
  drop: [],
  privileged: false,
  noNewPrivileges: false,
  seccomp: false,
  appArmor: 'cri-containerd.apparmor.d (enforce)',
  ownUsers: false,
  sysctls: {},
}

/** Files of /proc/1 that tell the rights of process 1, which all processes of a container share unless they give some up. */
export function rightsFiles({ who, confinement = usualConfinement }: ContainerConfig, machine: Machine): Record<string, FileNode> {
  const first = () => machine.processes().find(({ pid }) => pid === 1)?.argv[0] ?? ''
  const name = () => first().replace(/^.*\//, '')
  return {
    cgroup: file('0::/\n', 0o444),
    comm: generatedFile(() => `${name().slice(0, 15)}\n`),
    // To be listed; who opens one gets the descriptor itself (descriptorAt of devices.ts).
    fd: directory({ '0': link('/dev/null'), '1': link('pipe:[31415]'), '2': link('pipe:[31416]') }, 0o500),
    status: generatedFile(() => procStatus(name(), who, confinement)),
    uid_map: file(userMap(confinement), 0o444),
    gid_map: file(userMap(confinement), 0o444),
    attr: directory({ current: file(`${confinement.appArmor}\n`, 0o444) }),
    ns: directory({ user: link(confinement.ownUsers ? 'user:[4026532593]' : HOST_USERS) }),
  }
}

/** The kernel's capabilities; a name's place in the list is its bit. */
const capabilities =
  'CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE'.split(
    ' ',
  )
/** What containerd leaves to a container that asks for nothing. */
const usual =
  'CHOWN DAC_OVERRIDE FOWNER FSETID KILL SETGID SETUID SETPCAP NET_BIND_SERVICE NET_RAW SYS_CHROOT MKNOD AUDIT_WRITE SETFCAP'.split(' ')

type Asked = Pick<Confinement, 'add' | 'drop' | 'privileged'>

/** The capabilities of a container's root, without CAP_. */
function heldBy({ add, drop, privileged }: Asked): ReadonlySet<string> {
  const bare = (names: readonly string[]) => names.map((name) => name.toUpperCase().replace(/^CAP_/, ''))
  const [added, dropped] = [bare(add), bare(drop)]
  const start =
    privileged || added.includes('ALL') ? capabilities : dropped.includes('ALL') ? [] : usual.filter((name) => !dropped.includes(name))
  return new Set([...start, ...added])
}

/** Whether a container's root has a capability. */
export const holds = (asked: Asked, name: string): boolean => heldBy(asked).has(name)

/** The bounding set of a container as the hexadecimal mask that /proc shows. */
export function capabilityMask(asked: Asked): string {
  const held = heldBy(asked)
  const mask = capabilities.reduce((sum, name, bit) => (held.has(name) ? sum | (1n << BigInt(bit)) : sum), 0n)
  return mask.toString(16).padStart(16, '0')
}

/** /proc/1/status of a container, the lines people look at. */
function procStatus(name: string, who: Credentials, confinement: Confinement): string {
  const held = capabilityMask(confinement)
  // Programs of other users than root get no capabilities by being started.
  const effective = who.uid === 0 ? held : '0'.repeat(16)
  const gid = who.gids[0] ?? 0
  const four = (id: number) => Array.from({ length: 4 }, () => id).join('\t')
  return [
    `Name:\t${name}`, 'Umask:\t0022', 'State:\tS (sleeping)', 'Tgid:\t1', 'Ngid:\t0', 'Pid:\t1', 'PPid:\t0', 'TracerPid:\t0',
    `Uid:\t${four(who.uid)}`, `Gid:\t${four(gid)}`, 'FDSize:\t64', `Groups:\t${[...who.gids].sort((a, b) => a - b).join(' ')} `,
    'CapInh:\t0000000000000000', `CapPrm:\t${effective}`, `CapEff:\t${effective}`, `CapBnd:\t${held}`, 'CapAmb:\t0000000000000000',
    `NoNewPrivs:\t${confinement.noNewPrivileges ? 1 : 0}`, `Seccomp:\t${confinement.seccomp ? 2 : 0}`, `Seccomp_filters:\t${confinement.seccomp ? 1 : 0}`, '',
  ].join('\n') // prettier-ignore
}

/** The user namespace that a machine boots with: its number is the kernel's. */
export const HOST_USERS = 'user:[4026531837]'

/** Container ids above this are the host's of a user namespace; each Pod gets 65,536 of them. */
const FIRST_HOST_USER = 833_617_920

/** /proc/self/uid_map and gid_map. */
const userMap = ({ ownUsers }: Confinement): string => {
  const [host, count] = ownUsers ? [FIRST_HOST_USER, 65_536] : [0, 4_294_967_295]
  return `${'0'.padStart(10)} ${String(host).padStart(10)} ${String(count).padStart(10)}\n`
}

/** What a kernel says of the parameters that Pods may set, before they do. */
const parameters: Readonly<Record<string, string>> = {
  'kernel.hostname': '', 'kernel.shm_rmid_forced': '0', 'net.core.somaxconn': '4096', 'net.ipv4.ip_forward': '1', 'net.ipv4.ip_local_port_range': '32768\t60999', 'net.ipv4.ip_unprivileged_port_start': '0',
  'net.ipv4.ping_group_range': '0\t2147483647', 'net.ipv4.tcp_fin_timeout': '60', 'net.ipv4.tcp_keepalive_time': '7200', 'net.ipv4.tcp_syncookies': '1', 'vm.max_map_count': '65530', 'vm.overcommit_memory': '1',
} // prettier-ignore

/** /proc/sys: kernel parameters, a file each. */
export function parameterFiles({ confinement = usualConfinement }: Pick<ContainerConfig, 'confinement'>, hostname: string): DirectoryEntry {
  const root = directory()
  for (const [name, value] of Object.entries({ ...parameters, 'kernel.hostname': hostname, ...confinement.sysctls })) {
    const parts = name.split('.')
    const folder = parts.slice(0, -1).reduce((at, part) => {
      const next = at.entries.get(part) ?? directory()
      at.entries.set(part, next)
      return next as DirectoryEntry // parameters and folders of them never share a name
    }, root)
    folder.entries.set(parts.at(-1)!, file(`${value}\n`))
  }
  return root
}
