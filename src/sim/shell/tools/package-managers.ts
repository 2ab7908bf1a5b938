import { makeDirectory, readLine, sleep, stat, write, writeFile } from '../../node/os/calls'
import type { Proc } from '../../node/os/syscalls'
import { isInstalled, packageNamed, uninstall, unpack, type NamedPackage, type Records } from './packages'
import { ToolError, tool, type Context } from './tool'

/** Package managers: what an image lacks can be fetched from its distribution, as people do in a container they look into. */

/** Kilobytes a second that a mirror gives. */
const MIRROR_SPEED = 5_000

const fetching = ({ kilobytes }: NamedPackage) => sleep((kilobytes / MIRROR_SPEED) * 1000)
const isThere = <T>(one: T | undefined): one is T => one !== undefined
/** A version as Alpine and Red Hat write it: without Debian's epoch and revision. */
const upstream = ({ version }: NamedPackage) => version.replace(/^\d+:/, '').replace(/[-+~].*$/, '')

function mustBeRoot({ self }: Context, message: string, code = 100) {
  if (self.uid !== 0) throw new ToolError(`\x00${message}`, code)
}

/** Splits what was asked for into what is there and what is not yet. */
function* sorted(records: Records, wanted: readonly NamedPackage[]): Proc<{ there: NamedPackage[]; absent: NamedPackage[] }> {
  const there: NamedPackage[] = []
  const absent: NamedPackage[] = []
  for (const one of wanted) ((yield* isInstalled(records, one)) ? there : absent).push(one)
  return { there, absent }
}

// ---- Debian ----

const DPKG = '/var/lib/dpkg/info'
const LISTS = '/var/lib/apt/lists'
const RELEASE = `${LISTS}/deb.debian.org_debian_dists_bookworm_InRelease`

/** apt and apt-get. */
export const apt = tool(function* (context, args) {
  const [verb, ...names] = args.filter((word) => !word.startsWith('-'))
  const agreed = args.some((word) => /^(-y|-yq|-qy|-qqy|-yqq|--yes|--assume-yes)$/.test(word))
  const quiet = args.some((word) => /^-(q|qq|yq|qy|qqy|yqq)$/.test(word))
  if (verb === undefined) {
    yield* write(1, 'apt 2.6.1 (amd64)\nUsage: apt-get [options] command\n')
    return 0
  }
  if (context.name === 'apt') yield* write(2, '\nWARNING: apt does not have a stable CLI interface. Use with caution in scripts.\n\n')
  switch (verb) {
    case 'update':
      return yield* aptUpdate(context)
    case 'install':
      return yield* aptInstall(context, names, agreed, quiet)
    case 'remove':
    case 'purge':
      return yield* aptRemove(context, names, agreed)
    case 'upgrade':
    case 'dist-upgrade':
    case 'full-upgrade':
    case 'autoremove':
      // An image is as new as its mirror, and packages here need no others: there is never anything to do.
      yield* readLists(context)
      yield* write(1, `${verb === 'autoremove' ? '' : 'Calculating upgrade... Done\n'}0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\n`)
      return 0
    case 'clean':
    case 'autoclean':
      return 0
    default:
      throw new ToolError(`\x00E: Invalid operation ${verb}`, 100)
  }
}) // prettier-ignore

function* readLists(context: Context): Proc {
  mustBeRoot(context, 'E: Could not open lock file /var/lib/dpkg/lock-frontend - open (13: Permission denied)')
  yield* write(1, 'Reading package lists... Done\nBuilding dependency tree... Done\nReading state information... Done\n')
}

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
  yield* writeFile(RELEASE, 'Suite: oldstable\n')
  yield* write(1, 'Fetched 9004 kB in 2s (5000 kB/s)\nReading package lists... Done\n')
  return 0
}

/** The packages of those names, or undefined once it has said which are unknown. */
function* located(names: readonly string[]): Proc<NamedPackage[] | undefined> {
  const listed = yield* stat(RELEASE)
  const unknown = names.filter((name) => !listed || !packageNamed(name))
  for (const name of unknown) yield* write(2, `E: Unable to locate package ${name}\n`)
  return unknown.length > 0 ? undefined : names.map(packageNamed).filter(isThere)
}

