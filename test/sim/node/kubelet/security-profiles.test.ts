import { expect, test } from 'vitest'
import { capabilityMask } from '../../../../src/sim/node/runtime/proc-status'
import { miniCluster, podOf } from '../mini-cluster'

const sleeper = 'containers: [{name: c, image: "busybox:1.28", command: [sleep, "3600"]SECURITY}]'
const withSecurity = (security: string) => sleeper.replace('SECURITY', `, securityContext: {${security}}`)

test.each([
  ['nothing', [], [], false, '00000000a80425fb'],
  ['two more', ['NET_ADMIN', 'SYS_TIME'], [], false, '00000000aa0435fb'],
  ['none at all', [], ['ALL'], false, '0000000000000000'],
  ['one of all', ['NET_BIND_SERVICE'], ['ALL'], false, '0000000000000400'],
  ['everything', [], [], true, '000001ffffffffff'],
])('a container that asks for %s has these capabilities', (_, add, drop, privileged, mask) => {
  expect(capabilityMask({ add, drop, privileged })).toBe(mask)
})

test('/proc tells user, groups, capabilities and profile of a container', () => {
  const cluster = miniCluster()
  const group =
    'securityContext: {runAsUser: 1000, runAsGroup: 3000, fsGroup: 2000, supplementalGroups: [4000]}, volumes: [{name: v, emptyDir: {}}]'
  const container = withSecurity('allowPrivilegeEscalation: false, seccompProfile: {type: RuntimeDefault}').replace(
    ', securityContext',
    ', volumeMounts: [{name: v, mountPath: /data}], securityContext',
  )
  cluster.apply(podOf('plain', `${group}, ${container}`))
  cluster.apply(podOf('users', `hostUsers: false, ${sleeper.replace('SECURITY', '')}`))
  cluster.advance('10s')
  const shows = (pod: string, script: string) => cluster.exec(pod, ['sh', '-c', script]).stdout
  expect(shows('plain', 'grep -E "Uid|Groups|CapEff|NoNewPrivs|Seccomp:" /proc/1/status')).toBe(
    'Uid:\t1000\t1000\t1000\t1000\nGroups:\t2000 3000 4000 \nCapEff:\t0000000000000000\nNoNewPrivs:\t1\nSeccomp:\t2\n',
  )
  expect(shows('plain', 'id; cat /proc/1/attr/current')).toBe(
    'uid=1000 gid=3000 groups=2000,3000,4000\ncri-containerd.apparmor.d (enforce)\n',
  )
  // The group of the volume, by the setgid bit of its folders.
  expect(shows('plain', 'mkdir /data/a; touch /data/a/b; stat -c %g /data/a/b')).toBe('2000\n')
  expect(shows('users', 'cat /proc/self/uid_map')).toBe('         0  833617920      65536\n')
})

test('groups of the image count, unless the policy for them is Strict', () => {
  const cluster = miniCluster()
  const container = 'containers: [{name: c, image: "registry.k8s.io/e2e-test-images/agnhost:2.45", command: [sh, -c, "id; sleep 1h"]}]'
  for (const policy of ['Merge', 'Strict'])
    cluster.apply(
      podOf(
        policy.toLowerCase(),
        `securityContext: {runAsUser: 1000, runAsGroup: 3000, supplementalGroups: [4000], supplementalGroupsPolicy: ${policy}}, ${container}`,
      ),
    )
  cluster.advance('10s')
  expect(cluster.logs('merge')).toContain('groups=3000,4000,50000(group-defined-in-image)')
  expect(cluster.logs('strict')).toContain('groups=3000,4000\n')
})

test('a profile that the node does not have keeps a container from being created', () => {
  const cluster = miniCluster()
  cluster.apply(podOf('armoured', withSecurity('appArmorProfile: {type: Localhost, localhostProfile: deny-write}')))
  cluster.apply(podOf('filtered', withSecurity('seccompProfile: {type: Localhost, localhostProfile: profiles/audit.json}')))
  cluster.advance('10s')
  expect(cluster.container('armoured')?.state?.waiting).toEqual({
    reason: 'CreateContainerError',
    message: 'failed to get container spec opts: failed to generate apparmor spec opts: apparmor profile not found deny-write',
  })
  const path = '/var/lib/kubelet/seccomp/profiles/audit.json'
  expect(cluster.container('filtered')?.state?.waiting).toEqual({
    reason: 'CreateContainerError',
    message: `failed to create containerd container: cannot load seccomp profile "${path}": open ${path}: no such file or directory`,
  })
})

