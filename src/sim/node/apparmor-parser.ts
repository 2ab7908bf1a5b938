import { APPARMOR_PROFILES, APPARMOR_TEXTS } from './kubelet/security-profiles'
import { readAll, readFile, write } from './os/calls'
import type { FileSystem } from './os/file-system'
import { SyscallError, type Proc } from './os/syscalls'

/** A profile's first line: `profile NAME flags=(…) {`, or a path or name before the brace alone. */
const HEAD = /^[ \t]*(?:profile[ \t]+)?("[^"]+"|[^\s#{]+)(?:[ \t]+\/\S+)?[ \t]*(?:flags[ \t]*=?[ \t]*\(([^)]*)\)[ \t]*)?\{/gm

/** `apparmor_parser [-a|-r|-R] [-q] [FILE…]`: gives the kernel of a host the profiles of files or of standard input, or takes them away. */
export function* apparmorParser(host: FileSystem, args: readonly string[]): Proc<number> {
  const files = args.filter((word) => !word.startsWith('-'))
  const removes = args.some((word) => word === '--remove' || /^-[a-zA-Z]*R/.test(word))
  const adds = !args.some((word) => word === '--replace' || /^-[a-zA-Z]*r/.test(word))
  const texts: string[] = []
  for (const path of files) {
    try {
      texts.push(yield* readFile(path))
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error
      yield* write(2, `File ${path} not found, skipping...\n`)
      return 1
    }
  }
  if (files.length === 0) texts.push(yield* readAll(0))
  const loaded = new Map([...host.read(APPARMOR_PROFILES).matchAll(/^(\S+) \((.*)\)$/gm)].map(([, name, mode]) => [name!, mode!] as const))
  for (const text of texts) {
    const profiles = [...text.matchAll(HEAD)]
    if (profiles.length === 0) {
      yield* write(2, `AppArmor parser error, in stdin line 1: syntax error, unexpected end of file\n`)
      return 1
    }
    for (const [at, { 1: quoted = '', 2: flags = '', index }] of profiles.entries()) {
      const name = quoted.replaceAll('"', '')
      if (removes ? !loaded.has(name) : adds && loaded.has(name)) {
        yield* write(
          2,
          removes
            ? `apparmor_parser: Unable to remove "${name}".  Profile doesn't exist\n`
            : `apparmor_parser: Unable to add "${name}".  Profile already exists\n`,
        )
        return 254
      }
      if (removes) loaded.delete(name)
      else loaded.set(name, flags.includes('complain') ? 'complain' : 'enforce')
      host.makeDirectory(APPARMOR_TEXTS, { parents: true })
      host.write(`${APPARMOR_TEXTS}/${name.replaceAll('/', '.')}`, removes ? '' : text.slice(index, profiles[at + 1]?.index))
    }
  }
  host.write(APPARMOR_PROFILES, [...loaded].map(([name, mode]) => `${name} (${mode})\n`).join(''))
  return 0
}
