/** The names of a path, without those that mean where one is. */
export const split = (path: string) => path.split('/').filter((part) => part !== '' && part !== '.')

/** `path` made absolute and free of `.` and `..` (without looking at links). */
export function normalise(path: string, cwd: string): string {
  if (isNormal(path)) return path
  // A directory with a slash at its end, as servers ask for it.
  const bare = path.slice(0, -1)
  if (path.endsWith('/') && isNormal(bare)) return bare
  const out: string[] = []
  for (const part of split(path.startsWith('/') ? path : `${cwd}/${path}`)) {
    if (part === '..') out.pop()
    else out.push(part)
  }
  return `/${out.join('/')}`
}

const SLASH = 47
const DOT = 46

/** Whether an absolute path is as `normalise` would make it; a name that begins with a dot counts as one that is not. */
function isNormal(path: string): boolean {
  let before = 0
  for (let i = 0; i < path.length; i++) {
    const code = path.charCodeAt(i)
    if (i === 0 ? code !== SLASH : before === SLASH && (code === SLASH || code === DOT)) return false
    before = code
  }
  return before !== SLASH && path !== ''
}
