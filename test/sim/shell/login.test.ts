import { expect, test } from 'vitest'
import { createCluster } from '../../../src/sim/cluster'
import { currentContext } from '../../../src/sim/shell/interactive/first-prompt'

/** A fresh login on the workstation: what its terminal says after each bout of typing. */
function login({ files = {}, columns = 100 }: { files?: Readonly<Record<string, string>>; columns?: number } = {}) {
  const cluster = createCluster({ seed: 3 })
  for (const [path, text] of Object.entries(files)) cluster.files.write(path, text)
  const terminal = cluster.openTerminal({ columns })
  let said = ''
  terminal.onOutput((text) => (said += text))
  const take = () => {
    cluster.advance('2s')
    const text = said.replace(/\x1b\[[0-9;?]*[A-Za-z]/g, '')
    said = ''
    return text.replaceAll('\r', '')
  }
  return { cluster, terminal, take, type: (keys: string) => (terminal.input(keys), take()) }
}

const PROMPT = 'root@controlplane:~ (kubernetes:default)# '

test('the first prompt names host, directory, context and namespace, and the second looks the same', () => {
  const screen = login()
  expect(screen.take()).toBe(PROMPT)
  expect(screen.type('echo one\r')).toBe(`echo one\none\n${PROMPT}`)
})

test('the first line may be completed, recalled and interrupted like any other', () => {
  const screen = login({ files: { '/root/manifest.yaml': '', '/root/.bash_history': 'echo before\n' } })
  screen.take()
  expect(screen.type('cat man\t')).toContain('cat manifest.yaml ')
  expect(screen.type('\x03')).toBe(`^C\n${PROMPT}`)
  const again = login({ files: { '/root/.bash_history': 'echo before\n' } })
  again.take()
  expect(again.type('\x1b[A\r')).toContain('\nbefore\n')
  expect(login({}).type('\x04')).toContain('exit')
})

test('lines typed ahead at the first prompt run in order', () => {
  expect(login().type('k version --client -o name 2>/dev/null; echo a\recho b\rll /nowhere\r')).toMatch(/a\n[^]*b\n[^]*cannot access/)
})

test('the prompt follows the context’s namespace, and makes room in a narrow terminal', () => {
  const screen = login()
  screen.take()
  expect(screen.type('kubectl config set-context --current --namespace=web\r')).toContain('root@controlplane:~ (kubernetes:web)# ')
  expect(screen.type('kubectl config unset current-context\r')).toMatch(/\nroot@controlplane:~# $/)
  const narrow = login({ columns: 40 })
  expect(narrow.take()).toBe('root@controlplane:~# ')
})

test('a line that is being typed is drawn anew when the window changes its size, and goes on', () => {
  const { terminal, take, type } = login()
  take()
  type('echo one')
  terminal.resize(120, 30)
  expect(take()).toContain(`${PROMPT}echo one`)
  expect(type(' two\r')).toContain('\none two\n')
})

test('kubectl run -it shows the prompt of the shell that had drawn it before we came, and tells it the window’s size', () => {
  const { cluster, terminal, take, type } = login()
  take()
  type('kubectl run -it probe --image=busybox -- sh\r')
  cluster.advance('10s')
  expect(take()).toMatch(/If you don't see a command prompt, try pressing enter\.\n\/ # $/)
  expect(type('stty size\r')).toContain('\n24 100\n')
  terminal.resize(90, 33)
  expect(type('stty size\r')).toContain('\n33 90\n')
})

test('a .bashrc of one’s own decides about the first prompt too', () => {
  expect(login({ files: { '/root/.bashrc': "PS1='mine> '\necho hello\n" } }).take()).toBe('hello\nmine> ')
  expect(login({ files: { '/root/.bash_profile': "PS1='profile> '\n" } }).take()).toBe('profile> ')
})

test.each([
  ['current-context: a\ncontexts:\n- context:\n    cluster: c\n    namespace: web\n    user: u\n  name: a\nusers: []\n', 'a', 'web'],
  ['contexts:\n- name: b\n  context:\n    namespace: other\n- name: "a"\n  context: {}\ncurrent-context: "a"\n', 'a', 'default'],
  [
    'contexts:\n  - context:\n      namespace: one\n    name: x@y\n  - context:\n      namespace: two\n    name: z\ncurrent-context: x@y\n',
    'x@y',
    'one',
  ],
])('the current context of a kubeconfig is found: %#', (text, name, namespace) => {
  expect(currentContext(text)).toEqual({ name, namespace })
})

test('a kubeconfig without a current context has none', () => {
  expect(currentContext('')).toBeUndefined()
  expect(currentContext('current-context: ""\n')).toBeUndefined()
})
