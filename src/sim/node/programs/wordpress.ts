import { makeDirectory, stat, write, writeFile } from '../os/calls'
import { SyscallError, type Program } from '../os/syscalls'
import { serveHttp } from './http-server'
import { ask } from './mysql/protocol'

const ROOT = '/var/www/html'
const files = ['index.php', 'license.txt', 'readme.html', 'wp-activate.php', 'wp-blog-header.php', 'wp-config.php', 'wp-cron.php', 'wp-config-sample.php', 'wp-load.php', 'wp-login.php', 'wp-settings.php', 'xmlrpc.php'] // prettier-ignore

/** WordPress behind Apache, as far as a new site goes: it copies itself into its folder, needs its database, and shows the installation page. */
export const wordpress: Program = function* (self) {
  if ((yield* stat(`${ROOT}/index.php`)) === undefined) {
    yield* write(2, `WordPress not found in ${ROOT} - copying now...\n`)
    for (const name of files) yield* writeFile(`${ROOT}/${name}`, '<?php\n')
    for (const folder of ['wp-admin', 'wp-content', 'wp-includes']) yield* makeDirectory(`${ROOT}/${folder}`, { parents: true })
    yield* write(2, `Complete! WordPress has been successfully copied to ${ROOT}\n`)
  }
  const { WORDPRESS_DB_HOST = 'mysql', WORDPRESS_DB_USER = 'root', WORDPRESS_DB_PASSWORD = '' } = self.env
  return yield* serveHttp({
    self,
    ports: [80],
    stopOn: ['SIGTERM', 'SIGWINCH', 'SIGINT'],
    slow: () => true,
    *handle({ path, headers }) {
      const head = { Server: 'Apache/2.4.65 (Debian)', 'X-Powered-By': 'PHP/8.2.29', 'Content-Type': 'text/html; charset=UTF-8' }
      const [host = '', port = '3306'] = WORDPRESS_DB_HOST.split(':')
      let reached = false
      try {
        const reply = yield* ask(host, Number(port), {
          ask: 'run',
          user: WORDPRESS_DB_USER,
          password: WORDPRESS_DB_PASSWORD,
          database: undefined,
          sql: 'SELECT 1',
        })
        reached = 'answers' in reply && !reply.refusal
      } catch (error) {
        if (!(error instanceof SyscallError)) throw error
      }
      if (!reached) return { status: 500, headers: head, body: page('Database Error', '<h1>Error establishing a database connection</h1>') }
      if (path === '/wp-admin/install.php')
        return {
          status: 200,
          headers: head,
          body: page(
            'WordPress &rsaquo; Installation',
            '<h1>Welcome</h1>\n<p>Welcome to the famous five-minute WordPress installation process!</p>',
          ),
        }
      return { status: 302, headers: { ...head, Location: `http://${headers.host ?? self.hostname}/wp-admin/install.php` }, body: '' }
    },
  })
}

const page = (title: string, body: string) =>
  `<!DOCTYPE html>\n<html lang="en-US">\n<head>\n<meta name="viewport" content="width=device-width" />\n<title>${title}</title>\n</head>\n<body class="wp-core-ui">\n${body}\n</body>\n</html>\n`
