import type { FileSystem } from '../os/file-system'
import { normalise } from '../os/paths'
import { DEFAULT_PATH } from '../os/load'

/** What is left to run once an image's entrypoint script has done its part, and what the script says before. */
export interface Entry {
  readonly argv: readonly string[]
  readonly says: string
}

/**
 * Entrypoint scripts prepare something and then *replace themselves* with the command, so that the server is process 1 and gets the signals.
 * The row of such a script tells what it makes of its arguments.
 */
const scripts: Readonly<Record<string, (args: readonly string[], server: string, mayWrite: boolean) => Entry>> = {
  /** `exec-arguments/mongod`: flags alone, or a configuration file, are for that server. */
  'exec-arguments': (args, server) => ({ argv: server && /^-|\.conf$/.test(args[0] ?? '') ? [server, ...args] : args, says: '' }),
  'curl-entrypoint': (args) => ({ argv: args[0] === undefined || args[0].startsWith('-') ? ['curl', ...args] : args, says: '' }),
  'nginx-entrypoint': (args, _server, mayWrite) => ({
    argv: args,
    says: args[0] !== 'nginx' ? '' : mayWrite ? NGINX_PREPARATION : NGINX_PREPARATION_READ_ONLY,
  }),
}

/** The command that a container really runs: entrypoint scripts are stepped through, anything else stays as it is. `mayWrite`: to the image's files. */
export function entryCommand(argv: readonly string[], files: FileSystem, env: Readonly<Record<string, string>>, mayWrite: boolean): Entry {
  const name = argv[0] ?? ''
  const paths = name.includes('/') ? [normalise(name, '/')] : (env.PATH ?? DEFAULT_PATH).split(':').map((folder) => normalise(name, folder))
  for (const path of paths) {
    if (files.stat(path)?.type !== 'file') continue
    const node = files.look(path)
    const [program = '', server = ''] = (node?.type === 'file' ? node.program : undefined)?.split('/') ?? []
    return Object.hasOwn(scripts, program) ? scripts[program]!(argv.slice(1), server, mayWrite) : { argv, says: '' }
  }
  return { argv, says: '' }
}

/** One text for all containers that say it. */
const NGINX_PREPARATION = [
  '/docker-entrypoint.sh: /docker-entrypoint.d/ is not empty, will attempt to perform configuration',
  '/docker-entrypoint.sh: Looking for shell scripts in /docker-entrypoint.d/',
  '/docker-entrypoint.sh: Launching /docker-entrypoint.d/10-listen-on-ipv6-by-default.sh',
  '10-listen-on-ipv6-by-default.sh: info: Getting the checksum of /etc/nginx/conf.d/default.conf',
  '10-listen-on-ipv6-by-default.sh: info: Enabled listen on IPv6 in /etc/nginx/conf.d/default.conf',
  '/docker-entrypoint.sh: Sourcing /docker-entrypoint.d/15-local-resolvers.envsh',
  '/docker-entrypoint.sh: Launching /docker-entrypoint.d/20-envsubst-on-templates.sh',
  '/docker-entrypoint.sh: Launching /docker-entrypoint.d/30-tune-worker-processes.sh',
  '/docker-entrypoint.sh: Configuration complete; ready for start up\n',
].join('\n')

const NGINX_PREPARATION_READ_ONLY = NGINX_PREPARATION.replace(
  /^.*Getting the checksum.*\n.*Enabled listen.*$/m,
  '10-listen-on-ipv6-by-default.sh: info: can not modify /etc/nginx/conf.d/default.conf (read-only file system?)',
)
