import { beforeAll, describe, expect, test } from 'vitest'
import { createCluster, type Cluster } from '../../../../src/sim/cluster'

const duo = `
apiVersion: v1
kind: Pod
metadata: {name: duo, labels: {app: duo}}
spec:
  initContainers:
  - {name: init, image: "busybox:1.36", command: [echo, begun]}
  containers:
  - {name: main, image: "busybox:1.36", command: [sh, -c, 'echo one; echo two; echo three; sleep 100000']}
  - {name: side, image: "busybox:1.36", command: [sh, -c, "echo '{\\"a\\": 1}'; sleep 100000"]}
`

describe('stern shows the logs of all pods and containers that are meant', () => {
  let cluster: Cluster
  beforeAll(() => {
    cluster = createCluster({ seed: 3 })
    cluster.run(`kubectl apply -f - <<'X'${duo}X`)
    cluster.advance('30s')
  })

  test('each line has its pod and container before it; who comes and goes is said on standard error', () => {
    expect(cluster.run('stern duo --no-follow')).toEqual({
      stdout: 'duo init begun\nduo main one\nduo main two\nduo main three\nduo side {"a": 1}\n',
      stderr: ['init', 'main', 'side'].map((name) => `+ duo › ${name}\n- duo › ${name}\n`).join(''),
      code: 0,
    })
  })

  test.each([
    ['stern du. -c main --tail 1', 'duo main three\n'],
    ['stern pod/duo -E main --init-containers=false', 'duo side {"a": 1}\n'],
    ['stern . -l app=duo -i t -e three', 'duo main two\n'],
    ['stern . -l app=duo -A -c init', 'default duo init begun\n'],
    ['stern duo -c init -o raw', 'begun\n'],
    ['stern duo -c side -o extjson', '{"pod": "duo", "container": "side", "message": {"a": 1}}\n'],
    ['stern duo -c main --container-state terminated', ''],
    ['stern nobody', ''],
  ])('%s', (line, stdout) => {
    expect(cluster.run(`${line} --no-follow --only-log-lines`)).toEqual({ stdout, stderr: '', code: 0 })
  })

  test.each([
    ['stern', 'Error: One of pod-query, --selector, --field-selector or --prompt is required\n'],
    ['stern pod/x -l a=b', 'Error: --selector and the <resource>/<name> query can not be set at the same time\n'],
    ['stern x -o nope', "Error: output should be one of 'default', 'raw', 'json', 'extjson', and 'ppextjson'\n"],
    ['stern x --color nope', "Error: color should be one of 'always', 'never', or 'auto'\n"],
  ])('%s is refused', (line, stderr) => {
    expect(cluster.run(line)).toEqual({ stdout: '', stderr, code: 1 })
  })
})

test('man has a short page for common tools, and shows what kubectl says of its commands', () => {
  const cluster = createCluster({ seed: 3 })
  expect(cluster.run('man grep').stdout).toContain('grep - show lines that match')
  expect(cluster.run('man kubectl-get').stdout).toContain('Usage:\n      kubectl get')
  expect(cluster.run('man kubectl rollout undo').stdout).toContain('KUBECTL-ROLLOUT-UNDO(1)')
  expect(cluster.run('man nosuch')).toMatchObject({ stdout: '', code: 16 })
})
