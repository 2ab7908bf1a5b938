import { makeDirectory, readLine, sleep, stat, write, writeFile } from '../../node/os/calls'
import type { Proc } from '../../node/os/syscalls'
import { ToolError, tool, type Context } from './tool'

/** Package managers: what an image lacks can be fetched from its distribution, as people do in a container they look into. */

/** A package: the commands it brings, by its name in Debian; Alpine and Red Hat have names of their own for some. */
interface Package {
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
  iproute2: { tools: ['ip'], version: '6.1.0-3', kilobytes: 1_044, elsewhere: ['iproute'] },
  'net-tools': { tools: ['ifconfig'], version: '2.10-0.1+deb12u2', kilobytes: 243 },
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

const packageNamed = (name: string): (Package & { name: string }) | undefined => {
  const own = Object.hasOwn(packages, name) ? name : Object.keys(packages).find((one) => packages[one]!.elsewhere?.includes(name))
  return own === undefined ? undefined : { ...packages[own]!, name }
}

/** Puts a package's commands where they are found; a file says which program it is. */
function* unpack({ tools }: Package): Proc {
  for (const name of tools) yield* writeFile(`/usr/bin/${name}`, `\x7fELF ${programs[name] ?? name}\n`, 0o755)
}

/** Kilobytes a second that a mirror gives. */
const MIRROR_SPEED = 5_000

function mustBeRoot({ self }: Context, message: string, code = 100) {
  if (self.uid !== 0) throw new ToolError(`\x00${message}`, code)
}

const LISTS = '/var/lib/apt/lists'

/** apt and apt-get. */
export const apt = tool(function* (context, args) {
  const words = args.filter((word) => !word.startsWith('-'))
  const [verb, ...names] = words
  const agreed = args.some((word) => /^(-y|-yq|-qy|-qqy|-yqq|--yes|--assume-yes)$/.test(word))
  const quiet = args.some((word) => /^-(q|qq|yq|qy|qqy|yqq)$/.test(word))
  if (verb === undefined) {
    yield* write(1, 'apt 2.6.1 (amd64)\nUsage: apt-get [options] command\n')
    return 0
  }
  if (context.name === 'apt') yield* write(2, '\nWARNING: apt does not have a stable CLI interface. Use with caution in scripts.\n\n')
  if (verb === 'update') return yield* aptUpdate(context)
  if (['clean', 'autoclean', 'autoremove', 'upgrade', 'dist-upgrade', 'remove', 'purge'].includes(verb)) {
    if (verb !== 'clean') yield* write(1, 'Reading package lists... Done\nBuilding dependency tree... Done\n0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\n')
    return 0
  } // prettier-ignore
  if (verb !== 'install') throw new ToolError(`\x00E: Invalid operation ${verb}`, 100)
  return yield* aptInstall(context, names, agreed, quiet)
})

function* aptUpdate(context: Context): Proc<number> {
  mustBeRoot(context, 'E: Could not open lock file /var/lib/apt/lists/lock - open (13: Permission denied)')
  const parts = [
    ['bookworm InRelease', 151],
    ['bookworm-updates InRelease', 55.4],
    ['bookworm/main amd64 Packages', 8_791],
    ['bookworm-updates/main amd64 Packages', 6.9],
  ] as const
  for (const [i, [what, size]] of parts.entries()) {
    yield* sleep((size / MIRROR_SPEED) * 1000)
    yield* write(1, `Get:${i + 1} http://deb.debian.org/debian ${what} [${size.toLocaleString('en-US').replace(/,/g, '')} kB]\n`)
  }
  yield* makeDirectory(LISTS, { parents: true })
  yield* writeFile(`${LISTS}/deb.debian.org_debian_dists_bookworm_InRelease`, 'Suite: oldstable\n')
  yield* write(1, 'Fetched 9004 kB in 2s (5000 kB/s)\nReading package lists... Done\n')
  return 0
}

function* aptInstall(context: Context, names: readonly string[], agreed: boolean, quiet: boolean): Proc<number> {
  mustBeRoot(context, 'E: Could not open lock file /var/lib/dpkg/lock-frontend - open (13: Permission denied)')
  yield* write(1, 'Reading package lists... Done\nBuilding dependency tree... Done\nReading state information... Done\n')
  const listed = yield* stat(`${LISTS}/deb.debian.org_debian_dists_bookworm_InRelease`)
  const found = names.map((name) => (listed ? packageNamed(name) : undefined))
  const missing = names.filter((_, i) => !found[i])
  if (missing.length > 0) {
    for (const name of missing) yield* write(2, `E: Unable to locate package ${name}\n`)
    return 100
  }
  const wanted = found.filter((one) => one !== undefined)
  const kilobytes = wanted.reduce((sum, one) => sum + one.kilobytes, 0)
  yield* write(1, `The following NEW packages will be installed:\n  ${wanted.map(({ name }) => name).sort().join(' ')}\n0 upgraded, ${wanted.length} newly installed, 0 to remove and 0 not upgraded.\nNeed to get ${kilobytes} kB of archives.\nAfter this operation, ${kilobytes * 3} kB of additional disk space will be used.\n`) // prettier-ignore
  if (!agreed && !(yield* agrees(context))) {
    yield* write(1, 'Abort.\n')
    return 1
  }
  for (const [i, one] of wanted.entries()) {
    yield* sleep((one.kilobytes / MIRROR_SPEED) * 1000)
    yield* write(
      1,
      `Get:${i + 1} http://deb.debian.org/debian bookworm/main amd64 ${one.name} amd64 ${one.version} [${one.kilobytes} kB]\n`,
    )
  }
  yield* write(1, `Fetched ${kilobytes} kB in 0s (${MIRROR_SPEED} kB/s)\n`)
  if (!quiet) yield* write(2, 'debconf: delaying package configuration, since apt-utils is not installed\n')
  for (const one of wanted) {
    yield* write(1, `Selecting previously unselected package ${one.name}.\nPreparing to unpack .../${one.name}_${one.version.replace(':', '%3a')}_amd64.deb ...\nUnpacking ${one.name} (${one.version}) ...\n`) // prettier-ignore
    yield* unpack(one)
  }
  for (const one of wanted) yield* write(1, `Setting up ${one.name} (${one.version}) ...\n`)
  return 0
}

function* agrees({ self }: Context): Proc<boolean> {
  yield* write(1, 'Do you want to continue? [Y/n] ')
  const answer = yield* readLine(0)
  if (!self.isTty(0)) yield* write(1, '\n')
  return answer !== '' && /^(y|yes)?$/i.test(answer.trim())
}

/** Alpine's apk. */
export const apk = tool(function* (context, args) {
  const [verb, ...names] = args.filter((word) => !word.startsWith('-'))
  if (verb !== 'add' && verb !== 'update' && verb !== 'del') {
    yield* write(1, 'apk-tools 2.14.9, compiled for x86_64.\n\nusage: apk [<OPTIONS>...] COMMAND [<ARGUMENTS>...]\n')
    return verb === undefined ? 0 : 1
  }
  mustBeRoot(context, 'ERROR: Unable to lock database: Permission denied\nERROR: Failed to open apk database: Permission denied', 99)
  for (const part of ['main', 'community']) yield* write(1, `fetch https://dl-cdn.alpinelinux.org/alpine/v3.22/${part}/x86_64/APKINDEX.tar.gz\n`)
  if (verb === 'update') {
    yield* write(1, 'OK: 26326 distinct packages available\n')
    return 0
  }
  if (verb === 'del') return 0
  const found = names.map(packageNamed)
  const missing = names.filter((_, i) => !found[i])
  if (missing.length > 0) {
    yield* write(2, `ERROR: unable to select packages:\n${missing.map((name) => `  ${name} (no such package):\n    required by: world[${name}]\n`).join('')}`)
    return missing.length
  }
  const wanted = found.filter((one) => one !== undefined)
  for (const [i, one] of wanted.entries()) {
    yield* sleep((one.kilobytes / MIRROR_SPEED) * 1000)
    const version = one.version.replace(/^\d+:/, '').replace(/[-+~].*$/, '')
    yield* write(1, `(${i + 1}/${wanted.length}) Installing ${one.name} (${version}-r0)\n`)
    yield* unpack(one)
  }
  yield* write(1, `Executing busybox-1.37.0-r18.trigger\nOK: ${8 + wanted.length} MiB in ${16 + wanted.length} packages\n`)
  return 0
}) // prettier-ignore

/** Red Hat's yum, dnf and microdnf. */
export const yum = tool(function* (context, args) {
  const [verb, ...names] = args.filter((word) => !word.startsWith('-'))
  if (verb !== 'install') {
    yield* write(1, 'Complete!\n')
    return 0
  }
  mustBeRoot(context, 'Error: This command has to be run with superuser privileges (under the root user on most systems).', 1)
  const found = names.map(packageNamed)
  const missing = names.filter((_, i) => !found[i])
  if (missing.length > 0) {
    for (const name of missing) yield* write(1, `No match for argument: ${name}\n`)
    yield* write(2, `Error: Unable to find a match: ${missing.join(' ')}\n`)
    return 1
  }
  for (const one of found) {
    if (!one) continue
    yield* sleep((one.kilobytes / MIRROR_SPEED) * 1000)
    yield* unpack(one)
  }
  yield* write(1, `\nInstalled:\n${found.map((one) => `  ${one!.name}-${one!.version.replace(/^\d+:/, '').replace(/[-+~].*$/, '')}-1.x86_64\n`).join('')}\nComplete!\n`)
  return 0
}) // prettier-ignore
