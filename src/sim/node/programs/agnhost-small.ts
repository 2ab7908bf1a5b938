import { close, nowMs, pipe, random, readAll, readFile, sleep, spawn, wait, write } from '../os/calls'
import type { Proc, Program, Self } from '../os/syscalls'
import { parseGoDuration } from '../../formats/duration'
import { klogHead } from './dates'

/** Small subcommands of agnhost that print something, and what its HTTP server runs for `/shell`. */

export const dnsSuffix: Program = function* () {
  yield* write(1, (yield* resolverLine('search')).join(','))
  return 0
}

export const dnsServerList: Program = function* () {
  yield* write(1, (yield* resolverLine('nameserver')).join(','))
  return 0
}

function* resolverLine(keyword: string): Proc<readonly string[]> {
  const lines = (yield* readFile('/etc/resolv.conf')).split('\n').filter((line) => line.startsWith(`${keyword} `))
  return lines.flatMap((line) => line.split(/\s+/).slice(1))
}

export const etcHosts: Program = function* () {
  yield* write(1, yield* readFile('/etc/hosts'))
  return 0
}

/** Tells how it was called. */
export const entrypointTester: Program = function* (self) {
  yield* write(1, `[/agnhost ${self.argv.join(' ')}]\n`)
  return 0
}

/** `logs-generator`: so many lines, evenly over so long a time. */
export const logsGenerator = (flag: (name: string) => string | undefined): Program =>
  function* () {
    const lines = Number(flag('log-lines-total') ?? 0)
    const totalMs = parseGoDuration(flag('run-duration') ?? '0s') ?? 0
    if (lines <= 0 || totalMs <= 0) {
      yield* write(2, `${klogHead(yield* nowMs(), 'F')}logs_generator.go:60] Invalid total number of lines or duration\n`)
      return 255
    }
    for (let line = 0; line < lines; line++) {
      const verb = ['GET', 'POST', 'PUT'][Math.floor((yield* random()) * 3)]!
      const namespace = ['kube-system', 'default', 'ns'][Math.floor((yield* random()) * 3)]!
      const pod = Math.floor((yield* random()) * 46_656)
        .toString(36)
        .padStart(3, '0')
      const status = 200 + Math.floor((yield* random()) * 400)
      yield* write(
        2,
        `${klogHead(yield* nowMs())}logs_generator.go:76] ${line} ${verb} /api/v1/namespaces/${namespace}/pods/${pod} ${status}\n`,
      )
      yield* sleep(totalMs / lines)
    }
    return 0
  }

/** `/shell?cmd=…`: what the command printed, as JSON. */
export function* shellOutput(self: Self, command: string): Proc<string> {
  const [output, input] = yield* pipe()
  const pid = yield* spawn({ argv: ['/bin/sh', '-c', command], env: self.env, cwd: self.cwd, fds: { 0: 0, 1: input, 2: input } })
  yield* close(input)
  const text = yield* readAll(output)
  yield* close(output)
  const { code } = yield* wait(pid)
  return JSON.stringify({ ...(text && { output: text }), ...(code !== 0 && { error: `exit status ${code}` }) })
}
