import type { FileSystem } from '../os/file-system'
import { ProfileError, RefusedStart } from './security-profiles'

/** Paths that an AppArmor policy keeps processes from writing to, as patterns; only rules that begin with `deny` are looked at. */
export const deniedPatterns = (policy: string): readonly RegExp[] =>
  [...policy.matchAll(/^\s*deny\s+(\/\S*)\s+([a-z]*[wa][a-z]*)\s*,/gm)].map(([, glob]) => globPattern(glob!))

/** AppArmor's globs: `**` crosses slashes, `*` and `?` do not, braces hold alternatives. */
function globPattern(glob: string): RegExp {
  const text = glob.replace(/\*\*|[*?{},.+^$()|[\]\\]/g, (found) => {
    const pattern = ({ '**': '.*', '*': '[^/]*', '?': '[^/]', '{': '(?:', '}': ')', ',': '|' } as Record<string, string>)[found]
    return pattern ?? `\\${found}`
  })
  return new RegExp(`^${text}$`)
}

/** Loads a seccomp profile of the node's. Throws ProfileError when it is not there or cannot be read, RefusedStart when it lets nothing through. */
export function loadSeccomp(path: string, host: FileSystem): true {
  if (host.stat(path)?.type !== 'file') {
    throw new ProfileError(
      `failed to create containerd container: cannot load seccomp profile ${JSON.stringify(path)}: open ${path}: no such file or directory`,
    )
  }
  let parsed: { defaultAction?: unknown; syscalls?: readonly { names?: readonly string[]; action?: string }[] }
  try {
    parsed = JSON.parse(host.read(path)) as typeof parsed // every field is checked where it is used
  } catch {
    throw new ProfileError(
      `failed to create containerd container: cannot load seccomp profile ${JSON.stringify(path)}: decoding seccomp profile failed`,
    )
  }
  const refuses = parsed.defaultAction === 'SCMP_ACT_ERRNO' || String(parsed.defaultAction).startsWith('SCMP_ACT_KILL')
  const allowsExec = parsed.syscalls?.some(({ names, action }) => action === 'SCMP_ACT_ALLOW' && names?.includes('execve'))
  if (refuses && !allowsExec) {
    throw new RefusedStart(
      'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: error closing exec fds: open /proc/self/fd: operation not permitted',
    )
  }
  return true
}
