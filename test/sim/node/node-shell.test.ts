import { expect, test } from 'vitest'
import { createCluster } from '../../../src/sim/cluster'

/** `kubectl debug` on node01: a Pod there with the node's files at /host. */
const onNode = (command: string) => `kubectl debug node/node01 -i -q --profile=sysadmin --image=busybox:1.28 -- ${command}`

test('a debugging Pod that changes its root to /host works with the files and the tools of the node', () => {
  const { stdout, stderr } = createCluster().run(`
${onNode(`chroot /host sh -c 'cat /etc/hostname; mkdir /opt/kept; echo kept > /opt/kept/file; crictl ps | head -1; cd ..; pwd'`)}
ssh node01 cat /opt/kept/file
${onNode('chroot /nowhere ls')}
${onNode('chroot /host no-such-tool')}
`)
  expect(stdout).toMatch(/^node01\nCONTAINER +IMAGE .*\n\/\nkept\n/)
  expect(stdout + stderr).toContain("chroot: can't change root directory to '/nowhere': No such file or directory")
  expect(stdout + stderr).toContain("chroot: can't execute 'no-such-tool': No such file or directory")
})

test('a Pod that is never restarted has failed when its command cannot be run', () => {
  const { stdout } = createCluster().run(`
kubectl run bad --image=busybox:1.28 --restart=Never -- no-such-command
sleep 10
kubectl get pod bad -o jsonpath='{.status.phase} {.status.containerStatuses[0].state.terminated.reason} {.status.containerStatuses[0].state.terminated.exitCode}'
kubectl get pod bad --no-headers
`)
  expect(stdout).toMatch(/Failed StartError 128bad +0\/1 +StartError +0 /)
})

test('an AppArmor profile that was loaded on the node keeps a container from writing', () => {
  const pod = (name: string, profile: string) =>
    `kubectl run ${name} --image=busybox:1.28 --overrides='{"spec":{"nodeName":"node01","securityContext":{"appArmorProfile":{"type":"Localhost","localhostProfile":"${profile}"}}}}' -- sleep 1h`
  const { stdout, stderr } = createCluster().run(`
ssh node01 'cat /sys/module/apparmor/parameters/enabled; apparmor_parser -q' <<'EOF'
#include <tunables/global>
profile no-writes flags=(attach_disconnected) {
  file,
  deny /** w,
}
profile no-data {
  file,
  deny /data/*.txt w,
}
EOF
${pod('none', 'no-writes')}
${pod('some', 'no-data')}
${pod('missing', 'not-loaded')}
sleep 10
kubectl exec none -- cat /proc/1/attr/current
kubectl exec none -- touch /tmp/x
kubectl exec some -- sh -c 'mkdir /data; echo a > /data/a.log; echo a > /data/a.txt; ls /data'
kubectl get pod missing --no-headers | awk '{print $3}'
ssh node01 'echo "profile no-writes { }" | apparmor_parser; echo $?; echo "profile no-writes { }" | apparmor_parser -R; grep -c no-writes /sys/kernel/security/apparmor/profiles'
`)
  expect(stdout).toContain('Y\n')
  expect(stdout).toContain('no-writes (enforce)\na.log\nCreateContainerError\n254\n0\n')
  expect(stderr).toContain('touch: /tmp/x: Permission denied')
  expect(stderr).toContain("sh: can't create /data/a.txt: Permission denied")
  expect(stderr).toContain('Unable to add "no-writes".  Profile already exists')
})
