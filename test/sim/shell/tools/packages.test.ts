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

test('a copy of a program runs like the program', () => {
  expect(createCluster({ seed: 1 }).run('cp $(which echo) /tmp/say; /tmp/say hello').stdout).toBe('hello\n')
})
