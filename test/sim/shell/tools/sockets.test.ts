import { expect, test } from 'vitest'
import { createCluster } from '../../../../src/sim/cluster'

const cluster = createCluster({ workers: 1 })
cluster.run(`
kubectl run web --image=nginx
kubectl run look --image=busybox -- sleep 1d
kubectl run net --image=nicolaka/netshoot -- sleep 1d
kubectl wait pod --all --for=condition=Ready --timeout=120s
kubectl expose pod web --port=80`)
const address = cluster.run("kubectl get svc web -o jsonpath='{.spec.clusterIP}'").stdout
const say = (pod: string, script: string) => {
  const { stdout, stderr } = cluster.run(`kubectl exec ${pod} -- sh -c '${script}'`)
  return stdout + stderr.replace(/^(command terminated|Defaulted).*\n/gm, '')
}

test('netstat shows who listens in the Pod, and by which process where it is one of the container', () => {
  const head =
    'Active Internet connections (only servers)\nProto Recv-Q Send-Q Local Address           Foreign Address         State       PID/Program name    \n'
  const row = (owner: string) => `tcp        0      0 0.0.0.0:80              0.0.0.0:*               LISTEN      ${owner.padEnd(20)}\n`
  expect(say('web', 'apt-get update >/dev/null; apt-get install -y net-tools >/dev/null 2>&1; netstat -tlnp')).toBe(
    head + row('1/nginx: master pro'),
  )
  const other = cluster.run('kubectl debug web --image=busybox --profile=general --attach -q -- netstat -tlnp').stdout
  expect(other).toBe(head + row('-'))
  expect(say('look', 'netstat -tlnp')).toBe(head)
})

test('ss on the control plane shows the ports of its components', () => {
  const { stdout } = cluster.run('ss -tln')
  expect(stdout).toMatch(/^State +Recv-Q Send-Q Local Address:Port Peer Address:Port Process\n/)
  expect(stdout).toMatch(/^LISTEN 0 +4096 +0\.0\.0\.0:6443 +0\.0\.0\.0:\*$/m)
})

test('telnet tells whether a port can be reached, in the words of its make', () => {
  expect(say('look', 'telnet web 80 </dev/null')).toBe('Connected to web\nConnection closed by foreign host\n')
  expect(say('net', 'telnet web 80 </dev/null')).toBe(
    `Trying ${address}...\nConnected to web.\nEscape character is '^]'.\nConnection closed by foreign host.\n`.replaceAll("'", "'"),
  )
  expect(say('look', 'telnet $HOSTNAME 81')).toMatch(/^telnet: can't connect to remote host \([\d.]+\): Connection refused\n$/)
  expect(say('look', 'telnet nowhere 80')).toBe("telnet: bad address 'nowhere'\n")
})

test('a second nginx cannot have the port of the first, and -T shows what the first was told', () => {
  const said = say('web', 'nginx')
  expect(said.match(/^nginx: \[emerg\] bind\(\) to 0\.0\.0\.0:80 failed \(98: Address already in use\)$/gm)).toHaveLength(5)
  expect(said).toMatch(/nginx: \[emerg\] still could not bind\(\)\n$/)
  expect(say('web', 'nginx -T 2>/dev/null | grep "^# "')).toBe(
    '# configuration file /etc/nginx/nginx.conf:\n# configuration file /etc/nginx/conf.d/default.conf:\n',
  )
})

test('processes are found and ended by the name of their program', () => {
  expect(say('look', 'sleep 5000 & pidof sleep | wc -w; killall sleep; killall nope')).toBe('2\nkillall: nope: no process killed\n')
})

test('busybox runs an applet by its name', () => {
  expect(say('look', 'busybox pidof sleep; busybox --list | grep -x -e ls -e wget; busybox nope')).toBe(
    '1\nls\nwget\nnope: applet not found\n',
  )
  expect(say('look', 'busybox | head -1')).toMatch(/^BusyBox v1\.\d+\.\d+ \(.*\) multi-call binary\.\n$/)
})
