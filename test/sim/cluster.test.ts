import { describe, expect, test } from 'vitest'
import { createRecorder, replay } from '../../src/sim/engine/recording'
import { allKinds } from '../../src/sim/kinds/all'
import { createCluster, type Cluster } from '../../src/sim/cluster'

/** Everything stored, as text. Only looks: nothing is recorded, no event is scheduled. */
const stateOf = (cluster: Cluster): string =>
  JSON.stringify(
    allKinds.flatMap((kind) => (kind.verbs.includes('list') ? cluster.client().list(kind) : [])),
    null,
    1,
  )

const story = `
kubectl create deployment web --image=nginx --replicas=3
kubectl rollout status deployment/web
kubectl expose deployment web --port=80
kubectl delete pod $(kubectl get pods -l app=web -o name | head -n 1 | cut -d/ -f2)
kubectl create job hello --image=busybox -- sh -c 'echo $RANDOM; date'
sleep 30
kubectl logs job/hello
`

describe('a cluster is its options and its inputs', () => {
  test('two runs with one seed and one script end in byte-identical state and have said the same', () => {
    const [first, second] = [createCluster({ seed: 5 }), createCluster({ seed: 5 })].map((cluster) => ({
      said: cluster.run(story),
      state: stateOf(cluster),
    }))
    expect(first!.said.stderr).toBe('')
    expect(first!.state.length).toBeGreaterThan(50_000)
    expect(second).toEqual(first)
  })

  test('a replay of what came from outside, to any moment, equals the state at that moment', () => {
    const begin = () => {
      const cluster = createCluster({ seed: 9 })
      return { cluster, terminal: cluster.openTerminal() }
    }
    const first = begin()
    const recorder = createRecorder<string>(first.cluster.engine, undefined, (before, now) => before + now)
    const type = (text: string) => {
      recorder.note(text)
      first.terminal.input(text)
    }
    const pass = (ms: number) => first.cluster.advance(ms)
    pass(1000)
    for (const key of 'kubectl create deployment web --image=nginx --replicas=3\r') {
      type(key)
      pass(40)
    }
    pass(2500)
    const moment = { ms: first.cluster.engine.nowMs, state: stateOf(first.cluster) }
    type('kubectl scale deployment web --replicas=1\r')
    pass(20_000)
    expect(stateOf(first.cluster)).not.toBe(moment.state)

    const again = begin()
    expect(replay(again.cluster.engine, recorder.recording(), again.terminal.input, moment.ms)).toBe(true)
    expect(stateOf(again.cluster)).toBe(moment.state)
    const whole = begin()
    expect(replay(whole.cluster.engine, recorder.recording(), whole.terminal.input)).toBe(true)
    expect(stateOf(whole.cluster)).toBe(stateOf(first.cluster))
  })

  test('another seed gives other names', () => {
    const names = (seed: number) => createCluster({ seed }).run('kubectl get pods -A -o name').stdout
    expect(names(1)).not.toBe(names(2))
  })
})

describe('a new cluster', () => {
  const cluster = createCluster()

  test('has a control plane and three nodes, all ready', () => {
    expect(
      cluster
        .run('kubectl get nodes --no-headers')
        .stdout.split('\n')
        .map((line) => line.split(/ +/).slice(0, 3).join(' ')),
    ).toEqual(['controlplane Ready control-plane', 'node01 Ready <none>', 'node02 Ready <none>', 'node03 Ready <none>', ''])
  })

  test('runs what kubeadm installs, and nothing of it is restarted or unready', () => {
    const pods = cluster
      .run('kubectl get pods -n kube-system --no-headers')
      .stdout.trim()
      .split('\n')
      .map((line) => line.split(/ +/))
    expect(pods.map(([name]) => name!.replace(/-[a-z0-9]{5}$/, '').replace(/-[a-f0-9]{8,10}$/, '')).sort()).toEqual([
      'coredns',
      'coredns',
      'etcd-controlplane',
      'kube-apiserver-controlplane',
      'kube-controller-manager-controlplane',
      'kube-proxy',
      'kube-proxy',
      'kube-proxy',
      'kube-proxy',
      'kube-scheduler-controlplane',
      'metrics-server',
    ])
    for (const [, ready, status, restarts] of pods) expect([ready, status, restarts]).toEqual(['1/1', 'Running', '0'])
  })

  test('has nothing to warn of', () => {
    expect(cluster.run('kubectl get events -A --field-selector type=Warning --no-headers').stdout).toBe('')
  })
})

