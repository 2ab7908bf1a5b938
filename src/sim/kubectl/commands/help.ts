import { findCommand } from '../command-tree'
import { helpBody, optionsText, printHelp } from '../help'
import { err, out, type Command } from '../session'

/** `kubectl help COMMAND`: the same as `kubectl COMMAND --help`. */
export const help: Command = {
  *run({ self, args }) {
    const { path, unknown } = findCommand(args)
    if (unknown !== undefined) yield* err(`Unknown help topic [${args.map((word) => `\`${word}\``).join(' ')}]\n\n\n${helpBody('')}`)
    else if (path === 'alpha') yield* err(noAlpha)
    else if (path !== 'options') yield* printHelp(self, path, 1)
  },
}

/** `kubectl options`: the flags that every command takes. */
export const options: Command = {
  *run({ self }) {
    yield* out(optionsText(self))
  },
}

/** `kubectl alpha`: nothing is tried out in this release. */
export const alpha: Command = {
  *run() {
    yield* err(noAlpha)
  },
}
const noAlpha = 'No alpha commands are available in this version of kubectl\n'
