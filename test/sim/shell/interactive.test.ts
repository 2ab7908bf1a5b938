import { expect, test } from 'vitest'
import { write } from '../../../src/sim/node/os/calls'
import type { Program } from '../../../src/sim/node/os/syscalls'
import { displayWidth } from '../../../src/sim/formats/display-width'
import { terminal, type BootOptions } from './machine'

const kubectl: Program = function* (self) {
  const words = self.argv.slice(2)
  if (self.argv[1] === '__complete') yield* write(1, words.length === 2 ? 'pods\tShort name: po\npodtemplates\n:4\n' : 'web-1\nweb-2\n:4\n')
  return 0
}

function fresh(options: BootOptions = {}) {
  const screen = terminal({
    files: { '/root/.bashrc': 'alias k=kubectl\nexport EDITOR=vi\n', '/root/manifest.yaml': 'kind: Pod\n', ...options.files },
    programs: { kubectl },
    ...options,
  })
  screen.take()
  return screen
}

/** What the last command printed, without the echo of typing it and the prompt after it. */
function output(screen: ReturnType<typeof fresh>, keys: string): string {
  screen.take()
  screen.type(keys)
  return screen
    .take()
    .replace(/^[^\n]*\n/, '')
    .replace(/root@host:[^#]*# $/, '')
}

test('the prompt names user, host and directory, and .bashrc has been read', () => {
  const screen = terminal({ files: { '/root/.bashrc': 'export EDITOR=vi\n' } })
  expect(screen.take()).toBe('root@host:~# ')
  expect(output(screen, 'echo $EDITOR; cd /tmp\r')).toBe('vi\n')
  expect(output(screen, 'pwd\r')).toBe('/tmp\n')
})

test('a busy loop uses virtual time only and ends with Ctrl-C', () => {
  const screen = fresh()
  screen.type('while true; do :; done\r', 2000)
  expect(screen.take()).not.toContain('root@host')
  screen.type('\x03')
  expect(screen.take()).toBe('^C\nroot@host:~# ')
  expect(output(screen, 'echo $?\r')).toBe('130\n')
})

test('Ctrl-C ends a whole command line, not only the program that runs', () => {
  const screen = fresh()
  screen.type('sleep 100; echo never\r')
  screen.type('\x03')
  expect(screen.take()).not.toContain('\nnever')
})

test('jobs: started with &, stopped with Ctrl-Z, continued with bg and fg, killed', () => {
  const screen = fresh()
  expect(output(screen, 'sleep 50 &\r')).toMatch(/^\[1\] \d+\n$/)
  expect(output(screen, 'jobs\r')).toBe('[1]+  Running                 sleep 50 &\n')
  screen.type('kill %1\r')
  expect(screen.take()).toContain('[1]+  Terminated              sleep 50\n')
  screen.type('sleep 60\r')
  screen.type('\x1a')
  expect(screen.take()).toContain('[1]+  Stopped                 sleep 60\n')
  expect(output(screen, 'bg\r')).toBe('[1]+ sleep 60 &\n')
  screen.type('fg\r')
  screen.type('\x03')
  expect(output(screen, 'jobs\r')).toBe('')
})

test('an unfinished command goes on after `> `', () => {
  const screen = fresh()
  expect(output(screen, 'for i in 1 2; do\recho $i\rdone\r')).toContain('1\n2\n')
  expect(output(screen, 'cat <<EOF\rin $EDITOR\rEOF\r')).toContain('\nin vi\n')
})

test('pasted lines run in order, comments do nothing, the last waits for Enter', () => {
  const screen = fresh()
  screen.type('\x1b[200~echo one\r\n# a comment\r\necho two\r\necho three\x1b[201~')
  const before = screen.take()
  expect(before).toContain('\none\n')
  expect(before).toContain('\ntwo\n')
  expect(before).not.toContain('\nthree\n')
  screen.type('\r')
  expect(screen.take()).toContain('\nthree\n')
})

test('typographic quotes from a slide are understood, with a hint', () => {
  expect(output(fresh(), 'echo “hello world”\r')).toBe(
    'bash: typographic quotes or dashes replaced by plain ones: echo "hello world"\nhello world\n',
  )
})

test('keys: home, end, kill, yank, word motions and the middle of a line', () => {
  const screen = fresh()
  expect(output(screen, 'world\x01echo hello \x05!\r')).toBe('hello world!\n')
  expect(output(screen, 'echo a b\x17c\r')).toBe('a c\n')
  expect(output(screen, 'b c\x15echo \x19\r')).toBe('b c\n')
  expect(output(screen, 'echo one two\x1bb\x1bbX\r')).toBe('Xone two\n')
  expect(output(screen, 'echo 日本語\x1b[D\x1b[Dx\r')).toBe('日x本語\n')
})

test('history: arrows, Ctrl-R, !! and the file', () => {
  const screen = fresh()
  screen.type('echo first\r')
  screen.type('echo second\r')
  expect(output(screen, '\x1b[A\x1b[A\r')).toBe('first\n')
  screen.type('\x12sec')
  expect(output(screen, '\r')).toBe('second\n')
  expect(output(screen, '!!\r')).toBe('echo second\nsecond\n')
  expect(screen.files.read('/root/.bash_history')).toContain('echo first\necho second\n')
})

test('Tab completes commands, files and what kubectl itself proposes, through an alias too', () => {
  const screen = fresh()
  expect(output(screen, 'cat man\t\r')).toBe('kind: Pod\n')
  screen.type('k get pod\t\t')
  expect(screen.take()).toContain('pods          podtemplates')
  screen.type('s we\t')
  expect(screen.take()).toMatch(/k get pods web-$/)
})

test('Ctrl-D ends the shell; exit hands its code on', () => {
  const first = fresh()
  first.type('\x04')
  expect(first.code).toBe(0)
  const second = fresh()
  second.type('exit 3\r')
  expect(second.code).toBe(3)
})

test('a program that died of a signal while the terminal was raw leaves a sane terminal', () => {
  const screen = fresh()
  screen.type('vi note.txt\r')
  screen.type('ihello\x1b:wq\r')
  expect(output(screen, 'cat note.txt\r')).toBe('hello\n')
})

test.each([
  ['abc', 3],
  ['日本', 4],
  ['か\u3099', 2],
  ['é', 1],
  ['😀', 2],
])('%s takes %d columns', (text, width) => {
  expect(displayWidth(text)).toBe(width)
})

test('keys typed ahead belong to the program that reads next, a shell within the shell for one', () => {
  const screen = fresh()
  expect(output(screen, 'read answer; echo "got $answer"\ryes\r')).toBe('yes\ngot yes\n')
  expect(output(screen, 'bash\recho $((6*7))\rexit\recho outer\r')).toMatch(/\n42\n[^]*exit\n[^]*\nouter\n/)
})

test('a pasted script of many lines is shown line by line; a pasted megabyte does no harm', () => {
  const screen = fresh()
  screen.type('\x1b[200~cat <<EOF\none\nEOF\n\x1b[201~')
  expect(screen.take()).toMatch(/cat <<EOF[^\n]*\n> one\n> EOF\none\n/)
  screen.type(`\x1b[200~${'x'.repeat(1_000_000)}\x1b[201~`)
  screen.type('\x03')
  expect(output(screen, 'echo alive\r')).toBe('alive\n')
})

test('head -c takes so many bytes of an endless stream; who wants all of one runs out of memory', () => {
  const screen = fresh()
  expect(output(screen, 'cat /dev/zero | head -c 10 | od\r')).toBe('0000000 000000 000000 000000 000000 000000\n0000012\n')
  expect(output(screen, 'printf あいう | head -c 3\r')).toBe('あ')
  screen.take()
  screen.type('sort /dev/zero\r', 10_000)
  expect(screen.take()).toContain('\nsort: /dev/zero: Cannot allocate memory\n')
})
