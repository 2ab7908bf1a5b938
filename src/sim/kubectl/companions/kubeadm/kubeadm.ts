import { write } from '../../../node/os/calls'
import type { Proc, Program, Self } from '../../../node/os/syscalls'
import { CommandError } from '../../errors'
import { companion } from '../client'
import { certificates } from './certificates'
import { imagesOf } from './images'
import { initialise, join } from './preflight'
import { tokens } from './tokens'
import { wordsOf, type Words } from './words'

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
      yield* run(self, wordsOf(args), release)
    } catch (error) {
      if (!(error instanceof CommandError)) throw error
      throw new CommandError(`${error.message}\nTo see the stack trace of this error execute with --v=5 or higher`, error.exitCode)
    }
  }, '')

function* run(self: Self, words: Words, release: string): Proc {
  const [command = '', ...rest] = words.plain
  if (command === '' || command === 'help' || words.has('help')) return yield* write(1, usage)
  if (command === 'version') return yield* version(words.value('output', 'o') ?? '', release)
  if (command === 'token') return yield* tokens(self, rest, words)
  if (command === 'certs') return yield* certificates(self, rest)
  if (command === 'config' && rest.join(' ') === 'images list')
    return yield* write(1, imagesOf(release).map((image) => `${image}\n`).join('')) // prettier-ignore
  if (command === 'upgrade' && rest[0] === 'plan') return yield* plan(release)
  if (command === 'init') return yield* initialise(release)
  if (command === 'join') return yield* join(rest[0])
  throw new CommandError(
    ['config', 'upgrade', 'reset', 'kubeconfig'].includes(command)
      ? `kubeadm ${words.plain.join(' ')} is not in this simulation`
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

/** There is no release after the one that the cluster has. */
function* plan(release: string): Proc {
  yield* write(
    1,
    `[preflight] Running pre-flight checks.
[upgrade/config] Reading configuration from the "kubeadm-config" ConfigMap in namespace "kube-system"...
[upgrade/config] Use 'kubeadm init phase upload-config kubeadm --config your-config-file' to re-upload it.
[upgrade] Running cluster health checks
[upgrade] Fetching available versions to upgrade to
[upgrade/versions] Cluster version: ${release}
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
