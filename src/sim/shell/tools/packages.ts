import { makeDirectory, readFile, remove, stat, writeFile } from '../../node/os/calls'
import type { Proc } from '../../node/os/syscalls'

/** Packages that containers' package managers can fetch, and what becomes of their files. */

/** A package: the commands it brings, by its name in Debian; Alpine and Red Hat have names of their own for some. */
export interface Package {
  readonly tools: readonly string[]
  readonly version: string
  readonly kilobytes: number
  readonly elsewhere?: readonly string[]
}

const packages: Readonly<Record<string, Package>> = {
  curl: { tools: ['curl'], version: '7.88.1-10+deb12u14', kilobytes: 315 },
  wget: { tools: ['wget'], version: '1.21.3-1+deb12u1', kilobytes: 937 },
  procps: { tools: ['ps', 'top', 'free', 'uptime', 'watch', 'pgrep', 'pkill', 'kill'], version: '2:4.0.2-3', kilobytes: 709, elsewhere: ['procps-ng'] },
  'iputils-ping': { tools: ['ping'], version: '3:20221126-1+deb12u1', kilobytes: 47, elsewhere: ['iputils'] },
  dnsutils: { tools: ['dig', 'nslookup', 'host'], version: '1:9.18.33-1~deb12u2', kilobytes: 1_136, elsewhere: ['bind-tools', 'bind-utils', 'bind9-dnsutils', 'bind9-host', 'bind9-utils'] },
  'netcat-openbsd': { tools: ['nc', 'netcat'], version: '1.219-1', kilobytes: 41, elsewhere: ['netcat-traditional', 'netcat', 'nmap-ncat', 'nc', 'nmap'] },
  iproute2: { tools: ['ip', 'ss'], version: '6.1.0-3', kilobytes: 1_044, elsewhere: ['iproute'] },
  'net-tools': { tools: ['ifconfig', 'netstat', 'route'], version: '2.10-0.1+deb12u2', kilobytes: 243 },
  telnet: { tools: ['telnet'], version: '0.17+2.4-2+deb12u1', kilobytes: 29, elsewhere: ['inetutils-telnet', 'busybox-extras'] },
  psmisc: { tools: ['killall'], version: '23.6-1', kilobytes: 253 },
  tree: { tools: ['tree'], version: '2.1.0-1', kilobytes: 52 },
  jq: { tools: ['jq'], version: '1.6-2.1+deb12u1', kilobytes: 65 },
  vim: { tools: ['vi', 'vim'], version: '2:9.0.1378-2+deb12u2', kilobytes: 1_567, elsewhere: ['vim-tiny', 'vim-minimal', 'vim-enhanced'] },
  nano: { tools: ['nano'], version: '7.2-1+deb12u1', kilobytes: 690 },
  less: { tools: ['less'], version: '590-2.1~deb12u2', kilobytes: 132 },
  openssl: { tools: ['openssl'], version: '3.0.17-1~deb12u3', kilobytes: 1_434 },
  bc: { tools: ['bc'], version: '1.07.1-3+b1', kilobytes: 109 },
  bash: { tools: ['bash'], version: '5.2.15-2+b7', kilobytes: 1_491 },
  sudo: { tools: ['sudo'], version: '1.9.13p3-1+deb12u2', kilobytes: 1_889 },
  gawk: { tools: ['gawk', 'awk'], version: '1:5.2.1-2', kilobytes: 673 },
  xxd: { tools: ['xxd'], version: '2:9.0.1378-2+deb12u2', kilobytes: 84 },
  bsdextrautils: { tools: ['column', 'hexdump'], version: '2.38.1-5+deb12u3', kilobytes: 87, elsewhere: ['bsdmainutils', 'util-linux'] },
  moreutils: { tools: ['sponge'], version: '0.67-1', kilobytes: 76 },
  'ca-certificates': { tools: [], version: '20230311+deb12u1', kilobytes: 155 },
  'redis-tools': { tools: ['redis-cli'], version: '5:7.0.15-1~deb12u5', kilobytes: 989, elsewhere: ['redis'] },
  'default-mysql-client': { tools: ['mysql', 'mysqladmin'], version: '1.1.0', kilobytes: 3_134, elsewhere: ['mysql-client', 'mariadb-client'] },
  'postgresql-client': { tools: ['psql', 'pg_isready'], version: '15+248', kilobytes: 10, elsewhere: ['postgresql'] },
  stress: { tools: ['stress'], version: '1.0.7-1', kilobytes: 21, elsewhere: ['stress-ng'] },
  'amqp-tools': { tools: ['amqp-declare-queue', 'amqp-delete-queue', 'amqp-publish', 'amqp-get', 'amqp-consume'], version: '0.11.0-1+deb12u1', kilobytes: 38, elsewhere: ['rabbitmq-c-tools', 'librabbitmq-tools', 'rabbitmq-c-utils'] },
  tcpdump: { tools: ['tcpdump'], version: '4.99.3-1', kilobytes: 478 },
  lsof: { tools: ['lsof'], version: '4.95.0-1', kilobytes: 318 },
  python3: { tools: ['python3'], version: '3.11.2-1+b1', kilobytes: 26 },
} // prettier-ignore

