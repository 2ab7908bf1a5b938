import type { FileSystem } from './file-system'
import { normalise } from './paths'
import { SyscallError, type Program } from './syscalls'

/** Where programs are looked for when PATH is not set. */
export const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** What a command line is looked up in. */
export interface Loader {
  readonly files: FileSystem
  readonly programs: (name: string) => Program | undefined
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
}

/** A program's file says which program it is: a copy of it runs as well, and so does what a package manager wrote. */
const PROGRAM = /^\x7fELF (\S+)\n$/

/**
 * Finds what argv[0] stands for: a program, or the interpreter that a script's first line names. Refuses with ENOENT, EACCES (found, but not
 * executable) or ENOEXEC.
 */
export function load(loader: Loader, argv: readonly string[], depth = 0): { program: Program; argv: readonly string[] } {
  const { files, programs, env, cwd } = loader
  const name = argv[0] ?? ''
  const candidates = name.includes('/')
    ? [normalise(name, cwd)]
    : (env.PATH ?? DEFAULT_PATH).split(':').map((dir) => normalise(name, normalise(dir || '.', cwd)))
  let denied = false
  for (const path of candidates) {
    const stat = name === '' ? undefined : files.stat(path)
    if (!stat) continue
    if (stat.type !== 'file' || (stat.mode & 0o111) === 0) {
      denied = true
      continue
    }
    const node = files.look(path)
    if (node?.type !== 'file') continue
    const named = node.program ?? PROGRAM.exec(node.data)?.[1]
    if (named !== undefined) {
      const program = programs(named)
      if (!program) throw new SyscallError('ENOEXEC')
      return { program, argv }
    }
    const shebang = /^#!\s*(\S+)(?:[ \t]+(\S.*?))?[ \t]*(?:\n|$)/.exec(node.data)
    if (!shebang || depth > 4) throw new SyscallError('ENOEXEC')
    // The interpreter is handed the path as it was typed: it stands in its messages.
    const script = name.includes('/') ? name : path
    return load(loader, [shebang[1]!, ...(shebang[2] ? [shebang[2]] : []), script, ...argv.slice(1)], depth + 1)
  }
  throw new SyscallError(denied ? 'EACCES' : 'ENOENT')
}

/** The name that /etc/passwd has for a user id, or the id itself. */
export function passwdName(files: FileSystem, uid: number): string {
  const passwd = files.stat('/etc/passwd') ? files.read('/etc/passwd') : 'root:x:0:0:root:/root:/bin/sh\n'
  return accountField(passwd, uid, 'name') ?? String(uid)
}

/** What an account of a passwd file is called, or where it is at home; undefined when no account has the id. */
export function accountField(passwd: string, uid: number, field: 'name' | 'home'): string | undefined {
  return accountsIn(passwd).find((fields) => fields[2] === String(uid))?.[field === 'name' ? 0 : 5]
}

const parsed = new Map<string, readonly (readonly string[])[]>()
const MAX_PARSED = 100

/** The accounts of a passwd file, each as its fields. All containers of an image have the same file. */
export function accountsIn(passwd: string): readonly (readonly string[])[] {
  let accounts = parsed.get(passwd)
  if (accounts) return accounts
  accounts = passwd.split('\n').map((line) => line.split(':'))
  if (parsed.size >= MAX_PARSED) parsed.clear()
  parsed.set(passwd, accounts)
  return accounts
}
