import { expect, test } from 'vitest'
import { createCluster } from '../../../../src/sim/cluster'

const cluster = createCluster({ workers: 1 })
cluster.run(`
kubectl run web --image=nginx:1.27
kubectl run pair --image=busybox:1.36 --overrides='{"spec":{"containers":[{"name":"pair","image":"busybox:1.36","command":["sleep","9999"]},{"name":"side","image":"busybox:1.36","command":["sleep","9999"]}]}}'
kubectl run done --image=busybox:1.36 --restart=Never -- true
kubectl wait pod/web pod/pair --for=condition=Ready
mkdir -p dir/sub empty; echo one > dir/one; echo two > dir/sub/two; ln -s one dir/link; echo hello > f.txt`)

const run = (script: string) => {
  const { stdout, stderr, code } = cluster.run(script)
  return { said: stdout + stderr, code }
}

test('a file goes into a pod and comes back the same', () => {
  expect(
    run('head -c 40000 /dev/urandom > bytes; kubectl cp bytes web:/tmp/bytes && kubectl cp web:/tmp/bytes back && cmp bytes back'),
  ).toEqual({
    said: "tar: Removing leading `/' from member names\n",
    code: 0,
  })
})

test('a directory is copied with all that is in it', () => {
  expect(run('kubectl cp dir web:/tmp/dir && kubectl exec web -- find /tmp/dir | sort').said).toBe(
    '/tmp/dir\n/tmp/dir/link\n/tmp/dir/one\n/tmp/dir/sub\n/tmp/dir/sub/two\n',
  )
})

test('into a directory that is there a file goes under its own name', () => {
  expect(run('kubectl cp f.txt web:/etc && kubectl exec web -- cat /etc/f.txt').said).toBe('hello\n')
})

test('links do not come out of a pod', () => {
  expect(run('kubectl cp dir web:/tmp/links; kubectl cp web:/tmp/links out; find out | sort').said).toBe(
    "tar: Removing leading `/' from member names\nout\nout/one\nout/sub\nout/sub/two\n" +
      'warning: skipping symlink: "out/link" -> "one" (consider using "kubectl exec -n "default" "web" -- tar cf - "/tmp/links" | tar xf -")\n',
  )
})

test('-c chooses the container, and without it the first is taken and named', () => {
  expect(run('kubectl cp f.txt pair:/tmp/f -c side && kubectl exec pair -c side -- cat /tmp/f').said).toBe('hello\n')
  expect(run('kubectl cp f.txt pair:/tmp/f').said).toBe('Defaulted container "pair" out of: pair, side\n')
})

test.each([
  ['kubectl cp a', 'error: source and destination are required\n'],
  ['kubectl cp a b', 'error: one of src or dest must be a remote file specification\n'],
  ['kubectl cp web:/x pair:/y', 'error: one of src or dest must be a local file specification\n'],
  ['kubectl cp f.txt web:', 'error: filepath can not be empty\n'],
  ['kubectl cp f.txt a/b/c:/x', 'error: filespec must match the canonical format: [[namespace/]pod:]file/path\n'],
  ['kubectl cp nofile web:/tmp', "error: nofile doesn't exist in local filesystem\n"],
  ['kubectl cp f.txt nopod:/x', 'Error from server (NotFound): pods "nopod" not found\n'],
  ['kubectl cp f.txt done:/x', 'error: cannot exec into a container in a completed pod; current phase is Succeeded\n'],
  ['kubectl cp f.txt web:/x -c nope', 'Error from server (BadRequest): container nope is not valid for pod web\n'],
  ['kubectl cp web:/etc/hostname .', "tar: Removing leading `/' from member names\nerror: open .: is a directory\n"],
])('%s is refused', (command, said) => {
  expect(run(command)).toEqual({ said, code: 1 })
})

test('what tar says in the pod is told, with its exit code', () => {
  expect(run('kubectl cp f.txt web:/nosuch/dir/x')).toEqual({
    said: 'tar: /nosuch/dir: Cannot open: No such file or directory\ntar: Error is not recoverable: exiting now\ncommand terminated with exit code 2\n',
    code: 2,
  })
})
