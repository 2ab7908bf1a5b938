import { close, open, pipe, readAll, spawn, stat, wait, write } from '../../node/os/calls'
import { SyscallError, type Proc, type Self } from '../../node/os/syscalls'
import { manualPages, type ManualPage } from './manual-pages'
import { tool } from './tool'

/** man: a short page for the tools people type most, and kubectl's own help. */
export const man = tool(function* ({ self }, args) {
  const [name, ...more] = args.filter((argument) => !/^(?:-.*|\d)$/.test(argument))
  if (name === undefined) {
    yield* write(2, "What manual page do you want?\nFor example, try 'man man'.\n")
    return 1
  }
  // `man kubectl-get` and `man kubectl get` are the same page.
  const words = [...(name.startsWith('kubectl-') ? name.split('-') : [name]), ...more]
  const page = manualPages[name] ? pageOf(name, manualPages[name]) : ownHelp.includes(words[0]!) ? yield* helpOf(self, words) : ''
  if (page === '') {
    yield* write(2, `No manual entry for ${name}\nTry \`${name} --help' instead, or \`kubectl explain' for anything in the cluster.\n`)
    return 16
  }
  const title = `${words.join('-').toUpperCase()}(1)`
  yield* showPage(self, `${title}\n\n${page.replace(/^(?=.)/gm, '    ')}\n${title}\n`)
  return 0
})

/** Programs whose own help is a page. */
const ownHelp = ['k9s', 'kubectl', 'kubeadm', 'kubectx', 'kubens', 'kustomize', 'stern']

function pageOf(name: string, [summary, usage, ...options]: ManualPage): string {
  const list = options.map((option) => option.split(/ {2,}/)).map(([flag = '', about = '']) => `  ${flag.padEnd(14)} ${about}\n`)
  return `NAME\n  ${name} - ${summary}\n\nSYNOPSIS\n  ${usage}\n${list.length ? `\nOPTIONS\n${list.join('')}` : ''}`
}

/** What a program says of itself when asked; nothing when there is none, or it says nothing. */
function* helpOf(self: Self, [name = '', ...words]: readonly string[]): Proc<string> {
  const [readEnd, writeEnd] = yield* pipe()
  const nowhere = yield* open('/dev/null', 'readwrite')
  try {
    const path = yield* onPath(self, name)
    if (path === undefined) return ''
    const argv = [path, ...words, '--help']
    const pid = yield* spawn({ argv, env: self.env, cwd: self.cwd, fds: { 0: nowhere, 1: writeEnd, 2: nowhere } })
    yield* close(writeEnd)
    const text = yield* readAll(readEnd)
    return (yield* wait(pid)).code === 0 ? text : ''
  } finally {
    for (const fd of [readEnd, nowhere]) yield* close(fd)
  }
}

function* onPath({ env }: Self, name: string): Proc<string | undefined> {
  for (const folder of (env.PATH ?? '').split(':').filter(Boolean)) if (yield* stat(`${folder}/${name}`)) return `${folder}/${name}`
  return undefined
}

/** A terminal shows a manual page by page. */
function* showPage(self: Self, text: string): Proc {
  if (!self.isTty(1)) return yield* write(1, text)
  const [readEnd, writeEnd] = yield* pipe()
  const pid = yield* spawn({ argv: ['/usr/bin/less'], env: self.env, cwd: self.cwd, fds: { 0: readEnd, 1: 1, 2: 2 } })
  yield* close(readEnd)
  try {
    yield* write(writeEnd, text)
  } catch (error) {
    // Nobody has to read it to its end.
    if (!(error instanceof SyscallError) || error.code !== 'EPIPE') throw error
  }
  yield* close(writeEnd)
  yield* wait(pid)
}
