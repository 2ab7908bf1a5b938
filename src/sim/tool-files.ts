import type { ToolSet } from './node/images/image'
import { programFile, type FileNode } from './node/os/file-nodes'
import type { Program } from './node/os/syscalls'
import { busyboxToolNames, toolNames } from './shell/tools/names'

/** The programs that come with hosts and images, by the names their files carry. */
export interface Programs {
  find(name: string): Program | undefined
}

/** How a busybox tool's file calls its program, to tell it from GNU's of the same name. */
export const BUSYBOX = 'busybox:'

const known = new Map<ToolSet, Readonly<Record<string, FileNode>>>()

/** The tools of a set as files, made once: every image shares them. The programs themselves need not be loaded yet. */
export function toolFiles(set: ToolSet): Readonly<Record<string, FileNode>> {
  const files = known.get(set) ?? make(set)
  known.set(set, files)
  return files
}

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '))

/** What a distribution's base image lacks: people find out in a container, and install it. */
const lacking = {
  host: words('apk dnf microdnf yum'),
  debian: words(
    'apk bc column curl dig dnf free gawk hd hexdump host ifconfig ip jq kill killall less man microdnf nano nc netcat netstat nslookup openssl pgrep ping pkill ps route sponge ss strings sudo sysctl telnet top tree uptime vi vim watch wget xxd yum',
  ),
  redhat: words(
    'apk apt apt-get bc dig host ifconfig jq killall man nano nc netcat netstat nslookup openssl perl route sponge ss strings sudo sysctl telnet tree vim wget xxd',
  ),
}

function make(set: ToolSet): Record<string, FileNode> {
  if (set === 'none') return {}
  if (set === 'busybox' || set === 'alpine') {
    const files = Object.fromEntries(busyboxToolNames.map((name) => [`/bin/${name}`, programFile(BUSYBOX + name)]))
    return { ...files, ...(set === 'alpine' ? { '/sbin/apk': programFile('apk') } : { '/bin/httpd': programFile('busybox-httpd') }) }
  }
  const files = toolNames.filter((name) => !lacking[set].has(name)).map((name) => [`/usr/bin/${name}`, programFile(name)] as const)
  // `sh` is dash on Debian and its kin, and Bash on Red Hat's.
  const sh = programFile(set === 'redhat' ? 'bash' : 'sh')
  return { ...Object.fromEntries(files), '/usr/bin/sh': sh, '/bin/sh': sh, '/bin/bash': programFile('bash') }
}