const listOf = (some: readonly NamedPackage[]) => some.map(({ name }) => name).sort().join(' ') // prettier-ignore

function* aptInstall(context: Context, names: readonly string[], agreed: boolean, quiet: boolean): Proc<number> {
  yield* readLists(context)
  const found = yield* located(names)
  if (!found) return 100
  const { there, absent } = yield* sorted(DPKG, found)
  for (const { name, version } of there) yield* write(1, `${name} is already the newest version (${version}).\n`)
  const kilobytes = absent.reduce((sum, one) => sum + one.kilobytes, 0)
  if (absent.length > 0) yield* write(1, `The following NEW packages will be installed:\n  ${listOf(absent)}\n`)
  yield* write(1, `0 upgraded, ${absent.length} newly installed, 0 to remove and 0 not upgraded.\n`)
  if (absent.length === 0) return 0
  yield* write(1, `Need to get ${kilobytes} kB of archives.\nAfter this operation, ${kilobytes * 3} kB of additional disk space will be used.\n`)
  if (!agreed && !(yield* agrees(context))) return 1
  for (const [i, one] of absent.entries()) {
    yield* fetching(one)
    yield* write(1, `Get:${i + 1} http://deb.debian.org/debian bookworm/main amd64 ${one.name} amd64 ${one.version} [${one.kilobytes} kB]\n`)
  }
  yield* write(1, `Fetched ${kilobytes} kB in 0s (${MIRROR_SPEED} kB/s)\n`)
  if (!quiet) yield* write(2, 'debconf: delaying package configuration, since apt-utils is not installed\n')
  for (const one of absent) {
    yield* write(1, `Selecting previously unselected package ${one.name}.\nPreparing to unpack .../${one.name}_${one.version.replace(':', '%3a')}_amd64.deb ...\nUnpacking ${one.name} (${one.version}) ...\n`)
    yield* unpack(DPKG, one)
  }
  for (const one of absent) yield* write(1, `Setting up ${one.name} (${one.version}) ...\n`)
  return 0
} // prettier-ignore

function* aptRemove(context: Context, names: readonly string[], agreed: boolean): Proc<number> {
  yield* readLists(context)
  const unknown = names.filter((name) => !packageNamed(name))
  for (const name of unknown) yield* write(2, `E: Unable to locate package ${name}\n`)
  if (unknown.length > 0) return 100
  const { there, absent } = yield* sorted(DPKG, names.map(packageNamed).filter(isThere))
  for (const { name } of absent) yield* write(1, `Package '${name}' is not installed, so not removed\n`)
  if (there.length > 0) yield* write(1, `The following packages will be REMOVED:\n  ${listOf(there)}\n`)
  yield* write(1, `0 upgraded, 0 newly installed, ${there.length} to remove and 0 not upgraded.\n`)
  if (there.length === 0) return 0
  yield* write(1, `After this operation, ${there.reduce((sum, one) => sum + one.kilobytes * 3, 0)} kB disk space will be freed.\n`)
  if (!agreed && !(yield* agrees(context))) return 1
  for (const one of there) {
    yield* write(1, `Removing ${one.name} (${one.version}) ...\n`)
    yield* uninstall(DPKG, one)
  }
  return 0
}

/** Asks whether to go on; says `Abort.` when not. */
function* agrees({ self }: Context): Proc<boolean> {
  yield* write(1, 'Do you want to continue? [Y/n] ')
  const answer = yield* readLine(0)
  if (!self.isTty(0)) yield* write(1, '\n')
  const yes = answer !== '' && /^(y|yes)?$/i.test(answer.trim())
  if (!yes) yield* write(1, 'Abort.\n')
  return yes
}

// ---- Alpine ----

const APK = '/lib/apk/db'