/** Programs of images that a package brings, by the names of image files. */
const programs: Readonly<Record<string, string>> = {
  'redis-cli': 'redis-cli/7.0.15',
  mysql: 'mysql-client/8.0.0',
  mysqladmin: 'mysql-client/8.0.0',
  psql: 'psql/15.0',
  pg_isready: 'pg_isready/15.0',
  python3: 'python3/3.11.2',
}

/** A package as a manager found it: under the name it was asked by. */
export interface NamedPackage extends Package {
  readonly name: string
}

/** The package of that name; undefined when no distribution here has one. */
export const packageNamed = (name: string): NamedPackage | undefined => {
  const own = Object.hasOwn(packages, name) ? name : Object.keys(packages).find((one) => packages[one]!.elsewhere?.includes(name))
  return own === undefined ? undefined : { ...packages[own]!, name }
}

/** Where a manager keeps which packages are there: a file each, as dpkg does. */
export type Records = '/var/lib/dpkg/info' | '/lib/apk/db' | '/var/lib/rpm'

const recordOf = (records: Records, name: string) => `${records}/${name}.list`

/** Whether a package is there: fetched earlier, or (busybox's applets aside) its commands came with the image. */
export function* isInstalled(records: Records, { name, tools }: NamedPackage): Proc<boolean> {
  if (yield* stat(recordOf(records, name))) return true
  if (records === '/lib/apk/db' || tools.length === 0) return false
  for (const tool of tools) if (!(yield* stat(`/usr/bin/${tool}`)) && !(yield* stat(`/bin/${tool}`))) return false
  return true
}

/** Puts a package's commands where they are found; a file says which program it is. */
export function* unpack(records: Records, { name, tools }: NamedPackage): Proc {
  for (const tool of tools) yield* writeFile(`/usr/bin/${tool}`, `\x7fELF ${programs[tool] ?? tool}\n`, 0o755)
  yield* makeDirectory(records, { parents: true })
  yield* writeFile(recordOf(records, name), tools.map((tool) => `/usr/bin/${tool}\n`).join(''))
}

/** Takes a package's commands away again: those it was recorded with, or those the image brought. */
export function* uninstall(records: Records, { name, tools }: NamedPackage): Proc {
  const record = recordOf(records, name)
  const recorded = (yield* stat(record)) !== undefined
  const files = recorded
    ? [...(yield* readFile(record)).split('\n'), record]
    : tools.flatMap((tool) => [`/usr/bin/${tool}`, `/bin/${tool}`])
  for (const file of files) if (file !== '' && (yield* stat(file))) yield* remove(file)
}
