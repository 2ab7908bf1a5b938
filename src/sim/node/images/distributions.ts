import { programFile, type FileNode } from '../os/file-nodes'
import { patches, tagsOf, type Repository } from './image'
import { alpineRelease, baseFiles, debianRelease, rpmRelease, ubuntuRelease } from './system-files'

const busyboxVersions = [
  ...patches('1.37', 0), ...patches('1.36', 1), ...patches('1.35', 0), ...patches('1.34', 1), ...patches('1.33', 1), ...patches('1.32', 1), ...patches('1.31', 1),
  ...patches('1.30', 1), ...patches('1.29', 3), ...patches('1.28', 4), ...patches('1.27', 2), ...patches('1.26', 2), ...patches('1.25', 1), ...patches('1.24', 2),
] // prettier-ignore

const debianNames: Readonly<Record<string, string>> = { '13': 'trixie', '12': 'bookworm', '11': 'bullseye', '10': 'buster' }
const ubuntuNames: Readonly<Record<string, string>> = {
  '24.04': 'Noble Numbat',
  '22.04': 'Jammy Jellyfish',
  '20.04': 'Focal Fossa',
  '18.04': 'Bionic Beaver',
  '16.04': 'Xenial Xerus',
}

const named = (versions: Readonly<Record<string, string>>, latest: string, suffixes: readonly string[] = []) =>
  Object.fromEntries(
    Object.entries(versions).flatMap(([version, name]) => {
      const code = name.toLowerCase().split(' ')[0]!
      return ['', ...suffixes].flatMap((suffix) =>
        [version, code, ...(version === latest ? [suffix ? '' : 'latest'] : [])]
          .filter(Boolean)
          .map((tag) => [tag + suffix, version + suffix]),
      )
    }),
  )

const isBefore = (version: string, major: number, minor: number): boolean => {
  const [first = 0, second = 0] = version.split('.').map(Number)
  return first < major || (first === major && second < minor)
}

/** Until 1.28 busybox' nslookup asked libc, which knows ndots: the documentation pins that release for it. */
const olderNslookup = (isOld: boolean): Readonly<Record<string, FileNode>> =>
  isOld ? { '/bin/nslookup': programFile('busybox:nslookup/1.28') } : {}

