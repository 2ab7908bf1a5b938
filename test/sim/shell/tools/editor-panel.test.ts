import { expect, test } from 'vitest'
import { createCluster } from '../../../../src/sim/cluster'

const SAVED = '\x1b]5379;saved\x07'
const CANCELLED = '\x1b]5379;cancelled\x07'

/** A terminal of the page, and the path that a program in it last asked to have edited. */
function page() {
  const cluster = createCluster({ seed: 5 })
  const terminal = cluster.openTerminal({ env: { TERM_PROGRAM: 'tabernetes', EDITOR: 'editor' } })
  let said = ''
  terminal.onOutput((text) => (said += text))
  const type = (keys: string) => {
    said = ''
    terminal.input(keys)
    cluster.advance('3s')
    return said
  }
  const asked = (text: string) => /\x1b\]5379;edit;([^\x07]+)\x07/.exec(text)?.[1]
  type('')
  return { cluster, type, asked }
}

test('kubectl edit hands the object to the page, and applies what was saved', () => {
  const { cluster, type, asked } = page()
  type('kubectl create configmap words --from-literal=a=one\r')
  const path = asked(type('kubectl edit configmap words\r'))!
  expect(cluster.files.read(path)).toContain('a: one')
  cluster.files.write(path, cluster.files.read(path)!.replace('a: one', 'a: two'))
  const said = type(SAVED)
  expect(said).toContain('\x1b]5379;edited\x07')
  expect(said).toContain('configmap/words edited')
  expect(type('kubectl get cm words -o jsonpath={.data.a}\r')).toContain('two')
})

test('a refused edit is handed to the page again, with the reasons as comments', () => {
  const { cluster, type, asked } = page()
  type('kubectl create deployment web --image=nginx\r')
  const path = asked(type('kubectl edit deployment web\r'))!
  cluster.files.write(path, cluster.files.read(path)!.replace('replicas: 1', 'replicas: -1'))
  expect(asked(type(SAVED))).toBe(path)
  expect(cluster.files.read(path)).toMatch(/^# \* spec\.replicas: Invalid value: -1: must be greater than or equal to 0$/m)
  expect(type(CANCELLED)).toContain('Edit cancelled, no valid changes were saved.')
})

test('cancelled, nothing is changed, whatever was typed meanwhile; Ctrl-C gives up', () => {
  const { cluster, type, asked } = page()
  type('kubectl create configmap words --from-literal=a=one\r')
  const path = asked(type('kubectl edit configmap words\r'))!
  cluster.files.write(path, 'nonsense: [')
  expect(type(CANCELLED)).toContain('Edit cancelled, no changes made.')
  type('kubectl edit configmap words\r')
  expect(type('\x03')).toContain('there was a problem with the editor')
  expect(type('kubectl get cm words -o jsonpath={.data.a}\r')).toContain('one')
})

test('KUBE_EDITOR=vi keeps vi, and without a page `editor` is vi', () => {
  const { type, asked } = page()
  type('kubectl create configmap words --from-literal=a=one\r')
  const vi = type('KUBE_EDITOR=vi kubectl edit configmap words\r')
  expect(asked(vi)).toBeUndefined()
  expect(vi).toContain('\x1b[?1049h')
  expect(type('\x1b:q!\r')).toContain('Edit cancelled, no changes made.')
  expect(type('env -u TERM_PROGRAM editor note.txt\r')).toContain('\x1b[?1049h')
})

test('editor FILE opens a file of the home folder, which need not exist yet', () => {
  const { cluster, type, asked } = page()
  expect(asked(type('editor note.txt\r'))).toBe('/root/note.txt')
  cluster.files.write('/root/note.txt', 'hello\n')
  type(SAVED)
  expect(type('cat note.txt\r')).toContain('hello')
})
