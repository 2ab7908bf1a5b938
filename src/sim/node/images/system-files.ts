import { directory, file, type FileNode } from '../os/file-nodes'
import type { ToolSet } from './image'

/** Where every container has something mounted; made once an image, not once a container. */
const MOUNT_POINTS = ['/proc', '/dev', '/sys/fs/cgroup', '/etc', '/var/run/secrets/kubernetes.io/serviceaccount']
const mountPoints = () => Object.fromEntries(MOUNT_POINTS.map((path) => [path, directory()]))

const passwd = (shell: string, more = '') =>
  file(
    `root:x:0:0:root:/root:${shell}\ndaemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\nwww-data:x:33:33:www-data:/var/www:/usr/sbin/nologin\n${more}nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n`,
  )
const group = file('root:x:0:\ndaemon:x:1:\ntty:x:5:\nwww-data:x:33:\nnogroup:x:65534:\n')
/** In busybox' and Alpine's files root belongs to groups besides its own: `id` shows them. */
const busyboxGroup = file('root:x:0:\ndaemon:x:1:\ntty:x:5:\nwheel:x:10:root\nwww-data:x:33:\nnogroup:x:65534:\n')
const alpineGroup = file(
  'root:x:0:root\nbin:x:1:root,bin,daemon\ndaemon:x:2:root,bin,daemon\nsys:x:3:root,bin\nadm:x:4:root,daemon\ntty:x:5:\ndisk:x:6:root\nwheel:x:10:root\nfloppy:x:11:root\ndialout:x:20:root\ntape:x:26:root\nvideo:x:27:root\nwww-data:x:82:\nnogroup:x:65533:\nnobody:x:65534:\n',
)

/** The directories and accounts every distribution has. */
export const baseFiles = (osRelease: string, shell = '/bin/sh', accounts = ''): Record<string, FileNode> => ({
  ...mountPoints(),
  '/etc/passwd': passwd(shell, accounts),
  '/etc/group': osRelease.includes('ID=alpine') ? alpineGroup : group,
  '/etc/os-release': file(osRelease),
  '/root': directory({}, 0o700),
  '/tmp': directory({}, 0o1777),
  '/var/log': directory(),
  '/home': directory(),
  '/opt': directory(),
  '/srv': directory(),
  '/mnt': directory(),
  '/run': directory(),
  // Every folder of PATH exists, so that looking a command up finds nothing rather than failing.
  ...Object.fromEntries(['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'].map((path) => [path, directory()])),
})

export const debianRelease = (version: string, name: string) =>
  `PRETTY_NAME="Debian GNU/Linux ${version} (${name})"\nNAME="Debian GNU/Linux"\nVERSION_ID="${version}"\nVERSION="${version} (${name})"\nVERSION_CODENAME=${name}\nID=debian\nHOME_URL="https://www.debian.org/"\n`
export const ubuntuRelease = (version: string, name: string) =>
  `PRETTY_NAME="Ubuntu ${version} LTS"\nNAME="Ubuntu"\nVERSION_ID="${version}"\nVERSION="${version} LTS (${name})"\nVERSION_CODENAME=${name.toLowerCase().split(' ')[0]}\nID=ubuntu\nID_LIKE=debian\n`
export const alpineRelease = (version: string) =>
  `NAME="Alpine Linux"\nID=alpine\nVERSION_ID=${version}\nPRETTY_NAME="Alpine Linux v${version.split('.').slice(0, 2).join('.')}"\n`
export const rpmRelease = (id: string, name: string, version: string) =>
  `NAME="${name}"\nVERSION="${version}"\nID="${id}"\nID_LIKE="rhel fedora"\nVERSION_ID="${version}"\nPRETTY_NAME="${name} ${version}"\n`

/** What a tool set brings along besides the tools, for images that do not say better. */
export const systemFiles: Readonly<Record<ToolSet, () => Record<string, FileNode>>> = {
  busybox: () => ({ ...baseFiles(''), '/etc/group': busyboxGroup }),
  alpine: () => baseFiles(alpineRelease('3.22.2')),
  debian: () => baseFiles(debianRelease('12', 'bookworm'), '/bin/bash', 'nginx:x:101:101:nginx user:/nonexistent:/bin/false\n'),
  redhat: () => baseFiles(rpmRelease('rhel', 'Enterprise Linux', '9'), '/bin/bash'),
  host: () => baseFiles(debianRelease('12', 'bookworm'), '/bin/bash'),
  none: () => ({
    ...mountPoints(),
    '/etc/passwd': passwd('/sbin/nologin', 'nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n'),
    '/etc/group': group,
    '/tmp': directory({}, 0o1777),
  }),
}
