import { expect, test } from 'vitest'
import { createCluster } from '../../../../src/sim/cluster'

const emptyCache = '"volumeMounts":[{"name":"c","mountPath":"/var/cache/nginx"}]'
const readOnly = '"securityContext":{"readOnlyRootFilesystem":true}'

/** Whether nginx of an image runs with such fields in its container, and the last words of its log. */
function start(fields: string, volumes = '', image = 'nginx') {
  const cluster = createCluster({ workers: 1 })
  const { stdout } = cluster.run(`
kubectl run p --image=${image} --overrides='{"spec":{"containers":[{"name":"p","image":"${image}",${fields}}]${volumes}}}' >/dev/null
sleep 5
kubectl get pod p -o jsonpath='{.status.containerStatuses[0].ready}{"\\n"}'
kubectl logs p`)
  const lines = stdout.trimEnd().split('\n')
  return { ready: lines[0], lines, last: lines.at(-1) }
}

test.each([
  [readOnly, '', 'mkdir() "/var/cache/nginx/client_temp" failed (30: Read-only file system)'],
  [`${readOnly},${emptyCache}`, ',"volumes":[{"name":"c","emptyDir":{}}]', 'open() "/run/nginx.pid" failed (30: Read-only file system)'],
  ['"securityContext":{"runAsUser":101}', '', 'mkdir() "/var/cache/nginx/client_temp" failed (13: Permission denied)'],
  [
    '"securityContext":{"capabilities":{"drop":["ALL"]}}',
    '',
    'chown("/var/cache/nginx/client_temp", 101) failed (1: Operation not permitted)',
  ],
])('nginx ends where it may not do what it has to: %s', (fields, volumes, why) => {
  expect(start(fields, volumes)).toMatchObject({ ready: 'false', last: `nginx: [emerg] ${why}` })
})

test.each([
  [
    `${readOnly},"volumeMounts":[{"name":"c","mountPath":"/var/cache/nginx"},{"name":"r","mountPath":"/run"}]`,
    ',"volumes":[{"name":"c","emptyDir":{}},{"name":"r","emptyDir":{}}]',
    'nginx',
  ],
  ['"securityContext":{"capabilities":{"drop":["ALL"],"add":["CHOWN","SETUID","SETGID"]}}', '', 'nginx'],
  ['"securityContext":{"runAsNonRoot":true,"capabilities":{"drop":["ALL"]}}', '', 'nginxinc/nginx-unprivileged'],
])('nginx runs where it has what it needs: %s', (fields, volumes, image) => {
  expect(start(fields, volumes, image)).toMatchObject({ ready: 'true' })
})

test('another user than root is told that the directive user means nothing for it', () => {
  expect(start('"securityContext":{"runAsUser":1000}').lines).toContain(
    'nginx: [warn] the "user" directive makes sense only if the master process runs with super-user privileges, ignored in /etc/nginx/nginx.conf:2',
  )
})
