import { expect, test } from 'vitest'
import { createCluster } from '../../../../src/sim/cluster'

const cluster = createCluster({ workers: 1 })

const run = (script: string) => {
  const { stdout, stderr, code } = cluster.run(script)
  return { said: stdout + stderr, code }
}
const meanwhile = (flags: string, command: string) => run(`kubectl proxy ${flags} &\nproxy=$!\nsleep 1\n${command}\nkill $proxy\nwait`).said

test('the API is there for anybody on this machine', () => {
  expect(meanwhile('', 'curl -s localhost:8001/api/v1/namespaces/default | grep -o \'"name": "default"\'')).toBe(
    'Starting to serve on 127.0.0.1:8001\n"name": "default"\n',
  )
})

test('a watch streams through it', () => {
  const script =
    'timeout 3 curl -sN "localhost:8001/api/v1/namespaces?watch=1" | grep -o \'"name":"late"\' &\nsleep 1\nkubectl create ns late >/dev/null\nsleep 3'
  expect(meanwhile('', script)).toBe('Starting to serve on 127.0.0.1:8001\n"name":"late"\n')
})

test('it does not let anybody into pods, nor hosts by other names in', () => {
  const script = 'curl -s localhost:8001/api/v1/namespaces/default/pods/x/exec; curl -s -H "Host: evil.example" localhost:8001/version'
  expect(meanwhile('', script)).toBe('Starting to serve on 127.0.0.1:8001\nForbidden\nForbidden\n')
})

test('with --api-prefix and --www the API moves aside for files', () => {
  const script =
    'curl -s localhost:8001/static/page.html; curl -s localhost:8001/version; curl -s localhost:8001/k8s/version | grep -o \'"major": "1"\''
  cluster.run('mkdir -p site; echo hello > site/page.html')
  expect(meanwhile('--www=site --api-prefix=/k8s', script)).toBe(
    'Starting to serve on 127.0.0.1:8001\nhello\n404 page not found\n"major": "1"\n',
  )
})

test.each([
  ['--port=70000', 'error: listen tcp: address 70000: invalid port\n', 1],
  ['--port=1 --unix-socket=x', 'error: cannot set --unix-socket and --port at the same time\n', 1],
  ['--address=1.2.3.4', 'error: listen tcp 1.2.3.4:8001: bind: cannot assign requested address\n', 1],
])('kubectl proxy %s is refused', (flags, said, code) => {
  expect(run(`kubectl proxy ${flags}`)).toEqual({ said, code })
})

test('a filter that is no regular expression is fatal', () => {
  const { said, code } = run("kubectl proxy --accept-paths='('")
  expect(said).toMatch(/^F\d{4} .* proxy_server\.go:83\] Error compiling re: error parsing regexp: missing closing \): `\(`\n$/)
  expect(code).toBe(255)
})

test('with --unix-socket it serves at a file that only its owner may use; one that was left behind is taken away first', () => {
  const ask = 'ls -l /tmp/p.sock | cut -c1-10; curl -s --unix-socket /tmp/p.sock http://localhost/version | grep -o \'"major": "1"\''
  expect(meanwhile('--unix-socket=/tmp/p.sock', ask)).toBe('Starting to serve on /tmp/p.sock\nsrwx------\n"major": "1"\n')
  expect(run('test -S /tmp/p.sock && cat /tmp/p.sock; curl -sS --unix-socket /tmp/p.sock http://localhost/')).toMatchObject({ code: 7 })
  expect(meanwhile('--unix-socket=/tmp/p.sock', ask)).toContain('"major": "1"')
  expect(run('touch plain; kubectl proxy --unix-socket=plain')).toEqual({
    said: 'error: listen unix plain: bind: address already in use\n',
    code: 1,
  })
})
