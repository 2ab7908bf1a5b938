import { listDirectory, stat } from '../../node/os/calls'
import { SyscallError, type Proc } from '../../node/os/syscalls'
import { isPattern, matchesPattern, unescapePattern } from '../pattern'

/** Paths that match a pattern, sorted; none when nothing does. Names that begin with a dot match only a pattern that does. */
export function* expandPath(pattern: string, options: { dotFiles?: boolean; ignoreCase?: boolean } = {}): Proc<string[]> {
  const segments = pattern.split(/\/+/)
  let found = ['']
  if (pattern.startsWith('/')) {
    segments.shift()
    found = ['/']
  }
  for (const [i, segment] of segments.entries()) {
    const last = i === segments.length - 1
    const next: string[] = []
    for (const base of found) {
      if (segment === '') next.push(base)
      else if (!isPattern(segment)) {
        const path = base + unescapePattern(segment)
        if (yield* stat(path, { follow: !last })) next.push(last ? path : `${path}/`)
      } else {
        for (const name of yield* namesIn(base || '.')) {
          if (name.startsWith('.') && !segment.startsWith('.') && !segment.startsWith('\\.') && !options.dotFiles) continue
          if (!matchesPattern(name, segment, options.ignoreCase)) continue
          if (last) next.push(base + name)
          else if ((yield* stat(base + name))?.type === 'directory') next.push(`${base}${name}/`)
        }
      }
    }
    found = next
  }
  return found.sort()
}

function* namesIn(directory: string): Proc<readonly string[]> {
  try {
    return yield* listDirectory(directory)
  } catch (error) {
    if (error instanceof SyscallError) return [] // unreadable, or no directory: nothing matches there
    throw error
  }
}
