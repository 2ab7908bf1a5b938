import { makeDirectory, random, readLink, realPath, stat, write, writeFile } from '../../node/os/calls'
import { SyscallError } from '../../node/os/syscalls'
import { trying } from './placing'
import { parseOptions, tool, ToolError } from './tool'

/** Tools on paths as text: basename, dirname, realpath, mktemp. */

export const join = (directory: string, name: string) => (directory.endsWith('/') ? directory + name : `${directory}/${name}`)

export const nameOf = (path: string) => path.replace(/\/+$/, '').replace(/^.*\//, '') || '/'

const parentOf = (path: string) => path.replace(/\/+$/, '').replace(/\/?[^/]*$/, '') || (path.startsWith('/') ? '/' : '.')

export const basename = tool(function* (context, args) {
  const options = parseOptions(context, args, { short: 'as:z', long: { multiple: 'a', 'suffix=': 's' } })
  const { operands } = options
  if (operands.length === 0) throw new ToolError(`missing operand\nTry 'basename --help' for more information.`)
  const many = options.has('a') || options.has('s')
  const suffix = options.get('s') ?? (many ? '' : (operands[1] ?? ''))
  for (const path of many ? operands : operands.slice(0, 1)) {
    const name = nameOf(path)
    yield* write(1, `${suffix !== '' && name !== suffix && name.endsWith(suffix) ? name.slice(0, -suffix.length) : name}\n`)
  }
  return 0
})

export const dirname = tool(function* (context, args) {
  const options = parseOptions(context, args, { short: 'z' })
  if (options.operands.length === 0) throw new ToolError(`missing operand\nTry 'dirname --help' for more information.`)
  for (const path of options.operands) yield* write(1, `${parentOf(path)}\n`)
  return 0
})

export const realpath = tool(function* (context, args) {
  const options = parseOptions(context, args, { short: 'emsqfn' })
  let status = 0
  for (const path of options.operands) {
    if (context.name === 'readlink' && !options.has('f') && !options.has('e') && !options.has('m')) {
      if ((yield* stat(path, { follow: false }))?.type !== 'symlink') {
        status = 1
        continue
      }
      yield* write(1, `${yield* readLink(path)}${options.has('n') ? '' : '\n'}`)
      continue
    }
    status |= yield* trying(
      context,
      (error) => `${path}: ${error.message}`,
      function* () {
        let real: string
        try {
          real = yield* realPath(path)
        } catch (error) {
          if (!(error instanceof SyscallError) || options.has('e')) throw error
          real = join(yield* realPath(parentOf(path)), nameOf(path)) // only the last name may be missing
        }
        yield* write(1, `${real}\n`)
      },
    )
  }
  return status
})

export const mktemp = tool(function* (context, args) {
  const options = parseOptions(context, args, {
    short: 'dup:qt',
    long: { directory: 'd', 'dry-run': 'u', 'tmpdir=?': 'p', 'suffix=': 'S' },
  })
  const template = options.operands[0] ?? 'tmp.XXXXXXXXXX'
  const xs = /X{3,}(?!.*X{3,})/.exec(template)
  if (!xs) throw new ToolError(`too few X's in template ‘${template}’`)
  let filled = ''
  for (let i = 0; i < xs[0].length; i++)
    filled += 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'[Math.floor((yield* random()) * 62)]
  const name = template.slice(0, xs.index) + filled + template.slice(xs.index + xs[0].length) + (options.get('S') ?? '')
  const inTmp = options.operands.length === 0 || options.has('p') || options.has('t')
  const path = inTmp ? join(options.get('p') || context.env.TMPDIR || '/tmp', name) : name
  if (!options.has('u')) yield* options.has('d') ? makeDirectory(path, { mode: 0o700 }) : writeFile(path, '', 0o600)
  yield* write(1, `${path}\n`)
  return 0
})
