import { readFile, realPath, terminalSize } from '../../node/os/calls'
import { SyscallError, type Proc } from '../../node/os/syscalls'

export const BASHRC_NAME = '.bashrc'

/** The .bashrc that a host comes with. While it is as it came, the first prompt needs no shell to work it out. */
export const SHIPPED_BASHRC = `# ~/.bashrc: what every new terminal reads first.
alias k=kubectl
alias ll='ls -l'
# kube_ps1 names the kubeconfig's context and namespace, where the terminal is wide enough.
PS1='\\u@\\h:\\w$(kube_ps1)\\$ '
`

export const MAX_HISTORY = 1000

/** The lines of a history file; none when it is not there. */
export function* loadHistory(path: string): Proc<string[]> {
  return ((yield* textOf(path)) ?? '').split('\n').filter(Boolean).slice(-MAX_HISTORY)
}

/** A file's text; undefined when it is not there or not ours to read. */
export function* textOf(path: string): Proc<string | undefined> {
  try {
    return yield* readFile(yield* realPath(path))
  } catch (error) {
    if (error instanceof SyscallError) return undefined
    throw error
  }
}

/** In a terminal narrower than this, what is typed needs the room. */
const NARROW = 60

/** ` (kubernetes:default)`: where kubectl would go to, by its kubeconfig. Empty without a kubeconfig, and in a narrow terminal. */
export function* contextAndNamespace(env: Readonly<Record<string, string>>): Proc<string> {
  if (((yield* terminalSize(0))?.columns ?? NARROW) < NARROW) return ''
  const path = env.KUBECONFIG?.split(':')[0] || `${env.HOME ?? '/root'}/.kube/config`
  const current = currentContext((yield* textOf(path)) ?? '')
  return current ? ` (${current.name.replace(/^.*@/, '')}:${current.namespace})` : ''
}

/** The current context of a kubeconfig as kubectl and kubeadm write them, read without a YAML parser, which comes later than the first prompt. */
export function currentContext(kubeconfig: string): { readonly name: string; readonly namespace: string } | undefined {
  const value = (text: string | undefined) => text?.trim().replace(/^(["'])(.*)\1$/, '$2')
  const name = value(/^current-context:(.*)$/m.exec(kubeconfig)?.[1])
  if (!name) return undefined
  const contexts = /^contexts:\n((?:(?: |-).*\n?)*)/m.exec(kubeconfig)?.[1] ?? ''
  const own = contexts.split(/^(?: *)- /m).find((item) => value(/^ *name:(.*)$/m.exec(item)?.[1]) === name)
  return { name, namespace: value(/^ *namespace:(.*)$/m.exec(own ?? '')?.[1]) || 'default' }
}
