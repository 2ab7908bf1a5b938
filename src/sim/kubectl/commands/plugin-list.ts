import { findCommand } from '../command-tree'
import { CommandError } from '../errors'
import { findPlugins } from '../plugins'
import { err, out, type Command } from '../session'

/** `kubectl plugin list`: the plug-ins on PATH, and what keeps some of them from being used. */
export const pluginList: Command = {
  *run({ self, flags }) {
    const { plugins, unreadable } = yield* findPlugins(self)
    for (const { folder, why } of unreadable) yield* err(`Unable to read directory "${folder}" from your PATH: open ${folder}: ${why}. Skipping...\n`) // prettier-ignore
    if (plugins.length === 0) throw new CommandError('unable to find any kubectl plugins in your PATH')
    yield* out('The following compatible plugins are available:\n\n')
    const seen = new Map<string, string>()
    let warnings = 0
    for (const { path, executable } of plugins) {
      const name = path.slice(path.lastIndexOf('/') + 1)
      yield* out(`${flags.bool('name-only') ? name : path}\n`)
      const command = findCommand(name.split('-').slice(1))
      const problems = [
        ...(command.unknown === undefined ? [`warning: ${name} overwrites existing command: "kubectl ${command.path}"`] : []),
        ...(executable ? [] : [`warning: ${path} identified as a kubectl plugin, but it is not executable`]),
        ...(executable && seen.has(name) ? [`warning: ${path} is overshadowed by a similarly named plugin: ${seen.get(name)}`] : []),
      ]
      if (executable && !seen.has(name)) seen.set(name, path)
      for (const problem of problems) yield* err(`  - ${problem}\n`)
      warnings += problems.length
    }
    if (warnings === 1) throw new CommandError('one plugin warning was found')
    if (warnings > 1) throw new CommandError(`${warnings} plugin warnings were found`)
  },
}
