import type { Proc, Program, Self } from '../node/os/syscalls'
import { SyscallError } from '../node/os/syscalls'
import { useCpu, write } from '../node/os/calls'
import { commandSpec, findCommand, ownsFlag, rootSpec } from './command-tree'
import { commands } from './commands'
import { ApiError, CommandError, ErrorList, Exit, report } from './errors'
import { parseFlags } from './flags'
import { completeCommand } from './completing'
import { applyPreferences } from './kuberc'
import { printHelp } from './help'
import { runPlugin } from './plugins'
import { PrintedError } from './printers/go-template'
import { log, verbosity, type Kubectl } from './session'

/** A real kubectl needs this long before it sends its first request: controllers have reacted by then to what came before. */
const START_MS = 40

/** The command-line client: a REST client whose only ways out are system calls. Ends with the real one's exit codes. */
export const kubectl: Program = function* (self) {
  const [, first, ...more] = self.argv
  const completing = first === '__complete' || first === '__completeNoDesc'
  // Nobody waits for the Tab key as they do for a command.
  if (!completing) yield* useCpu(START_MS)
  try {
    return completing ? yield* completeCommand(self, more, first === '__complete') : yield* runKubectl(self)
  } catch (error) {
    if (error instanceof PrintedError) yield* write(1, error.stdout)
    const said = reportAny(error)
    if (said.text) yield* write(2, said.text)
    return said.code
  }
}

/** Says any failure in kubectl's words; a closed pipe is no failure worth words; bugs go on upwards. */
function reportAny(error: unknown): { text: string; code: number } {
  if (error instanceof SyscallError) {
    if (error.code === 'EPIPE') return { text: '', code: 141 }
    return { text: `error: ${error.message.toLowerCase()}\n`, code: 1 }
  }
  if (error instanceof Error && ['CommandError', 'ApiError', 'ConnectionError', 'ErrorList', 'Exit'].includes(error.name))
    return report(error)
  if (error instanceof Exit) return report(error)
  throw error
}

/** From -v=4 on, refusals of the server are shown in full before they are told in a sentence. */
function* tracingRefusals<T>(kubectl: Kubectl, work: Proc<T>): Proc<T> {
  try {
    return yield* work
  } catch (error) {
    if (verbosity(kubectl) >= 4)
      for (const each of error instanceof ErrorList ? error.errors : [error])
        if (each instanceof ApiError)
          yield* log(kubectl, 'I', 'helpers.go:246', `server response object: %s[${JSON.stringify(each.status, null, 2)}]`)
    throw error
  }
}

/** Commands that only group others and count being called alone, or with anything, as a wish for help. */
const lenient = ['', 'certificate']

function* runKubectl(self: Self): Proc<number> {
  const { words, preference } = yield* applyPreferences(self, self.argv.slice(1))
  const { path, rest, unknown } = findCommand(words)
  const firstWord = words.find((word) => !word.startsWith('-'))
  // `help` itself is no command yet when plug-ins are looked for.
  if ((unknown !== undefined || path === 'help') && firstWord !== 'help') {
    const code = yield* runPlugin(self, words)
    if (code !== undefined) return code
  }
  if (unknown !== undefined) throw new CommandError(unknown)
  // `kubectl create` alone leaves room for subcommands from plug-ins.
  if (path === 'create' && rest[0] !== undefined && !rest[0].startsWith('-')) {
    const code = yield* runPlugin(self, words, words.length - rest.length + 1)
    if (code !== undefined) return code
  }
  const usage = `kubectl${path ? ` ${path}` : ''}`
  const parsed = parseFlags(commandSpec(path).allFlags, rest, usage)
  const kubectl: Kubectl = { ...parsed, self, path, known: { warnings: new Set(), warningCount: 0, preference } }
  for (const flag of commandSpec(path).allFlags)
    if (flag.deprecated && parsed.flags.changed(flag.name)) yield* write(2, `Flag --${flag.name} has been deprecated, ${flag.deprecated}\n`)
  if (parsed.flags.bool('help')) {
    if (path !== 'options') yield* printHelp(self, path, 1)
    return 0
  }
  const command = commands[path]
  if (!command) {
    const { subcommands } = commandSpec(path).spec
    if (!lenient.includes(path) && parsed.args.length > 0 && subcommands.length > 0)
      throw new CommandError(`unknown command ${JSON.stringify(parsed.args.join(' '))}\nSee '${usage} -h' for help and examples`)
    yield* printHelp(self, path, lenient.includes(path) || path === 'rollout' ? 1 : 2)
    return lenient.includes(path) ? 0 : 1
  }
  const profile = ownsFlag(path, 'profile') ? 'none' : parsed.flags.text('profile')
  if (!['none', 'cpu', 'heap', 'goroutine', 'threadcreate', 'block', 'mutex'].includes(profile))
    throw new CommandError(`unknown profile '${profile}'`)
  const absent = (command.required ?? []).filter((name) => !parsed.flags.changed(name))
  if (absent.length) throw new CommandError(`required flag(s) ${absent.map((name) => `"${name}"`).join(', ')} not set`)
  const code = yield* tracingRefusals(kubectl, command.run(kubectl))
  if (kubectl.flags.bool('warnings-as-errors') && kubectl.known.warningCount > 0) {
    const count = kubectl.known.warningCount
    throw new CommandError(`${count} warning${count === 1 ? '' : 's'} received`)
  }
  return code ?? 0
}

export { rootSpec }
