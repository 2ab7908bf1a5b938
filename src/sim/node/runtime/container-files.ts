import { directory, file, generatedFile, type FileNode } from '../os/file-nodes'
import { createVolume, type Mount, type Volume } from '../os/volume'
import type { Machine } from '../os/machine'
import type { LateMounts } from '../os/mount-points'
import type { ContainerConfig } from './container'
import { link } from '../os/file-nodes'
import { parameterFiles, rightsFiles } from './proc-status'
import type { Sandbox } from './sandbox'

const SYSTEM_PATHS = ['/proc', '/dev', '/sys/fs/cgroup']

/** Everything that is mounted in a container: /proc, /dev, cgroups, the files that kubelet and sandbox manage, and the Pod's volumes. */
export class ContainerMounts implements LateMounts {
  readonly paths: readonly string[]
  /** One volume holds all managed files, each mounted by its own path. */
  private managed: Volume | undefined

  constructor(
    private readonly container: { readonly config: ContainerConfig; readonly machine: Machine; readonly sandbox: Sandbox },
    { files, mounts }: ContainerConfig,
  ) {
    this.paths = [...new Set([...SYSTEM_PATHS, '/etc/hostname', ...Object.keys(files), ...mounts.keys()])]
  }

  make(path: string): Mount {
    const { config, machine } = this.container
    const own = config.mounts.get(path)
    if (own) return own
    switch (path) {
      case '/proc':
        return mount('proc', volumeOf(procFiles(config, machine)))
      case '/dev':
        return mount('tmpfs', volumeOf(deviceFiles()))
      case '/sys/fs/cgroup':
        return mount('cgroup2', volumeOf(cgroupFiles(this.container, machine)))
      default:
        return mount('ext4', (this.managed ??= volumeOf(this.managedFiles())), nameOf(path))
    }
  }

  private managedFiles(): Record<string, FileNode> {
    const { config, sandbox } = this.container
    const texts = { '/etc/hostname': `${sandbox.hostname}\n`, ...config.files }
    return Object.fromEntries(Object.entries(texts).map(([path, text]) => [nameOf(path), file(text)]))
  }
}

const nameOf = (path: string) => path.slice(1).replaceAll('/', '_')

const mount = (type: string, volume: Volume, subPath = '/'): Mount => ({
  volume,
  subPath,
  readOnly: type === 'cgroup2',
  source: type === 'ext4' ? '/dev/vda1' : type,
  type,
})

const volumeOf = (files: Readonly<Record<string, FileNode>>): Volume => createVolume(directory(files))

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
    sys: parameterFiles(config, machine.hostname),
  }
}

function cgroupFiles(container: { readonly config: ContainerConfig }, machine: Machine): Record<string, FileNode> {
  return {
    'memory.max': generatedFile(() => `${container.config.memoryLimitBytes ?? 'max'}\n`),
    'cpu.max': generatedFile(() => {
      const { cpuLimit } = container.config
      return cpuLimit === undefined ? 'max 100000\n' : `${Math.round(cpuLimit * 100_000)} 100000\n`
    }),
    'cpu.stat': generatedFile(() => `usage_usec ${Math.round(machine.cpuMs * 1000)}\n`),
  }
}
