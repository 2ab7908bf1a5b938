import { describe, expect, test } from 'vitest'
import { createEngine } from '../../../../src/sim/engine/engine'
import {
  accept,
  close,
  connect,
  fetch,
  listen,
  makeDirectory,
  onSignal,
  open,
  pendingSignals,
  pipe,
  read,
  readAll,
  readFile,
  readLine,
  sleep,
  spawn,
  useCpu,
  wait,
  write,
  writeFile,
} from '../../../../src/sim/node/os/calls'
import { programFile, file, treeOf } from '../../../../src/sim/node/os/file-nodes'
import { createFileSystem } from '../../../../src/sim/node/os/file-system'
import { createVolume } from '../../../../src/sim/node/os/volume'
import { createMachine } from '../../../../src/sim/node/os/machine'
import type { Network, NetworkNamespace } from '../../../../src/sim/node/os/network'
import { nullDevice, sinkFile } from '../../../../src/sim/node/os/pipe'
import { SmallMap } from '../../../../src/sim/node/os/small-map'
import { SyscallError, type Program } from '../../../../src/sim/node/os/syscalls'
import { createTty } from '../../../../src/sim/node/os/tty'

function boot(programs: Record<string, Program> = {}, options: { init?: boolean } = {}) {
  const engine = createEngine({ seed: 1, startMs: 0 })
  const place: NetworkNamespace = { name: 'test', interfaces: [], listeners: new SmallMap(), readFile: () => undefined }
  const network: Network = {
    resolve: () => ({ delayMs: 1, answer: [] }),
    connect: (_from, _host, port) => {
      const listener = place.listeners.get(`tcp:${port}`)
      return { delayMs: 1, answer: listener ? { listener, peer: '10.0.0.1', local: '10.0.0.2' } : { error: 'ECONNREFUSED' } }
    },
    api: () => ({
      delayMs: 1,
      answer: {
        from: '10.0.0.1',
        serve: (request, answered) => answered({ status: 200, headers: {}, body: `you asked for ${request.url}` }),
      },
    }),
  }
  const tree = treeOf({
    ...Object.fromEntries(Object.keys(programs).map((name) => [`/bin/${name}`, programFile(name)])),
    '/etc/motd': file('hello\n'),
  })
  const files = createFileSystem({ root: createVolume(tree), now: () => engine.nowMs })
  const machine = createMachine({
    engine,
    network,
    place,
    hostname: 'test',
    files,
    programs: (name) => programs[name],
    init: options.init ?? false,
    background: false,
  })
  const out = { text: '', code: undefined as number | undefined, signal: undefined as string | undefined, endedMs: -1 }
  const run = (program: Program) => {
    const sink = sinkFile((text) => void (out.text += text))
    return machine.start({
      argv: ['main'],
      run: program,
      fds: { 0: nullDevice(), 1: sink, 2: sink },
      onExit: ({ code, signal }) => Object.assign(out, { code, signal, endedMs: engine.nowMs }),
    })
  }
  return { engine, machine, files, run, out }
}

const shellEnv = { PATH: '/bin' }

