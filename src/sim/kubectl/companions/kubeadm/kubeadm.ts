import { write } from '../../../node/os/calls'
import type { Proc, Program, Self } from '../../../node/os/syscalls'
import { CommandError } from '../../errors'
import { clientOf, companion } from '../client'
import { COREDNS_IMAGE, ETCD_IMAGE, PAUSE_IMAGE } from '../../../formats/system-images'
import { parseFlags, type ParsedFlags } from '../../flags'
import { request, requestJson } from '../../rest'
import { certificates } from './certificates'
import { readConfiguration } from './configuration'
import { kubeadmFlags } from './flags'
import { initialise, join } from './preflight'
import { tokens } from './tokens'

const usage = `kubeadm looks after the machines of a cluster: of the real one, what a running cluster needs.

Usage:
  kubeadm version [-o short|json|yaml]
  kubeadm token list | create [TOKEN] | delete TOKEN... | generate
  kubeadm certs check-expiration | renew all|NAME
  kubeadm config images list
  kubeadm upgrade plan
  kubeadm init | join       (tell why this machine cannot be set up: it is)
`

/** `kubeadm` of a release (`1.36.0`): https://kubernetes.io/docs/reference/setup-tools/kubeadm/ */
export const kubeadm = (release: string): Program =>
  companion(function* (self, args) {
    try {
      yield* run(self, parseFlags(kubeadmFlags, args, 'kubeadm'), release)
    } catch (error) {
      if (!(error instanceof CommandError)) throw error
      // What the parser recommends besides is kubectl's.
      throw new CommandError(
        `${error.message.split("\nSee '")[0]}\nTo see the stack trace of this error execute with --v=5 or higher`,
        error.exitCode,
      )
    }
  }, '')

function* run(self: Self, { args, flags }: ParsedFlags, release: string): Proc {
  const [command = '', ...rest] = args
  if (command === '' || command === 'help' || flags.bool('help')) return yield* write(1, usage)
  if (command === 'version') return yield* version(flags.text('output'), release)
  if (command === 'token') return yield* tokens(self, rest, flags)
  if (command === 'certs') return yield* certificates(self, rest)
  if (command === 'config' && rest.join(' ') === 'images list')
    return yield* write(1, imagesOf(release).map((image) => `${image}\n`).join('')) // prettier-ignore
  if (command === 'upgrade' && rest[0] === 'plan') return yield* plan(self, release)
  if (command === 'init') return yield* initialise(release)
  if (command === 'join') return yield* join(rest[0])
  throw new CommandError(
    ['config', 'upgrade', 'reset', 'kubeconfig'].includes(command)
      ? `kubeadm ${args.join(' ')} is not in this simulation`
      : `unknown command ${JSON.stringify(command)} for "kubeadm"`,
  )
}

const versionOf = (release: string) => {
  const [major, minor] = release.split('.')
  return { major, minor, gitVersion: `v${release}`, gitTreeState: 'clean', compiler: 'gc', platform: 'linux/amd64' }
}

function* version(format: string, release: string): Proc {
  const { major, minor, gitVersion, gitTreeState, compiler, platform } = versionOf(release)
  if (format === 'short') return yield* write(1, `${gitVersion}\n`)
  if (format === 'json') return yield* write(1, `${JSON.stringify({ clientVersion: versionOf(release) }, undefined, 2)}\n`)
  if (format === 'yaml') {
    const lines = Object.entries(versionOf(release)).map(([name, value]) => `  ${name}: ${/^\d+$/.test(value!) ? `"${value}"` : value}\n`)
    return yield* write(1, `clientVersion:\n${lines.join('')}`)
  }
  if (format !== '') throw new CommandError(`invalid output format: ${format}`)
  const told = { Major: major, Minor: minor, GitVersion: gitVersion, GitTreeState: gitTreeState, Compiler: compiler, Platform: platform }
  const fields = Object.entries(told).map(([name, value]) => `${name}:${JSON.stringify(value)}`)
  yield* write(1, `kubeadm version: &version.Info{${fields.join(', ')}}\n`)
}

/** What a control plane of a release is made of, in kubeadm's order. */
const imagesOf = (release: string): readonly string[] => [
  ...['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kube-proxy'].map((name) => `registry.k8s.io/${name}:v${release}`),
  COREDNS_IMAGE,
  PAUSE_IMAGE,
  ETCD_IMAGE,
]

/** Looks whether the cluster is well. To upgrade to there is nothing: no release comes after the one that a cluster has. */
function* plan(self: Self, release: string): Proc {
  yield* write(1, '[preflight] Running pre-flight checks.\n')
  yield* readConfiguration(self, 'upgrade/config')
  yield* write(1, '[upgrade] Running cluster health checks\n')
  const client = clientOf(self, ['--kubeconfig', '/etc/kubernetes/admin.conf'])
  yield* request(client, { path: '/healthz' })
  const { gitVersion } = yield* requestJson<{ gitVersion: string }>(client, { path: '/version' })
  yield* write(
    1,
    `[upgrade] Fetching available versions to upgrade to
[upgrade/versions] Cluster version: ${gitVersion.slice(1)}
[upgrade/versions] kubeadm version: v${release}
[upgrade/versions] Target version: v${release}
[upgrade/versions] Latest version in the v${release.replace(/\.\d+$/, '')} series: v${release}

`,
  )
}

/** `kubelet` typed by hand: the one of this machine is a service. */
export const kubelet = (release: string): Program =>
  function* ({ argv }) {
    if (argv[1]?.startsWith('--version')) {
      yield* write(1, `Kubernetes v${release}\n`)
      return 0
    }
    yield* write(2, "kubelet: this machine's kubelet is a service: systemctl status kubelet\n")
    return 1
  }