describe('the parts of the control plane are real', () => {
  test('while the scheduler does not run, nothing is scheduled; when it returns, what waited is', () => {
    const cluster = createCluster()
    cluster.run('mv /etc/kubernetes/manifests/kube-scheduler.yaml /root/')
    cluster.advance('1m')
    cluster.run('kubectl create deployment web --image=nginx')
    cluster.advance('1m')
    expect(cluster.run('kubectl get pods --no-headers').stdout).toMatch(/ 0\/1 +Pending /)
    cluster.run('mv /root/kube-scheduler.yaml /etc/kubernetes/manifests/')
    cluster.advance('2m')
    expect(cluster.run('kubectl get pods --no-headers').stdout).toMatch(/ 1\/1 +Running /)
  })

  test('while the controller manager does not run, a deleted Pod stays deleted', () => {
    const cluster = createCluster()
    cluster.run('kubectl create deployment web --image=nginx')
    cluster.advance('30s')
    cluster.run('mv /etc/kubernetes/manifests/kube-controller-manager.yaml /root/')
    cluster.advance('1m')
    cluster.run('kubectl delete pods -l app=web --wait=false')
    cluster.advance('2m')
    expect(cluster.run('kubectl get pods --no-headers').stderr).toBe('No resources found in default namespace.\n')
    cluster.run('mv /root/kube-controller-manager.yaml /etc/kubernetes/manifests/')
    cluster.advance('2m')
    expect(cluster.run('kubectl get pods --no-headers').stdout).toMatch(/ 1\/1 +Running /)
  })

  test('a quota has room again a moment after a Pod has gone, though metrics.k8s.io has pods too', () => {
    const cluster = createCluster()
    cluster.run('kubectl create quota q --hard=pods=1; kubectl run web --image=nginx; kubectl wait pod/web --for=condition=Ready')
    cluster.run('kubectl delete pod web; sleep 1')
    expect(cluster.run("kubectl get quota q -o jsonpath='{.status.used.pods}'").stdout).toBe('0')
  })

  test('a claim that asked for less than its volume has still goes with its last Pod', () => {
    const cluster = createCluster()
    const manifests = [
      'apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: pv}\nspec: {storageClassName: manual, capacity: {storage: 10Gi}, accessModes: [ReadWriteOnce], hostPath: {path: /tmp/pv}}',
      'apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: c}\nspec: {storageClassName: manual, accessModes: [ReadWriteOnce], resources: {requests: {storage: 3Gi}}}',
      'apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: nginx}], volumes: [{name: v, persistentVolumeClaim: {claimName: c}}]}',
    ]
    cluster.run(`kubectl create -f - <<'EOF'\n${manifests.join('\n---\n')}\nEOF\nkubectl wait pod/p --for=condition=Ready`)
    cluster.run('kubectl delete pvc c --wait=false; sleep 1')
    expect(cluster.run('kubectl get pvc --no-headers').stdout).toMatch(/^c +Terminating /)
    cluster.run('kubectl delete pod p; sleep 1')
    expect(cluster.run('kubectl get pvc,pv --no-headers').stdout).toMatch(/^persistentvolume\/pv +10Gi +RWO +Retain +Released /)
  })
})

