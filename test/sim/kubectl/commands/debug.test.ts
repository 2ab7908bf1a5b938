import { expect, test } from 'vitest'
import { createCluster } from '../../../../src/sim/cluster'

const cluster = createCluster({ workers: 1 })
cluster.run(`
kubectl run web --image=nginx:1.27
kubectl label pod web tier=front
kubectl wait pod/web --for=condition=Ready`)

const run = (script: string) => {
  const { stdout, stderr, code } = cluster.run(script)
  return { said: stdout + stderr, code }
}
const read = (object: string, path: string) => run(`kubectl get ${object} -o jsonpath='${path}'`).said
const legacy =
  '--profile=legacy is deprecated and will be removed in the future. It is recommended to explicitly specify a profile, for example "--profile=general".\n'

test('an ephemeral container joins the pod and can be attached to', () => {
  const { said, code } = run(
    "kubectl debug web --image=busybox:1.36 --profile=general --attach -- sh -c 'hostname; wget -qO- localhost | grep title'",
  )
  expect(said).toMatch(/^Defaulting debug container name to debugger-[a-z0-9]{5}\.\n/)
  expect(said).toContain('web\n<title>Welcome to nginx!</title>\n')
  expect(code).toBe(0)
})

test.each([
  ['legacy', ''],
  ['general', '{"capabilities":{"add":["SYS_PTRACE"]}}'],
  ['baseline', ''],
  ['netadmin', '{"capabilities":{"add":["NET_ADMIN","NET_RAW"]}}'],
  [
    'restricted',
    '{"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]},"runAsNonRoot":true,"seccompProfile":{"type":"RuntimeDefault"}}',
  ],
  ['sysadmin', '{"privileged":true}'],
])('the profile %s gives an ephemeral container its rights', (profile, context) => {
  expect(run(`kubectl debug web --image=busybox:1.36 --profile=${profile} -c as-${profile} -- sleep 1`).said).toBe(
    profile === 'legacy' ? legacy : '',
  )
  expect(read('pod web', `{.spec.ephemeralContainers[?(@.name=="as-${profile}")].securityContext}`)).toBe(context)
})

test('a copy has no labels, so that no Service finds it, and shares processes', () => {
  expect(run('kubectl debug web --copy-to=web2 --image=busybox:1.36 --profile=general -c shell -- sleep 100').code).toBe(0)
  expect(read('pod web2', '{.metadata.labels}|{.spec.shareProcessNamespace}|{.spec.containers[*].name}')).toBe('|true|web shell')
})

test('on a node the host lies under /host', () => {
  expect(run('kubectl debug node/node01 --image=busybox:1.36 --profile=general --attach -- cat /host/etc/hostname').said).toMatch(
    /^Creating debugging pod node-debugger-node01-[a-z0-9]{5} with container debugger on node node01\.\nnode01\n$/,
  )
})

test.each([
  ['web', 'you must specify --image when not using --copy-to.'],
  ['--image=busybox', 'NAME or filename is required for debug'],
  ['web --copy-to=x', 'you must specify --image, --set-image or command arguments.'],
  ['web --copy-to=x -- sh', 'you must specify an existing container or a new image when specifying args.'],
  ['web --image=busybox --replace', '--replace may only be used with --copy-to.'],
  ['web --image=busybox --same-node', '--same-node may only be used with --copy-to.'],
  ['web --set-image=a=b', '--set-image may only be used with --copy-to.'],
  ['web --image=busybox --copy-to=x --target=web', '--target is incompatible with --copy-to. Use --share-processes instead.'],
  ['web --image=busybox -t', '-i/--stdin is required for containers with -t/--tty=true'],
  ['web --image=busybox --profile=bogus', 'unknown profile: bogus'],
  ["web --image='Bad Image'", 'invalid image name "Bad Image": invalid reference format'],
  ['web --image=busybox --image-pull-policy=Sometimes', 'invalid image pull policy: Sometimes'],
])('kubectl debug %s is refused', (words, why) => {
  expect(run(`kubectl debug ${words}`)).toEqual({ said: `error: ${why}\n`, code: 1 })
})

test('attaching goes well however the container ends, whose exit code is that of kubectl run', () => {
  const { said, code } = run("kubectl run once --image=busybox --restart=Never --rm -i -- sh -c 'sleep 1; echo said; exit 3'")
  expect(said.split('\n').sort().join('\n').trim()).toBe(
    `If you don't see a command prompt, try pressing enter.\npod "once" deleted\npod default/once terminated (Error)\nsaid`,
  )
  expect(code).toBe(3)
})