/** Distributions and small tool images: what people run a shell in. */
export const distributions: readonly Repository[] = [
  {
    names: [
      'docker.io/library/busybox',
      'registry.k8s.io/busybox',
      'k8s.gcr.io/busybox',
      'gcr.io/google_containers/busybox',
      'gcr.io/google-containers/busybox',
      'registry.k8s.io/e2e-test-images/busybox',
      'mirror.gcr.io/library/busybox',
      'public.ecr.aws/docker/library/busybox',
      'quay.io/prometheus/busybox',
    ],
    tags: {
      ...tagsOf(busyboxVersions, ['glibc', 'musl', 'uclibc']),
      stable: '1.36.1',
      unstable: '1.37.0',
      '1.29-1': '1.29.3',
      '1.29-2': '1.29.3',
      '1.29-4': '1.29.3',
      '1.36.1-1': '1.36.1',
    },
    sizeBytes: 2_223_685,
    tools: 'busybox',
    cmd: ['sh'],
    files: (version) => olderNslookup(isBefore(version, 1, 29)),
  },
  {
    names: ['docker.io/library/alpine', 'mirror.gcr.io/library/alpine', 'public.ecr.aws/docker/library/alpine', 'quay.io/libpod/alpine'],
    tags: {
      ...tagsOf([...patches('3.22', 2), ...patches('3.21', 5), ...patches('3.20', 8), ...patches('3.19', 9), ...patches('3.18', 12), ...patches('3.17', 10), ...patches('3.16', 9), ...patches('3.15', 11), ...patches('3.14', 10), ...patches('3.13', 12), ...patches('3.12', 12)]),
      edge: '3.22.2', '3.11': '3.11.13', '3.10': '3.10.9', '3.9': '3.9.6', '3.4': '3.4.6', '3.8': '3.8.5', '3.7': '3.7.3', '3.6': '3.6.5', '3.5': '3.5.3',
    }, // prettier-ignore
    sizeBytes: 3_802_452,
    tools: 'alpine',
    cmd: ['/bin/sh'],
    files: (version) => ({ ...baseFiles(alpineRelease(version)), ...olderNslookup(isBefore(version, 3, 11)) }),
  },
  {
    names: ['docker.io/library/debian', 'mirror.gcr.io/library/debian', 'public.ecr.aws/docker/library/debian'],
    tags: { ...named(debianNames, '13', ['-slim']), latest: '13', stable: '13', 'stable-slim': '13-slim' },
    sizeBytes: 49_286_208,
    tools: 'debian',
    cmd: ['bash'],
    files: (version) => baseFiles(debianRelease(version.split('-')[0]!, debianNames[version.split('-')[0]!]!), '/bin/bash'),
  },
  {
    names: [
      'docker.io/library/ubuntu',
      'mirror.gcr.io/library/ubuntu',
      'public.ecr.aws/ubuntu/ubuntu',
      'public.ecr.aws/docker/library/ubuntu',
    ],
    tags: named(ubuntuNames, '24.04'),
    sizeBytes: 29_723_147,
    tools: 'debian',
    adds: ['ps', 'top', 'free', 'pgrep', 'pkill', 'kill', 'uptime', 'watch'],
    cmd: ['/bin/bash'],
    files: (version) =>
      baseFiles(ubuntuRelease(version, ubuntuNames[version]!), '/bin/bash', 'ubuntu:x:1000:1000:Ubuntu:/home/ubuntu:/bin/bash\n'),
  },
  {
    names: ['docker.io/library/centos', 'quay.io/centos/centos'],
    tags: { '7': '7', '8': '8', latest: '8', stream9: '9', stream10: '10', centos7: '7' },
    sizeBytes: 76_097_157,
    tools: 'redhat',
    cmd: ['/bin/bash'],
    files: (version) => baseFiles(rpmRelease('centos', 'CentOS Linux', version), '/bin/bash'),
  },
  {
    names: [
      'docker.io/library/rockylinux',
      'docker.io/library/almalinux',
      'docker.io/library/fedora',
      'docker.io/library/amazonlinux',
      'registry.access.redhat.com/ubi9/ubi',
      'registry.access.redhat.com/ubi8/ubi',
    ],
    tags: { '8': '8', '9': '9', latest: '9', '42': '42', '41': '41', '2': '2', '2023': '2023' },
    sizeBytes: 62_318_080,
    tools: 'redhat',
    cmd: ['/bin/bash'],
    files: (version) => baseFiles(rpmRelease('rhel', 'Enterprise Linux', version), '/bin/bash'),
  },
  {
    names: ['docker.io/library/bash'],
    tags: tagsOf(['5.3.3', '5.2.37', '5.1.16', '5.0.18', '4.4.23']),
    sizeBytes: 6_800_412,
    tools: 'alpine',
    entrypoint: ['docker-entrypoint.sh'],
    cmd: ['bash'],
    files: () => ({
      ...baseFiles(alpineRelease('3.22.2')),
      '/usr/local/bin/docker-entrypoint.sh': programFile('exec-arguments/bash'),
      '/usr/local/bin/bash': programFile('bash'),
    }),
  },
  {
    names: ['docker.io/curlimages/curl', 'quay.io/curl/curl'],
    tags: tagsOf([...patches('8.17', 0), ...patches('8.16', 0), ...patches('8.15', 0), ...patches('8.14', 1), ...patches('8.13', 0), ...patches('8.12', 1), ...patches('8.11', 1), ...patches('8.10', 1), ...patches('8.9', 1), ...patches('8.8', 0), ...patches('8.7', 1), ...patches('8.6', 0), ...patches('8.5', 0), ...patches('8.4', 0), ...patches('8.3', 0), ...patches('8.2', 1), ...patches('8.1', 2), ...patches('8.00', 1), ...patches('7.88', 1), '7.87.0', '7.86.0', '7.85.0', '7.84.0', '7.83.1', '7.82.0', '7.81.0', '7.80.0', '7.78.0', '7.72.0', '7.70.0']),
    sizeBytes: 9_412_000,
    tools: 'alpine',
    adds: ['curl', 'openssl'],
    entrypoint: ['/entrypoint.sh'],
    cmd: ['curl'],
    user: '100',
    files: () => ({ ...baseFiles(alpineRelease('3.22.2'), '/bin/sh', 'curl_user:x:100:101:Linux User:/home/curl_user:/bin/sh\n'), '/entrypoint.sh': programFile('curl-entrypoint') }),
  }, // prettier-ignore
  {
    names: [
      'docker.io/nicolaka/netshoot',
      'docker.io/radial/busyboxplus',
      'docker.io/praqma/network-multitool',
      'docker.io/wbitt/network-multitool',
      'docker.io/tutum/dnsutils',
      'docker.io/infoblox/dnstools',
    ],
    tags: { latest: 'v0.14', 'v0.14': 'v0.14', 'v0.13': 'v0.13', curl: 'v0.14' },
    sizeBytes: 200_000_000,
    tools: 'host',
    cmd: ['/bin/bash'],
  },
]

