import { expect, test } from 'vitest'
import { miniCluster, podOf } from '../mini-cluster'

const sleeper = '{name: shell, image: "busybox:1.28", command: [sleep, "3600"]}'

test('containers that share a process namespace see, signal and look into each other; without it each has a process 1 of its own', () => {
  const cluster = miniCluster()
  for (const share of [true, false])
    cluster.apply(podOf(share ? 'shared' : 'apart', `shareProcessNamespace: ${share}, containers: [{name: web, image: nginx}, ${sleeper}]`))
  cluster.advance('15s')
  const shell = (pod: string, script: string) => cluster.exec(pod, ['sh', '-c', script], 'shell').stdout
  expect(shell('apart', 'ps')).toMatch(/^ +1 root +0:00 sleep 3600\n.*\n? *\d+ root +0:00 ps\n$/m)
  const shown = shell('shared', 'ps')
  expect(shown).toContain('    1 65535      0:00 /pause\n')
  expect(shown).toMatch(/^ +\d+ root +0:00 nginx: master process nginx -g daemon off;\n +\d+ 101 +0:00 nginx: worker process$/m)
  const find = `$(ps | awk '/nginx: [m]aster/ {print $1}')`
  expect(shell('shared', `head -1 /proc/${find}/root/etc/nginx/conf.d/default.conf; cat /proc/${find}/cmdline | tr '\\0' ' '`)).toMatch(
    /^server \{|^# .*|nginx -g daemon off; $/,
  )
  shell('shared', `kill -HUP ${find}`)
  cluster.advance('1s')
  expect(cluster.logs('shared', 'container=web')).toContain('signal 1 (SIGHUP) received, reconfiguring')
  // The first process of a namespace is safe from inside; the application of a shared one is not the first.
  shell('apart', 'kill 1')
  shell('shared', `kill ${find}`)
  cluster.advance('1s')
  expect(cluster.container('apart', 'shell')?.restartCount).toBe(0)
  cluster.advance('5s')
  expect(cluster.container('shared', 'web')?.restartCount).toBe(1)
})

test('an ephemeral container with a target lives among the processes of that container, and goes with them', () => {
  const cluster = miniCluster()
  cluster.apply(podOf('p', 'containers: [{name: web, image: nginx}]'))
  cluster.advance('10s')
  cluster.server.request({
    method: 'PATCH',
    url: '/api/v1/namespaces/default/pods/p/ephemeralcontainers',
    headers: { 'content-type': 'application/strategic-merge-patch+json' },
    body: JSON.stringify({
      spec: { ephemeralContainers: [{ name: 'look', image: 'busybox:1.28', command: ['sleep', '1h'], targetContainerName: 'web' }] },
    }),
  })
  cluster.advance('10s')
  const look = (script: string) => cluster.exec('p', ['sh', '-c', script], 'look').stdout
  expect(look('ps')).toMatch(/ 1 root +0:00 nginx: master process/)
  expect(look('cat /proc/1/root/etc/hostname; cat /proc/1/environ | tr "\\0" "\\n" | grep -c NGINX_VERSION')).toBe('p\n1\n')
  cluster.exec('p', ['nginx', '-s', 'quit'], 'web')
  cluster.advance('2s')
  expect(cluster.pod('p')?.status?.ephemeralContainerStatuses?.[0]?.state?.terminated?.exitCode).toBe(137)
})

test('nginx is told by its own command to read its configuration again, and refuses a broken one', () => {
  const cluster = miniCluster()
  cluster.apply(podOf('web', 'containers: [{name: c, image: nginx}]'))
  cluster.advance('10s')
  const run = (script: string) => cluster.exec('web', ['sh', '-c', script])
  expect(run('nginx -s reload').stderr).toContain('[notice]')
  cluster.advance('1s')
  expect(cluster.logs('web').match(/start worker process \d+/g)).toHaveLength(4)
  run('echo "nonsense" > /etc/nginx/conf.d/default.conf')
  const refused = run('nginx -s reload; echo $?')
  expect(refused.stderr).toContain('[emerg]')
  expect(refused.stdout).toBe('1\n')
  expect(run('nginx -s fly').stderr).toBe('nginx: invalid option: "-s fly"\n')
})
