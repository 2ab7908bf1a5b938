import type { Command } from './session'
import { apiResources } from './commands/api-resources'
import { apiVersions } from './commands/api-versions'
import { get } from './commands/get'
import { version } from './commands/version'

/** Every command by its path. A command is one file under commands/, registered here. */
export const commands: Readonly<Record<string, Command>> = {
  'api-resources': apiResources,
  'api-versions': apiVersions,
  get,
  version,
}