test('a seccomp profile that lets nothing through keeps a container from starting', () => {
  const cluster = miniCluster()
  const files = cluster.nodes.hosts.get('node01')!.files
  files.makeDirectory('/var/lib/kubelet/seccomp', { parents: true })
  files.write('/var/lib/kubelet/seccomp/violation.json', '{"defaultAction": "SCMP_ACT_ERRNO"}')
  files.write('/var/lib/kubelet/seccomp/audit.json', '{"defaultAction": "SCMP_ACT_LOG"}')
  for (const name of ['violation', 'audit'])
    cluster.apply(podOf(name, withSecurity(`seccompProfile: {type: Localhost, localhostProfile: ${name}.json}`)))
  cluster.advance('20s')
  expect(cluster.container('violation')).toMatchObject({
    state: { waiting: { reason: 'CrashLoopBackOff' } },
    lastState: { terminated: { exitCode: 128 } },
  })
  expect(cluster.container('audit')?.state?.running).toBeDefined()
})

test('a variable may come from a file that an init container wrote', () => {
  const cluster = miniCluster()
  const env = (key: string, optional: boolean) =>
    `{name: ${key}, valueFrom: {fileKeyRef: {volumeName: v, path: config.env, key: ${key}, optional: ${optional}}}}`
  const volumes = 'volumes: [{name: v, emptyDir: {}}]'
  const init = `initContainers: [{name: write, image: "busybox:1.28", command: [sh, -c, "echo \\"# who\\" > /data/config.env; echo \\"ADDRESS='10.0.0.1'\\" >> /data/config.env"], volumeMounts: [{name: v, mountPath: /data}]}]`
  const container = (variables: string) =>
    `containers: [{name: c, image: "busybox:1.28", command: [sh, -c, "echo at $ADDRESS"], env: [${variables}]}]`
  cluster.apply(podOf('reads', `restartPolicy: Never, ${volumes}, ${init}, ${container(`${env('ADDRESS', false)}, ${env('NONE', true)}`)}`))
  cluster.apply(podOf('lacks', `restartPolicy: Never, ${volumes}, ${init}, ${container(env('NONE', false))}`))
  cluster.advance('20s')
  expect(cluster.logs('reads', 'container=c')).toBe('at 10.0.0.1\n')
  expect(cluster.container('lacks', 'c')?.state?.waiting).toEqual({
    reason: 'CreateContainerConfigError',
    message: 'environment variable key "NONE" not found in file "config.env"',
  })
})

test('a Pod may set kernel parameters that are safe; for others the kubelet turns it away', () => {
  const cluster = miniCluster()
  const sysctls = (name: string, value: string) => `securityContext: {sysctls: [{name: ${name}, value: "${value}"}]}`
  cluster.apply(podOf('safe', `${sysctls('net.ipv4.ip_unprivileged_port_start', '80')}, ${sleeper.replace('SECURITY', '')}`))
  cluster.apply(podOf('unsafe', `${sysctls('net.core.somaxconn', '1024')}, ${sleeper.replace('SECURITY', '')}`))
  cluster.advance('10s')
  expect(cluster.exec('safe', ['sysctl', 'net.ipv4.ip_unprivileged_port_start']).stdout).toBe('net.ipv4.ip_unprivileged_port_start = 80\n')
  expect(cluster.pod('unsafe')?.status).toMatchObject({
    phase: 'Failed',
    reason: 'SysctlForbidden',
    message: 'Pod was rejected: forbidden sysctl: "net.core.somaxconn" not allowlisted',
  })
})

test("root belongs to the groups that the image's files name it in, unless the policy is Strict", () => {
  const cluster = miniCluster()
  cluster.apply(podOf('merged', sleeper.replace('SECURITY', '')))
  cluster.apply(podOf('strict', `securityContext: {supplementalGroupsPolicy: Strict}, ${sleeper.replace('SECURITY', '')}`))
  cluster.advance('10s')
  expect(cluster.exec('merged', ['id']).stdout).toBe('uid=0(root) gid=0(root) groups=0(root),10(wheel)\n')
  expect(cluster.container('merged')?.user).toEqual({ linux: { uid: 0, gid: 0, supplementalGroups: [0, 10] } })
  expect(cluster.exec('strict', ['id']).stdout).toBe('uid=0(root) gid=0(root) groups=0(root)\n')
})
