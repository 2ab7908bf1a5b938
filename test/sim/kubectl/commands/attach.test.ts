import { expect, test } from 'vitest'
import { createCluster } from '../../../../src/sim/cluster'

/** A container that repeats what it is told. */
const TALKER = (stdinOnce: boolean) => `apiVersion: v1
kind: Pod
metadata: {name: talker}
spec:
  containers:
  - {name: c, image: "busybox:1.36", stdin: true, stdinOnce: ${stdinOnce}, command: [cat]}`

test.each([
  ['stays open for the next who attaches', false, '1/1     Running'],
  ['is at its end after the first with stdinOnce', true, '0/1     '],
])('standard input %s', (_, stdinOnce, state) => {
  const cluster = createCluster({ seed: 2 })
  cluster.run(`kubectl apply -f - <<'END'\n${TALKER(stdinOnce)}\nEND`)
  cluster.advance('20s')
  expect(cluster.run('echo spoken | kubectl attach -q -i talker').stdout).toBe('spoken\n')
  expect(cluster.run('sleep 1; kubectl get pod talker').stdout).toContain(state)
})