describe('processes', () => {
  test('a program writes, sleeps in virtual time and exits with its code', () => {
    const { engine, run, out } = boot()
    run(function* () {
      yield* write(1, 'before ')
      yield* sleep(5000)
      yield* write(1, 'after')
      return 3
    })
    engine.advanceTo(4999)
    expect(out).toMatchObject({ text: 'before ', code: undefined })
    engine.advanceTo(5001)
    expect(out).toMatchObject({ text: 'before after', code: 3 })
  })

  test('a pipeline streams: the reader sees a line while the writer still sleeps', () => {
    const { engine, run, out } = boot({
      *slow() {
        yield* write(1, 'one\n')
        yield* sleep(1000)
        yield* write(1, 'two\n')
        return 0
      },
      *shout() {
        for (let line = yield* readLine(0); line !== ''; line = yield* readLine(0)) yield* write(1, line.toUpperCase())
        return 0
      },
    })
    run(function* () {
      const [readEnd, writeEnd] = yield* pipe()
      const left = yield* spawn({ argv: ['slow'], env: shellEnv, cwd: '/', fds: { 0: 0, 1: writeEnd, 2: 2 } })
      const right = yield* spawn({ argv: ['shout'], env: shellEnv, cwd: '/', fds: { 0: readEnd, 1: 1, 2: 2 } })
      yield* close(readEnd)
      yield* close(writeEnd)
      yield* wait(left)
      return (yield* wait(right)).code
    })
    engine.advanceTo(500)
    expect(out.text).toBe('ONE\n')
    engine.advanceTo(2000)
    expect(out).toMatchObject({ text: 'ONE\nTWO\n', code: 0 })
  })

  test('a writer whose reader has gone dies of SIGPIPE', () => {
    const { engine, run, out } = boot({
      *yes() {
        for (;;) yield* write(1, 'y\n'.repeat(10_000))
      },
    })
    run(function* () {
      const [readEnd, writeEnd] = yield* pipe()
      const yes = yield* spawn({ argv: ['yes'], env: shellEnv, cwd: '/', fds: { 1: writeEnd } })
      yield* close(writeEnd)
      yield* read(readEnd, 1)
      yield* close(readEnd)
      return (yield* wait(yes)).code
    })
    engine.advanceTo(1000)
    expect(out.code).toBe(141)
  })

  test('a busy loop uses virtual time and leaves the others their turn', () => {
    const { engine, machine, run, out } = boot()
    const spinner = run(function* () {
      for (;;) yield* useCpu(0.1)
    })
    let ticks = 0
    machine.start({
      argv: ['other'],
      fds: {},
      run: function* () {
        for (; ticks < 10; ticks++) yield* sleep(10)
        return 0
      },
    })
    engine.advanceTo(200)
    expect(ticks).toBe(10)
    machine.signal(spinner.pid, 'SIGINT')
    expect(out).toMatchObject({ code: 130, signal: 'SIGINT' })
  })

  test('the first process of a container ignores SIGTERM unless it has a handler, but not SIGKILL from outside', () => {
    const { engine, machine, run, out } = boot({}, { init: true })
    const init = run(function* () {
      yield* sleep(3_600_000)
      return 0
    })
    engine.advanceTo(10)
    machine.signal(init.pid, 'SIGTERM')
    engine.advanceTo(20)
    expect(out.code).toBeUndefined()
    machine.signal(init.pid, 'SIGKILL')
    expect(out.code).toBe(137)
  })

  test('a caught signal interrupts a blocking call, and the program decides', () => {
    const { engine, machine, run, out } = boot({}, { init: true })
    const server = run(function* () {
      yield* onSignal('SIGTERM', 'catch')
      try {
        yield* sleep(60_000)
      } catch (error) {
        if (!(error instanceof SyscallError)) throw error
        yield* write(1, `${error.code} ${(yield* pendingSignals()).join()}`)
      }
      return 0
    })
    engine.advanceTo(1000)
    machine.signal(server.pid, 'SIGTERM')
    engine.advanceTo(1001)
    expect(out).toMatchObject({ text: 'EINTR SIGTERM', code: 0 })
  })

  test('a refusal that the program does not handle ends it with a message', () => {
    const { engine, run, out } = boot()
    run(function* () {
      yield* readFile('/nowhere')
      return 0
    })
    engine.advanceTo(10)
    expect(out).toMatchObject({ text: 'main: No such file or directory\n', code: 1 })
  })
})

