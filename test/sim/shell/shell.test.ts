import { describe, expect, test } from 'vitest'
import { accept, listen, read, write, close } from '../../../src/sim/node/os/calls'
import type { Network } from '../../../src/sim/node/os/network'
import type { Program } from '../../../src/sim/node/os/syscalls'
import { piDigits } from '../../../src/sim/shell/tools/numbers'
import { boot, run, runOn } from './machine'

describe('busybox speaks its own way', () => {
  test.each([
    ['nosuch', 'sh: nosuch: not found\n', 127],
    ['cat /tmp/healthy', "cat: can't open '/tmp/healthy': No such file or directory\n", 1],
    ['ls /nowhere', 'ls: /nowhere: No such file or directory\n', 1],
    ['cd /nowhere', "sh: cd: can't cd to /nowhere: No such file or directory\n", 2],
    ['rm nofile', "rm: can't remove 'nofile': No such file or directory\n", 1],
    ['echo x > /nodir/f', "sh: can't create /nodir/f: nonexistent directory\n", 1],
    ['kill 999', "sh: kill: can't kill pid 999: No such process\n", 1],
    ['wget -qO- http://nowhere', "wget: bad address 'nowhere'\n", 1],
  ])('%s', (script, stderr, code) => {
    expect(run(script, { make: 'busybox' })).toEqual({ stdout: '', stderr, code })
  })
})

test.each(['find /', 'ls -R /'])('%s ends without a word when nobody reads on', (command) => {
  expect(run(`${command} | head -1; echo \${PIPESTATUS[0]}`)).toEqual({
    stdout: expect.stringMatching(/^\/:?\n141\n$/) as string,
    stderr: '',
    code: 0,
  })
})

test('ls -l of a link with a last slash lists what it leads to', () => {
  const script = 'mkdir d; touch d/f; ln -s d l; ls -l l | cut -c1; ls -l l/ | tail -1 | grep -o "f$"; ls -d l/'
  expect(run(script)).toEqual({ stdout: 'l\nf\nl/\n', stderr: '', code: 0 })
})

test('a process substitution is part of the word it stands in', () => {
  const script = 'show() { echo "$#"; cat "${1#--file=}" "$2"; }; show --file=<(echo one) <(echo two)'
  expect(run(script)).toEqual({ stdout: '2\none\ntwo\n', stderr: '', code: 0 })
})

test('a script names itself and the line in messages', () => {
  const script = '#!/bin/bash\necho start\nnosuch\necho end $1\n'
  expect(run('bash deploy.sh now', { files: { '/work/deploy.sh': script } })).toEqual({
    stdout: 'start\nend now\n',
    stderr: 'deploy.sh: line 3: nosuch: command not found\n',
    code: 0,
  })
})

test('pipes stream: a reader sees each line as it is written', () => {
  const { stdout } = run('(echo a; sleep 10; echo b) | while read l; do echo "$l at $SECONDS"; done')
  expect(stdout).toBe('a at 0\nb at 10\n')
})

test('tail -f follows a growing file until it is killed', () => {
  const { stdout } = run(
    'touch log; tail -f log | grep --line-buffered x & for i in 1 2; do echo x$i >> log; sleep 2; done; pkill tail; wait; echo done',
  )
  expect(stdout).toBe('x1\nx2\ndone\n')
})

test('sleeping costs no real time, and date follows the virtual clock', () => {
  expect(run('date +%T; sleep 3600; date +%T', { limitMs: 4_000_000 }).stdout).toBe('03:04:05\n04:04:05\n')
})

test.each([
  ['while true; do :; done', 'an empty loop'],
  ["awk 'BEGIN{while(1);}'", 'awk'],
  ["echo | sed ':a;ba'", 'sed'],
  ['yes > /dev/null', 'yes'],
])('%s never ends but never hangs the machine (%s)', (script) => {
  expect(() => run(script, { limitMs: 2_000 })).toThrow('still running')
})

test('a function that calls itself for ever is stopped', () => {
  expect(run('f() { f; }; f')).toEqual({ stdout: '', stderr: 'bash: line 1: f: maximum function nesting level exceeded (400)\n', code: 1 })
})

test("jq's endless programs are stopped", () => {
  expect(run("jq -n 'def f: f; f'").code).toBe(5)
})

test('a trap ends a container-like script on SIGTERM', () => {
  const { engine, machine } = boot()
  setTimeoutVirtual(engine, 5000, () => machine.signal(1, 'SIGTERM'))
  expect(runOn(machine, engine, ['bash', '-c', 'trap "echo bye; exit 0" TERM; while true; do sleep 1; done'])).toEqual({
    stdout: 'bye\n',
    stderr: '',
    code: 0,
  })
})

function setTimeoutVirtual(engine: ReturnType<typeof boot>['engine'], ms: number, work: () => void) {
  engine.after(ms, work)
}