describe('nothing a user types loses the cluster', () => {
  test.each([
    ['an unknown command', 'kubctl get pods', 127, /kubctl: command not found/],
    [
      'YAML that is none',
      'printf "a: b: c\\n" | kubectl apply -f -',
      1,
      /error parsing STDIN: error converting YAML to JSON: yaml: (line 1: )?mapping values are not allowed in this context/,
    ],
    [
      'an unknown field',
      'kubectl create deployment x --image=nginx --dry-run=client -o yaml | sed "s/replicas/replicsa/" | kubectl apply -f -',
      1,
      /strict decoding error: unknown field "spec.replicsa"/,
    ],
    ['an unknown resource', 'kubectl get pod nope', 1, /Error from server \(NotFound\): pods "nope" not found/],
  ])('%s is refused in the real words', (_what, line, code, words) => {
    const cluster = createCluster({ workers: 1 })
    const result = cluster.run(line)
    expect(result.stderr).toMatch(words)
    expect(result.code).toBe(code)
  })

  test('an endless loop in a terminal is stopped by Ctrl-C, and time goes on meanwhile', () => {
    const cluster = createCluster({ workers: 1 })
    const terminal = cluster.openTerminal()
    let screen = ''
    terminal.onOutput((text) => void (screen += text))
    cluster.advance('2s')
    terminal.input('while true; do :; done\r')
    cluster.advance('2s')
    terminal.input('\x03')
    cluster.advance('1s')
    terminal.input('echo still $((40+2))\r')
    cluster.advance('1s')
    expect(screen).toContain('still 42')
  })
})

describe('kubectl edit', () => {
  const withWeb = () => {
    const cluster = createCluster({ workers: 1 })
    cluster.run('kubectl create deployment web --image=nginx')
    return cluster
  }

  test('opens vi in the terminal, and what is saved is applied', () => {
    const cluster = withWeb()
    const terminal = cluster.openTerminal()
    const type = (keys: string) => {
      terminal.input(keys)
      cluster.advance('2s')
    }
    type('kubectl edit deployment web\r')
    type('/replicas:\rwwcw4\x1b:wq\r')
    expect(cluster.run("kubectl get deployment web -o jsonpath='{.spec.replicas}'").stdout).toBe('4')
  })

  test.each([
    ['true', 0, '', 'Edit cancelled, no changes made.\n'],
    ['sed -i s/replicas:.*/replicas:\\ 2/', 0, 'deployment.apps/web edited\n', ''],
    ['false', 1, '', 'error: there was a problem with the editor "false"\n'],
  ])('with the editor %s', (editor, code, stdout, stderr) => {
    expect(withWeb().run(`KUBE_EDITOR='${editor}' kubectl edit deployment/web`)).toEqual({ code, stdout, stderr })
  })

  test('an edit that leaves nothing in the file is no valid change', () => {
    const { code, stderr } = withWeb().run("KUBE_EDITOR='sed -i d' kubectl edit deployment/web")
    expect(code).toBe(1)
    expect(stderr).toMatch(
      /^error: deployments.apps "web" is invalid\nA copy of your changes has been stored to "\/tmp\/kubectl-edit-\d+.yaml"\nerror: Edit cancelled, no valid changes were saved.\n$/,
    )
  })

  test('an edit that the server finds invalid is opened again with the reason, and kept when it stays so', () => {
    const cluster = withWeb()
    const { code, stderr } = cluster.run("KUBE_EDITOR='sed -i s/replicas:.*/replicas:\\ -1/' kubectl edit deployment/web")
    expect(code).toBe(1)
    expect(stderr).toMatch(
      /^error: deployments.apps "web" is invalid\nA copy of your changes has been stored to "\/tmp\/kubectl-edit-\d+.yaml"\nerror: Edit cancelled, no valid changes were saved.\n$/,
    )
    // The editor of this test has changed the reason, too.
    expect(cluster.run('cat /tmp/kubectl-edit-*.yaml').stdout).toContain('# deployments.apps "web" was not valid:\n# * spec.replicas: -1\n')
  })
})