/** Alpine's apk. */
export const apk = tool(function* (context, args) {
  const [verb, ...names] = args.filter((word) => !word.startsWith('-'))
  if (verb !== 'add' && verb !== 'update' && verb !== 'upgrade' && verb !== 'del') {
    yield* write(1, 'apk-tools 2.14.9, compiled for x86_64.\n\nusage: apk [<OPTIONS>...] COMMAND [<ARGUMENTS>...]\n')
    return verb === undefined ? 0 : 1
  }
  mustBeRoot(context, 'ERROR: Unable to lock database: Permission denied\nERROR: Failed to open apk database: Permission denied', 99)
  if (verb !== 'del') for (const part of ['main', 'community']) yield* write(1, `fetch https://dl-cdn.alpinelinux.org/alpine/v3.22/${part}/x86_64/APKINDEX.tar.gz\n`)
  if (verb === 'update') {
    yield* write(1, 'OK: 26326 distinct packages available\n')
    return 0
  }
  const unknown = verb === 'add' ? names.filter((name) => !packageNamed(name)) : []
  if (unknown.length > 0) {
    yield* write(2, `ERROR: unable to select packages:\n${unknown.map((name) => `  ${name} (no such package):\n    required by: world[${name}]\n`).join('')}`)
    return unknown.length
  }
  const { there, absent } = yield* sorted(APK, names.map(packageNamed).filter(isThere))
  const changed = verb === 'add' ? absent : verb === 'del' ? there : []
  for (const [i, one] of changed.entries()) {
    yield* write(1, `(${i + 1}/${changed.length}) ${verb === 'add' ? 'Installing' : 'Purging'} ${one.name} (${upstream(one)}-r0)\n`)
    if (verb === 'add') {
      yield* fetching(one)
      yield* unpack(APK, one)
    } else yield* uninstall(APK, one)
  }
  if (changed.length > 0) yield* write(1, 'Executing busybox-1.37.0-r18.trigger\n')
  const more = verb === 'add' ? changed.length : 0
  yield* write(1, `OK: ${8 + more} MiB in ${16 + more} packages\n`)
  return 0
}) // prettier-ignore

// ---- Red Hat ----

const RPM = '/var/lib/rpm'

/** Red Hat's yum, dnf and microdnf. */
export const yum = tool(function* (context, args) {
  const [verb, ...names] = args.filter((word) => !word.startsWith('-'))
  if (verb === undefined || !['install', 'remove', 'erase', 'update', 'upgrade', 'check-update', 'makecache', 'clean'].includes(verb)) {
    const text = verb === undefined ? 'usage: yum [options] COMMAND\n' : `No such command: ${verb}. Please use /usr/bin/${context.name} --help\n`
    yield* write(2, text)
    return 1
  }
  mustBeRoot(context, 'Error: This command has to be run with superuser privileges (under the root user on most systems).', 1)
  if (verb === 'check-update') return 0
  if (verb === 'makecache' || verb === 'clean') {
    yield* write(1, verb === 'clean' ? '0 files removed\n' : 'Metadata cache created.\n')
    return 0
  }
  const unknown = names.filter((name) => !packageNamed(name))
  for (const name of unknown) yield* write(1, `No match for argument: ${name}\n`)
  if (verb === 'install' && unknown.length > 0) {
    yield* write(2, `Error: Unable to find a match: ${unknown.join(' ')}\n`)
    return 1
  }
  const { there, absent } = yield* sorted(RPM, names.map(packageNamed).filter(isThere))
  if (verb === 'install') for (const one of there) yield* write(1, `Package ${one.name}-${upstream(one)}-1.x86_64 is already installed.\n`)
  const changed = verb === 'install' ? absent : verb === 'remove' || verb === 'erase' ? there : []
  if (changed.length === 0) {
    yield* write(1, verb === 'remove' || verb === 'erase' ? 'No packages marked for removal.\nDependencies resolved.\nNothing to do.\nComplete!\n' : 'Dependencies resolved.\nNothing to do.\nComplete!\n')
    return 0
  }
  for (const one of changed) {
    if (verb === 'install') {
      yield* fetching(one)
      yield* unpack(RPM, one)
    } else yield* uninstall(RPM, one)
  }
  yield* write(1, `\n${verb === 'install' ? 'Installed' : 'Removed'}:\n${changed.map((one) => `  ${one.name}-${upstream(one)}-1.x86_64\n`).join('')}\nComplete!\n`)
  return 0
}) // prettier-ignore
