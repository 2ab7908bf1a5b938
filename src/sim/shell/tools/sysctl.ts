import { listDirectory, readFile, stat, write, writeFile } from '../../node/os/calls'
import type { Proc } from '../../node/os/syscalls'
import { tool } from './tool'

const ROOT = '/proc/sys'

/** `sysctl [-n] NAME…`, `sysctl -a`, `sysctl -w NAME=VALUE`: kernel parameters, which are files under /proc/sys. */
export const sysctl = tool(function* ({ name: self }, args) {
  const bare = args.includes('-n')
  const all = args.includes('-a') || args.includes('-A')
  const names = all ? yield* parametersBelow(ROOT) : args.filter((word) => !word.startsWith('-'))
  let code = 0
  for (const word of names) {
    const [, name = '', value] = /^([^=]+?)(?:=(.*))?$/.exec(word) ?? []
    const path = `${ROOT}/${name.replaceAll('.', '/')}`
    if ((yield* stat(path))?.type !== 'file') {
      yield* write(2, `${self}: cannot stat ${path}: No such file or directory\n`)
      code = 1
      continue
    }
    if (value !== undefined) yield* writeFile(path, `${value}\n`)
    const text = (yield* readFile(path)).trimEnd()
    yield* write(1, bare ? `${text}\n` : `${name} = ${text}\n`)
  }
  return code
})

function* parametersBelow(folder: string): Proc<readonly string[]> {
  if ((yield* stat(folder))?.type !== 'directory') return []
  const names: string[] = []
  for (const entry of yield* listDirectory(folder)) {
    const path = `${folder}/${entry}`
    if ((yield* stat(path))?.type === 'file') names.push(path.slice(ROOT.length + 1).replaceAll('/', '.'))
    else names.push(...(yield* parametersBelow(path)))
  }
  return names
}
