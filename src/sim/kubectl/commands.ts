import type { Command } from './session'
import { apiResources } from './commands/api-resources'
import { apiVersions } from './commands/api-versions'
import { apply } from './commands/apply'
import { create } from './commands/create'
import { createDeployment } from './commands/create-deployment'
import { deleteCommand } from './commands/delete'
import { get } from './commands/get'
import { version } from './commands/version'

/** Every command by its path. A command is one file under commands/, registered here. */
export const commands: Readonly<Record<string, Command>> = {
  'api-resources': apiResources,
  'api-versions': apiVersions,
  apply,
  create,
  'create deployment': createDeployment,
  delete: deleteCommand,
  get,
  version,
}