const language = (
  name: string,
  versions: readonly string[],
  variants: readonly string[],
  sizeBytes: number,
  cmd: readonly string[],
  interpreter: readonly string[],
): Repository => ({
  names: [`docker.io/library/${name}`, `mirror.gcr.io/library/${name}`, `public.ecr.aws/docker/library/${name}`],
  tags: tagsOf(versions, variants),
  sizeBytes,
  tools: 'debian',
  adds: ['curl', 'openssl', 'pgrep', 'pkill', 'ps', 'top', 'wget'],
  cmd,
  variant: (version) =>
    version.includes('alpine')
      ? { tools: 'alpine', adds: [], sizeBytes: Math.round(sizeBytes / 8) }
      : version.includes('slim')
        ? { adds: [], sizeBytes: Math.round(sizeBytes / 6) }
        : {},
  files: (version) =>
    Object.fromEntries(interpreter.map((program) => [`/usr/local/bin/${program}`, programFile(`${program}/${version.split('-')[0]}`)])),
})

/** Languages: their interpreters do what the programs of the simulation can do. */
export const languages: readonly Repository[] = [
  language(
    'perl',
    ['5.42.0', '5.40.2', '5.38.4', '5.36.3', '5.34.0', '5.34.1', '5.32.1', '5.30.3'],
    ['slim', 'bookworm', 'slim-bookworm', 'bullseye', 'threaded'],
    361_000_000,
    ['perl5.42.0', '-de0'],
    ['perl'],
  ),
  language(
    'python',
    ['3.14.0', '3.13.9', '3.12.12', '3.11.14', '3.10.19', '3.9.25', '3.8.20', '3.7.17', '3.6.15', '2.7.18'],
    ['slim', 'alpine', 'bookworm', 'slim-bookworm'],
    406_000_000,
    ['python3'],
    ['python', 'python3'],
  ),
  language(
    'node',
    ['24.11.0', '22.21.1', '20.19.5', '18.20.8', '16.20.2', '14.21.3', '12.22.12'],
    ['slim', 'alpine', 'bookworm', 'lts'],
    398_000_000,
    ['node'],
    ['node'],
  ),
  language('ruby', ['3.4.7', '3.3.10', '3.2.9'], ['slim', 'alpine'], 360_000_000, ['irb'], ['ruby', 'irb']),
  language('golang', ['1.25.4', '1.24.10', '1.23.12', '1.22.12', '1.21.13'], ['alpine', 'bookworm'], 300_000_000, ['bash'], ['go']),
  language('openjdk', ['21', '17', '11.0', '8'], ['slim', 'jdk', 'alpine'], 240_000_000, ['jshell'], ['java', 'jshell']),
  language('eclipse-temurin', ['25', '21', '17', '11', '8'], ['jre', 'alpine', 'jdk'], 240_000_000, ['jshell'], ['java', 'jshell']),
]
