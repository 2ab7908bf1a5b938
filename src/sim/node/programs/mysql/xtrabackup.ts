import { makeDirectory, read, stat, write, writeFile, accept, close, connect, listen, spawn, wait } from '../../os/calls'
import { SyscallError, type Program } from '../../os/syscalls'
import { ask } from './protocol'

const valueOf = (argv: readonly string[], name: string) => argv.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3)

/** `xtrabackup --backup --stream=xbstream` copies a running server to standard output; `--prepare` makes a copy fit for starting. */
export const xtrabackup: Program = function* (self) {
  const target = valueOf(self.argv, 'target-dir') ?? '/xtrabackup_backupfiles'
  if (self.argv.includes('--prepare')) {
    if ((yield* stat(`${target}/xtrabackup_binlog_info`)) === undefined) {
      yield* write(2, `xtrabackup: cd to ${target}\nxtrabackup: Error: cannot open ./xtrabackup_checkpoints\n`)
      return 1
    }
    yield* write(2, `xtrabackup: cd to ${target}\ncompleted OK!\n`)
    return 0
  }
  try {
    const reply = yield* ask(valueOf(self.argv, 'host') ?? '127.0.0.1', 3306, { ask: 'copy' })
    if ('files' in reply) yield* write(1, JSON.stringify(reply.files))
    yield* write(2, 'completed OK!\n')
    return 0
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
    yield* write(2, 'Failed to connect to MySQL server.\n')
    return 1
  }
}

/** `xbstream -x -C DIR`: unpacks what xtrabackup has streamed. */
export const xbstream: Program = function* (self) {
  const folder = self.argv[self.argv.indexOf('-C') + 1] ?? self.cwd
  let text = ''
  for (let chunk = yield* read(0); chunk !== ''; chunk = yield* read(0)) text += chunk
  for (const [name, content] of Object.entries(JSON.parse(text || '{}') as Record<string, string>)) {
    if (name.includes('/')) yield* makeDirectory(`${folder}/${name.slice(0, name.lastIndexOf('/'))}`, { parents: true })
    yield* writeFile(`${folder}/${name}`, content)
  }
  return 0
}

/** `ncat --recv-only HOST PORT`, and `ncat --listen PORT -c COMMAND`, which runs the command for every caller. */
export const ncat: Program = function* (self) {
  const command = self.argv[self.argv.indexOf('-c') + 1] ?? ''
  const words = self.argv.slice(1).filter((word, i, all) => !word.startsWith('-') && all[i - 1] !== '-c')
  try {
    if (!self.argv.includes('--listen') && !self.argv.includes('-l')) {
      const fd = yield* connect(words[0] ?? '', Number(words[1]), { timeoutMs: 10_000 })
      for (let chunk = yield* read(fd); chunk !== ''; chunk = yield* read(fd)) yield* write(1, chunk)
      return 0
    }
    const listener = yield* listen(Number(words[0]))
    for (;;) {
      const { fd } = yield* accept(listener)
      const pid = yield* spawn({ argv: ['sh', '-c', command], env: self.env, cwd: self.cwd, fds: { 0: fd, 1: fd, 2: 2 } })
      yield* close(fd)
      yield* wait(pid)
    }
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
    yield* write(
      2,
      error.code === 'ENOTFOUND'
        ? `Ncat: Could not resolve hostname "${words[0]}": Name or service not known. QUITTING.\n`
        : 'Ncat: Connection refused.\n',
    )
    return 1
  }
}