test.each([
  ["the last command of sh -c takes the shell's place", "sh -c 'sleep 5' & kill $!; ps -o comm= | grep -c sleep", '0\n'],
  ['so does a program in the background that is given variables of its own', 'A=1 sleep 5 & kill $!; ps -o comm= | grep -c sleep', '0\n'],
  ['not when something comes after it', "sh -c 'sleep 5; echo after' & wait; echo $?", 'after\n0\n'],
  ['nor when the shell has a trap to run', 'bash -c \'trap "echo bye" EXIT; ls -d /\'', '/\nbye\n'],
  ['exec ends the script with the program', 'exec echo one; echo two', 'one\n'],
  ['and a program that does not exist ends it too', "bash -c 'exec nosuch; echo two'; echo $?", '127\n'],
])('%s', (_title, script, stdout) => {
  expect(run(script).stdout).toBe(stdout)
})

test('pi is computed, not remembered', () => {
  expect(piDigits(51)).toBe('3.14159265358979323846264338327950288419716939937511')
  expect(run("perl -Mbignum=bpi -wle 'print bpi(2000)'").stdout).toMatch(/^3\.14159\d{1994}\n$/)
})

test('commands from standard input run as they come, and share it with what they run', () => {
  const stdin = 'echo one\nread x\ngiven\necho "got $x"\ncat <<EOF\nbody\nEOF\nfor i in 1 2\ndo echo $i\ndone\ncat\nrest\n'
  expect(run('', { argv: ['bash'], stdin })).toEqual({ stdout: 'one\ngot given\nbody\n1\n2\nrest\n', stderr: '', code: 0 })
})

describe('over the network', () => {
  const server: Program = function* () {
    const listening = yield* listen(8080)
    for (;;) {
      const { fd } = yield* accept(listening)
      const request = yield* read(fd)
      const path = request.split(' ')[1]
      const status = path === '/missing' ? '404 Not Found' : '200 OK'
      const body = `you asked for ${path}\n`
      yield* write(fd, `HTTP/1.1 ${status}\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
      yield* close(fd)
    }
  }
  const names: Readonly<Record<string, string>> = { 'web.default.svc.cluster.local': '10.96.12.3', web: '10.96.12.3' }
  const resolve: Network['resolve'] = (_from, { name, type }) => ({
    delayMs: 1,
    answer:
      type === 'PTR'
        ? name.startsWith('10.0.96')
          ? [{ name, type, value: 'kube-dns.kube-system.svc.cluster.local', server: '10.96.0.10#53' }]
          : [{ name, type, value: 'web.default.svc.cluster.local', server: '10.96.0.10#53' }]
        : names[name]
          ? [{ name: 'web.default.svc.cluster.local', type: 'A' as const, value: names[name], server: '10.96.0.10#53' }]
          : [],
  })
  const connect: Network['connect'] = (from, host, port) => {
    const listener = from.listeners.get(`tcp:${port}`)
    return {
      delayMs: 1,
      answer:
        host === 'nowhere'
          ? { error: 'ENOTFOUND' }
          : listener
            ? { listener, peer: '10.0.0.2', local: '10.0.0.2' }
            : { error: 'ECONNREFUSED' },
    }
  }
  const options = { programs: { server }, network: { resolve, connect }, files: { '/etc/resolv.conf': 'nameserver 10.96.0.10\n' } }
  const tryIt = (script: string, make: 'gnu' | 'busybox' = 'gnu') =>
    run(`server & sleep 0.1; ${script}; code=$?; kill $! 2>/dev/null; exit $code`, { ...options, make })

  test.each([
    ['curl -s http://web:8080/x', { stdout: 'you asked for /x\n', stderr: '', code: 0 }],
    ['curl -s -o /dev/null -w "%{http_code}" http://web:8080/missing', { stdout: '404', stderr: '', code: 0 }],
    ['curl -sf http://web:8080/missing', { stdout: '', stderr: '', code: 22 }],
    ['curl http://nowhere/', { stdout: '', stderr: 'curl: (6) Could not resolve host: nowhere\n', code: 6 }],
    [
      'curl -sS http://web:9/',
      { stdout: '', stderr: "curl: (7) Failed to connect to web port 9 after 1 ms: Couldn't connect to server\n", code: 7 },
    ],
    ['nc -zv web 8080', { stdout: '', stderr: 'Connection to web 8080 port [tcp/*] succeeded!\n', code: 0 }],
  ])('%s', (script, expected) => {
    expect(tryIt(script)).toEqual(expected)
  })

  test.each([
    ['wget -qO- http://web:8080/y', { stdout: 'you asked for /y\n', stderr: '', code: 0 }],
    ['wget -qO- http://web:8080/missing', { stdout: '', stderr: 'wget: server returned error: HTTP/1.1 404 Not Found\n', code: 1 }],
    [
      'wget -qO- -T 1 http://web:9',
      { stdout: '', stderr: "wget: can't connect to remote host (10.96.12.3): Connection refused\n", code: 1 },
    ],
  ])('busybox: %s', (script, expected) => {
    expect(tryIt(script, 'busybox')).toEqual(expected)
  })
})

test('three hundred commands with pipes and substitutions leave nothing open or waiting', () => {
  const { stdout } = run(
    `for i in $(seq 50); do x=$(echo "{\\"a\\":$i}" | jq .a); [ "$x" = "$i" ] && printf '%s\\n' "$x" | grep -Eq '^[0-9]+$' && echo ok; done | sort | uniq -c`,
  )
  expect(stdout.trim()).toBe('50 ok')
})
