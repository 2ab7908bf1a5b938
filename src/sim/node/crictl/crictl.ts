import type { Host } from '../host'
import { write } from '../os/calls'
import type { Proc, Self } from '../os/syscalls'
import { exec, logs, pull, rm, rmi, stop } from './acting'
import { info, inspect, inspecti, inspectp, version } from './inspecting'
import { images, pods, ps, stats } from './listing'
import { readOptions, type Flags, type Options } from './options'

interface Command extends Flags {
  readonly names: readonly string[]
  readonly usage: string
  readonly run: (host: Host, options: Options, self: Self) => Proc<number>
}

const listed = { quiet: 'q', latest: 'l', 'no-trunc': '', verbose: 'v' }
const narrowed = { id: '', label: '', last: 'n', name: '', namespace: '', output: 'o', state: 's' }
const looked = { switches: { quiet: 'q' }, values: { output: 'o', template: '' } }

/** Each with its flags: the name, and the letter if it has one. See https://kubernetes.io/docs/tasks/debug/debug-cluster/crictl/ */
const commands: readonly Command[] = [
  { names: ['exec'], usage: 'Run a command in a running container', switches: { interactive: 'i', tty: 't', sync: 's' }, values: { timeout: '' }, run: exec },
  { names: ['images', 'image', 'img'], usage: 'List images', switches: { ...listed, digests: '', pinned: '' }, values: { output: 'o', filter: 'f' }, run: images },
  { names: ['inspect'], usage: 'Display the status of one or more containers', ...looked, run: inspect },
  { names: ['inspecti'], usage: 'Return the status of one or more images', ...looked, run: inspecti },
  { names: ['inspectp'], usage: 'Display the status of one or more pods', ...looked, run: inspectp },
  { names: ['info'], usage: 'Display information of the container runtime', ...looked, run: info },
  { names: ['logs'], usage: 'Fetch the logs of a container', switches: { follow: 'f', previous: 'p', timestamps: 't' }, values: { tail: '', since: '', 'limit-bytes': '' }, run: logs },
  { names: ['pods'], usage: 'List pods', switches: listed, values: narrowed, run: pods },
  { names: ['ps'], usage: 'List containers', switches: { ...listed, all: 'a', 'resolve-image-path': 'r' }, values: { ...narrowed, image: '', pod: 'p' }, run: ps },
  { names: ['pull'], usage: 'Pull an image from a registry', switches: {}, values: { creds: '', auth: '', 'pod-config': '' }, run: pull },
  { names: ['rm'], usage: 'Remove one or more containers', switches: { all: 'a', force: 'f' }, values: {}, run: rm },
  { names: ['rmi'], usage: 'Remove one or more images', switches: { all: 'a', prune: 'q' }, values: {}, run: rmi },
  { names: ['stats'], usage: 'List container(s) resource usage statistics', switches: { all: 'a' }, values: { id: '', output: 'o' }, run: stats },
  { names: ['stop'], usage: 'Stop one or more running containers', switches: {}, values: { timeout: 't' }, run: stop },
  { names: ['version'], usage: 'Display runtime version information', switches: {}, values: {}, run: version },
] // prettier-ignore

const GLOBAL: Flags = {
  switches: { debug: 'D', help: 'h', version: 'v' },
  values: { config: 'c', 'image-endpoint': 'i', 'runtime-endpoint': 'r', timeout: 't' },
}

/** `crictl`: the client of the Container Runtime Interface, which shows what the kubelet has made of the Pods of its node. */
export function* crictl(host: Host, self: Self): Proc<number> {
  const global = readOptions(self.argv.slice(1), GLOBAL)
  if (typeof global === 'string') return yield* misuse(global)
  const [name = 'help', ...args] = global.words
  if (global.has('version')) {
    yield* write(1, 'crictl version v1.36.0\n')
    return 0
  }
  if (name === 'help' || name === 'h' || global.has('help')) {
    yield* write(1, help())
    return 0
  }
  const command = commands.find(({ names }) => names.includes(name))
  if (!command) {
    yield* write(2, `No help topic for '${name}'\n`)
    return 3
  }
  const options = readOptions(args, command)
  if (typeof options === 'string') return yield* misuse(options)
  if (!host.isActive('containerd')) {
    yield* write(2, UNREACHABLE)
    return 1
  }
  return yield* command.run(host, options, self)
}

const UNREACHABLE =
  'FATA[0002] validate service connection: validate CRI v1 runtime API for endpoint "unix:///run/containerd/containerd.sock": rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial unix /run/containerd/containerd.sock: connect: connection refused" \n'

function* misuse(problem: string): Proc<number> {
  yield* write(1, `Incorrect Usage: ${problem}\n\n${help()}`)
  yield* write(2, `FATA[0000] ${problem} \n`)
  return 1
}

const help = () =>
  [
    'NAME:',
    '   crictl - client for CRI',
    '',
    'USAGE:',
    '   crictl [global options] command [command options] [arguments...]',
    '',
    'COMMANDS:',
    ...commands.map(({ names, usage }) => `   ${names.join(', ').padEnd(20)}${usage}`),
    '',
    'GLOBAL OPTIONS:',
    '   --runtime-endpoint value, -r value  endpoint of the container runtime',
    '   --image-endpoint value, -i value    endpoint of the image service',
    '   --timeout value, -t value           how long to wait for the runtime',
    '   --debug, -D                         tell more',
    '   --help, -h                          show help',
    '   --version, -v                       print the version',
    '',
  ].join('\n')