describe('files', () => {
  test('what one process writes the next one reads', () => {
    const { engine, run, out } = boot()
    run(function* () {
      yield* makeDirectory('/data/deep', { parents: true })
      yield* writeFile('/data/deep/note', 'kept')
      const fd = yield* open('/data/deep/note', 'append')
      yield* write(fd, ' safe')
      yield* close(fd)
      yield* write(1, (yield* readFile('/data/deep/note')) + (yield* readFile('/etc/motd')))
      return 0
    })
    engine.advanceTo(10)
    expect(out.text).toBe('kept safehello\n')
  })

  test('a tree shared by two containers is copied when one of them writes', () => {
    const tree = treeOf({ '/etc/motd': file('hello\n') })
    const now = () => 0
    const one = createFileSystem({ root: createVolume(tree), now })
    const two = createFileSystem({ root: createVolume(tree), now })
    one.write('/etc/motd', 'mine\n')
    expect([one.read('/etc/motd'), two.read('/etc/motd')]).toEqual(['mine\n', 'hello\n'])
  })

  test('a volume shows what is in it at its mount point, a read-only one refuses writes, and a full one has no space left', () => {
    const volume = createVolume(treeOf({ '/a/index.html': file('page') }), 10)
    const fs = createFileSystem({ root: createVolume(treeOf({ '/www/old': file('') })), now: () => 0 })
    fs.mount('/www', { volume, subPath: '/a', readOnly: false, source: 'disk', type: 'ext4' })
    expect(fs.list('/www')).toEqual(['index.html'])
    fs.write('/www/new', '12345')
    expect(() => fs.write('/www/more', '1234567')).toThrow('No space left on device')
    fs.mount('/ro', { volume, subPath: '/', readOnly: true, source: 'disk', type: 'ext4' })
    expect(() => fs.write('/ro/x', '')).toThrow('Read-only file system')
    expect(fs.list('/')).toEqual(['ro', 'www'])
  })

  test('links are followed, and a loop of links is refused', () => {
    const fs = createFileSystem({ root: createVolume(), now: () => 0 })
    fs.makeDirectory('/data/v1', { parents: true })
    fs.write('/data/v1/key', 'one')
    fs.symlink('/data/current', 'v1')
    expect(fs.read('/data/current/key')).toBe('one')
    expect(fs.realPath('/data/current/../current/key')).toBe('/data/v1/key')
    fs.symlink('/loop', '/loop')
    expect(() => fs.read('/loop')).toThrow('Too many levels of symbolic links')
  })
})

describe('network and terminal', () => {
  test('a server accepts a connection and answers', () => {
    const { engine, run, out } = boot({
      *server() {
        const socket = yield* listen(80)
        for (;;) {
          const { fd, peer } = yield* accept(socket)
          yield* write(fd, `hello ${peer}, you said ${yield* readLine(fd)}`)
          yield* close(fd)
        }
      },
    })
    run(function* () {
      yield* spawn({ argv: ['server'], env: shellEnv, cwd: '/', fds: {} })
      yield* sleep(10)
      const fd = yield* connect('self', 80)
      yield* write(fd, 'hi\n')
      yield* write(1, yield* readAll(fd))
      return 0
    })
    engine.advanceTo(100)
    expect(out.text).toBe('hello 10.0.0.1, you said hi\n')
  })

  test('fetch reaches the API server', () => {
    const { engine, run, out } = boot()
    run(function* () {
      yield* write(1, (yield* fetch({ method: 'GET', url: 'https://10.96.0.1/api/v1?x=1', headers: {} })).body)
      return 0
    })
    engine.advanceTo(100)
    expect(out.text).toBe('you asked for /api/v1?x=1')
  })

  test('Ctrl-C on a terminal ends the foreground process, line editing works, Ctrl-D is the end', () => {
    const { engine, machine } = boot()
    let screen = ''
    const tty = createTty(
      { columns: 80, rows: 24 },
      { output: (text) => void (screen += text), signal: (group, signal) => machine.signal(-group, signal) },
    )
    let code: number | undefined
    const program: Program = function* () {
      for (let line = yield* readLine(0); line !== ''; line = yield* readLine(0)) yield* write(1, `[${line.trim()}]\n`)
      return 0
    }
    const start = () =>
      machine.start({
        argv: ['cat'],
        run: program,
        fds: { 0: tty.file, 1: tty.file, 2: tty.file },
        onExit: (result) => void (code = result.code),
      })
    start()
    tty.input('helo\x7flo\r')
    engine.advanceTo(10)
    expect(screen).toBe('helo\b \blo\r\n[hello]\r\n')
    tty.input('\x04')
    engine.advanceTo(20)
    expect(code).toBe(0)
    start()
    engine.advanceTo(30)
    tty.input('abc\x03')
    expect(code).toBe(130)
  })
})
