import type { Container } from './container'

const MIB = 1024 * 1024

/** What a program keeps in memory at rest, by the last part of its name; a row for each that is not small. */
const atRest: Readonly<Record<string, number>> = {
  nginx: 6 * MIB, httpd: 12 * MIB, 'httpd-foreground': 12 * MIB, 'apache2-foreground': 24 * MIB, 'redis-server': 8 * MIB, mysqld: 420 * MIB, mariadbd: 120 * MIB, postgres: 45 * MIB, mongod: 160 * MIB,
  java: 220 * MIB, node: 42 * MIB, python: 18 * MIB, python3: 18 * MIB, etcd: 48 * MIB, 'kube-apiserver': 260 * MIB, 'kube-controller-manager': 64 * MIB, 'kube-scheduler': 36 * MIB, coredns: 18 * MIB,
  'kube-proxy': 22 * MIB, 'metrics-server': 26 * MIB, agnhost: 9 * MIB, podinfo: 14 * MIB,
} // prettier-ignore

const SMALL = 0.7 * MIB

/** What a program takes of a processor when nobody asks it anything, in thousandths: watching, electing, probing. Others rest. */
const processorAtRest: Readonly<Record<string, number>> = {
  'kube-apiserver': 42, etcd: 21, 'kube-controller-manager': 14, 'kube-scheduler': 3, coredns: 2, 'kube-proxy': 1, 'metrics-server': 4, mysqld: 4, mariadbd: 2, mongod: 5, 'redis-server': 2, java: 3,
} // prettier-ignore

/** CPU that the processes of a container use besides what they are seen doing, in thousandths of a core. */
export function milliCoresAtRest({ machine }: Container): number {
  let sum = 0
  machine.eachCommandLine((argv) => (sum += needsOf(argv).milliCores))
  return sum
}

interface Needs {
  readonly milliCores: number
  readonly memoryBytes: number
}

/** By program: all containers are looked at again and again. */
const needs = new Map<string, Needs>()
const MAX_NEEDS = 1000

function needsOf(argv: readonly string[]): Needs {
  const program = argv[0] ?? ''
  const known = needs.get(program)
  if (known) return known
  const name = nameOf(argv)
  const found = { milliCores: processorAtRest[name] ?? 0, memoryBytes: bytesOf(argv) }
  // What these two take depends on what they are told.
  if (name !== 'stress' && name !== 'stress-ng' && needs.size < MAX_NEEDS) needs.set(program, found)
  return found
}

const nameOf = (argv: readonly string[]) => (argv[0] ?? '').replace(/^.*\//, '')

/** Memory that all processes of a container take, in bytes: a model, from what runs in it. */
export function memoryBytesOf({ machine }: Container): number {
  let sum = 0
  machine.eachCommandLine((argv) => (sum += needsOf(argv).memoryBytes))
  return sum
}

function bytesOf(argv: readonly string[]): number {
  const name = nameOf(argv)
  if (name === 'stress' || name === 'stress-ng') return stressBytes(argv)
  return atRest[name] ?? SMALL
}

/** `--vm 1 --vm-bytes 250M`, or vish/stress's `-mem-total 150Mi`. */
function stressBytes(argv: readonly string[]): number {
  const value = (...names: string[]) => {
    const at = argv.findIndex((word) => names.includes(word))
    return at >= 0 ? argv[at + 1] : argv.find((word) => names.some((name) => word.startsWith(`${name}=`)))?.replace(/^[^=]*=/, '')
  }
  const size = /^(\d+)([kmgKMG]?)/.exec(value('--vm-bytes', '-mem-total', '--mem-total') ?? '256M')
  const workers = Number(value('--vm', '-m') ?? (value('-mem-total', '--mem-total') === undefined ? 0 : 1))
  return MIB + workers * Number(size?.[1] ?? 0) * 1024 ** ('kmg'.indexOf((size?.[2] ?? '').toLowerCase() || 'x') + 1)
}
