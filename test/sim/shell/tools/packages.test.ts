import { expect, test } from 'vitest'
import { createCluster } from '../../../../src/sim/cluster'

test('what an image lacks is not there, and can be installed from its distribution', () => {
  const cluster = createCluster({ seed: 1 })
  cluster.run(
    'kubectl run web --image=nginx; kubectl run small --image=alpine -- sleep 1d; kubectl wait --for=condition=Ready pod/web pod/small',
  )
  expect(cluster.run('kubectl exec web -- ps').stderr).toContain('exec: "ps": executable file not found in $PATH')
  expect(cluster.run('kubectl exec web -- apt-get install -y procps').stderr).toContain('E: Unable to locate package procps\n')
  expect(cluster.run('kubectl exec web -- apt-get update').stdout).toContain('Reading package lists... Done\n')
  expect(cluster.run('kubectl exec web -- apt-get install -y procps').stdout).toContain('Setting up procps')
  expect(cluster.run('kubectl exec web -- ps -o comm= -p 1').stdout).toBe('nginx\n')
  expect(cluster.run('kubectl exec small -- apk add nosuch').stderr).toBe(
    'ERROR: unable to select packages:\n  nosuch (no such package):\n    required by: world[nosuch]\ncommand terminated with exit code 1\n',
  )
  cluster.run('kubectl exec small -- apk add curl')
  expect(cluster.run("kubectl exec small -- sh -c 'curl -s --version | head -1'").stdout).toMatch(/^curl /)
})

test.each([
  [
    'Debian',
    'nginx',
    'apt-get update; apt-get install -y tree; apt-get install tree; apt-get remove -y tree; tree; apt-get remove -y tree',
    ['tree is already the newest version (2.1.0-1).', 'Removing tree (2.1.0-1) ...', "Package 'tree' is not installed, so not removed"],
  ],
  [
    'Alpine',
    'alpine',
    'apk add procps; apk add procps; apk del procps; which ps; apk add curl; apk del curl; curl',
    [
      '(1/1) Installing procps (4.0.2-r0)',
      'OK: 8 MiB in 16 packages',
      '(1/1) Purging procps (4.0.2-r0)',
      '/bin/ps\n',
      '(1/1) Purging curl',
    ],
  ],
] as const)('%s gives a package and takes it away again', (_, image, script, lines) => {
  const cluster = createCluster({ seed: 1 })
  cluster.run(`kubectl run one --image=${image} -- sleep 1d; kubectl wait --for=condition=Ready pod/one`)
  const { stdout, stderr, code } = cluster.run(`kubectl exec one -- sh -c "${script}"`)
  for (const line of lines) expect(stdout).toContain(line)
  expect(stderr).toMatch(/not found/)
  expect(code).toBe(image === 'alpine' ? 127 : 0)
})

test('a package manager refuses what it cannot do', () => {
  const cluster = createCluster({ seed: 1 })
  cluster.run('kubectl run one --image=nginx; kubectl wait --for=condition=Ready pod/one')
  expect(cluster.run('kubectl exec one -- apt-get fetch-all').stderr).toContain('E: Invalid operation fetch-all\n')
})

test('a copy of a program runs like the program', () => {
  expect(createCluster({ seed: 1 }).run('cp $(which echo) /tmp/say; /tmp/say hello').stdout).toBe('hello\n')
})
