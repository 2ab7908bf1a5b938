import { directory, file, generatedFile, LazyVolume, type FileNode, type Mount, type Volume } from '../os/file-system'
import type { Machine } from '../os/machine'
import type { ContainerConfig } from './container'
import { link } from '../os/file-system'
import { rightsFiles } from './proc-status'
import type { Sandbox } from './sandbox'

/** What the runtime mounts in every container: /proc, /dev, cgroups, and the files that kubelet and sandbox manage. */
export function systemMounts(config: ContainerConfig, sandbox: Sandbox, machine: () => Machine): readonly (readonly [string, Mount])[] {
  const mount = (type: string, volume: Volume, subPath = '/'): Mount => ({
    volume,
    subPath,
    readOnly: type === 'cgroup2',
    source: type === 'ext4' ? '/dev/vda1' : type,
    type,
  })
  const managed: Readonly<Record<string, string>> = { '/etc/hostname': `${sandbox.hostname}\n`, ...config.files }
  // One volume holds all managed files, each mounted by its own path.
  const files = lazily(() =>
    Object.fromEntries(Object.entries(managed).map(([path, text]) => [path.slice(1).replaceAll('/', '_'), file(text)])),
  )
  return [
    [
      '/proc',
      mount(
        'proc',
        lazily(() => procFiles(config, machine())),
      ),
    ],
    ['/dev', mount('tmpfs', lazily(deviceFiles))],
    [
      '/sys/fs/cgroup',
      mount(
        'cgroup2',
        lazily(() => cgroupFiles(config, machine())),
      ),
    ],
    ...Object.keys(managed).map((path) => [path, mount('ext4', files, path.slice(1).replaceAll('/', '_'))] as const),
  ]
}

/** Most containers never read /proc: its files are made for those that do. */
const lazily = (make: () => Readonly<Record<string, FileNode>>): Volume => new LazyVolume(() => directory(make()))

const device = () => generatedFile(() => '')

const deviceFiles = () => ({
  null: device(),
  zero: device(),
  random: device(),
  urandom: device(),
  tty: device(),
  stdin: device(),
  stdout: device(),
  stderr: device(),
  shm: directory({}, 0o1777),
  'termination-log': file('', 0o666),
})

function procFiles(config: ContainerConfig, machine: Machine): Record<string, FileNode> {
  const memoryKiB = Math.floor((config.memoryLimitBytes ?? 2 ** 32) / 1024)
  return {
    mounts: generatedFile(() =>
      machine.files
        .mounts()
        .map(({ source, path, type, options }) => `${source} ${path} ${type} ${options} 0 0\n`)
        .join(''),
    ),
    version: file('Linux version 6.8.0-51-generic (buildd@lcy02-amd64) #52-Ubuntu SMP PREEMPT_DYNAMIC\n', 0o444),
    meminfo: file(
      `MemTotal:       ${memoryKiB} kB\nMemFree:        ${Math.floor(memoryKiB / 2)} kB\nMemAvailable:   ${Math.floor(memoryKiB * 0.7)} kB\n`,
      0o444,
    ),
    cpuinfo: file(
      'processor\t: 0\nmodel name\t: Virtual CPU\ncpu MHz\t\t: 2400.000\n\nprocessor\t: 1\nmodel name\t: Virtual CPU\ncpu MHz\t\t: 2400.000\n',
      0o444,
    ),
    uptime: file('100.00 100.00\n', 0o444),
    loadavg: file('0.10 0.08 0.05 1/123 42\n', 0o444),
    '1': directory({
      cmdline: generatedFile(
        () =>
          machine
            .processes()
            .find(({ pid }) => pid === 1)
            ?.argv.map((word) => `${word}\0`)
            .join('') ?? '',
      ),
      environ: file(
        Object.entries(config.env)
          .map(([name, value]) => `${name}=${value}\0`)
          .join(''),
        0o400,
      ),
      ...rightsFiles(config, machine),
    }),
    self: link('1'),
  }
}

function cgroupFiles(config: ContainerConfig, machine: Machine): Record<string, FileNode> {
  return {
    'memory.max': file(`${config.memoryLimitBytes ?? 'max'}\n`, 0o444),
    'cpu.max': file(config.cpuLimit === undefined ? 'max 100000\n' : `${Math.round(config.cpuLimit * 100_000)} 100000\n`, 0o444),
    'cpu.stat': generatedFile(() => `usage_usec ${Math.round(machine.cpuMs * 1000)}\n`),
  }
}
