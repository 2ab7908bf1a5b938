import { beforeAll, describe, expect, test } from 'vitest'
import { createCluster, type Cluster } from '../../../../../src/sim/cluster'
import { screenModel } from './screen-model'

const ESC = '\x1b'
const CTRL_C = '\x03'
const CTRL_D = '\x04'
const CTRL_K = '\x0b'

let cluster: Cluster
beforeAll(() => {
  cluster = createCluster({ seed: 7 })
  cluster.run('kubectl create deployment web --image=nginx --replicas=2; kubectl rollout status deployment web')
})

/** A terminal of the workstation, and what it shows. */
function terminal(columns = 120, rows = 30) {
  const opened = cluster.openTerminal({ columns, rows })
  let screen = screenModel(columns, rows)
  opened.onOutput((text) => screen.write(text))
  cluster.advance('1s')
  return {
    /** Presses keys; answers what the screen shows soon after. */
    press(keys: string, wait = '1s') {
      opened.input(keys)
      cluster.advance(wait)
      return screen.text
    },
    resize(width: number, height: number) {
      screen = screenModel(width, height)
      opened.resize(width, height)
      cluster.advance('1s')
      return screen.text
    },
    get text() {
      return screen.text
    },
    get isTaken() {
      return screen.isTaken
    },
    close: () => opened.close(),
  }
}

/** A k9s that shows what `flags` say. */
function started(flags = '', columns?: number, rows?: number) {
  const view = terminal(columns, rows)
  view.press(`k9s ${flags}\r`)
  return view
}

test('k9s shows the pods of the namespace, as they are and as they become', () => {
  const view = started()
  expect(view.text).toMatch(/ pods\(default\)\[2\] /)
  expect(view.text).toMatch(/NAME↑ +PF +READY +STATUS +RESTARTS .*IP +NODE +AGE/)
  expect(view.text).toMatch(/web-\w+-\w+ +● +1\/1 +Running +0 .*192\.168\.\d+\.\d+ +node0\d +\d+s/)
  expect(view.text).toMatch(/Context: kubernetes-admin@kubernetes.*<0> all.*<a> +Attach/)
  expect(view.text).toMatch(/K8s Rev: v1\.36\.0/)
  cluster.run('kubectl scale deployment web --replicas=3')
  cluster.advance('5s')
  expect(view.text).toMatch(/ pods\(default\)\[3\] /)
  cluster.run('kubectl scale deployment web --replicas=2')
  cluster.advance('5s')
  expect(view.text).toMatch(/ pods\(default\)\[2\] /)
  view.press(':q\r')
  view.close()
})

test('k9s leaves the terminal as it was, by :q, by Ctrl-C and when it is ended from outside', () => {
  const view = terminal()
  view.press('echo before\r')
  const before = view.text.trimEnd()
  view.press('k9s\r')
  expect(view.isTaken).toBe(true)
  expect(view.press(':q\r')).toContain(before)
  expect(view.isTaken).toBe(false)
  view.press('k9s\r')
  view.press(CTRL_C)
  expect(view.isTaken).toBe(false)
  view.press('k9s\r')
  cluster.run('pkill k9s')
  cluster.advance('1s')
  expect(view.isTaken).toBe(false)
  // The shell echoes and edits again.
  expect(view.press('echo af\x7fafter\r')).toMatch(/^aafter$/m)
  view.close()
})

test('from a deployment to its pods, a container and its log, and all the way back', () => {
  const view = started('-c deploy')
  expect(view.text).toMatch(/ deployments\(default\)\[1\] /)
  expect(view.press('\r')).toMatch(/ pods\(default\/web\)\[2\] /)
  expect(view.text).toContain(' <deployments>   <pods>')
  expect(view.press('\r')).toMatch(/ containers\(default\/web-\w+-\w+\)\[1\] /)
  expect(view.text).toMatch(/M1 +nginx +● +nginx +true +Running +0 +off:off:off/)
  expect(view.press('\r')).toMatch(/ Logs\(default\/web-\w+-\w+:nginx\)\[tail\] /)
  expect(view.text).toContain('ready for start up')
  expect(view.press('s')).toContain('Autoscroll:Off')
  expect(view.press('t')).toMatch(/\d{4}-\d\d-\d\dT\S+Z /)
  for (const title of ['containers(default/web-', 'pods(default/web)', 'deployments(default)']) expect(view.press(ESC)).toContain(title)
  expect(view.press(ESC)).toContain('deployments(default)')
  view.press(':q\r')
  view.close()
})

test('l on a deployment tells the logs of all its pods, each line with where it is from', () => {
  const view = started('-c deploy')
  expect(view.press('l')).toMatch(/ Logs\(default\/web\)\[tail\] /)
  expect(new Set(view.text.match(/web-\w+-\w+:nginx/g)).size).toBe(2)
  view.press(':q\r')
  view.close()
})

describe('commands', () => {
  test.each([
    [':no\r', /nodes\(all\)\[4\] [^]*control-plane/],
    [':pod kube-system\r', / pods\(kube-system\)\[\d+\] [^]*etcd-controlplane/],
    [':svc all\r', / services\(all\)\[\d+\] [^]*kube-dns/],
    [':ns\r', /default\+?\(\*\)|kube-public/],
    [':cs\r', / componentstatuses\(all\)\[3\] [^]*scheduler +Healthy/],
    [':events default\r', /LAST SEEN↑ +TYPE +REASON +OBJECT/],
    [':ctx\r', /kubernetes-admin@kubernetes\(\*\) +kubernetes +kubernetes-admin/],
    ['\x01', /RESOURCE↑ +GROUP +VERSION +COMMAND/],
    [':nosuch\r', /Huh\? "nosuch" command not found/],
    ['?', /RESOURCE +GENERAL +NAVIGATION[^]*<d> +Describe +<:cmd> +Command mode/],
  ])('%j', (keys, shows) => {
    const view = started()
    expect(view.press(keys)).toMatch(shows)
    view.press(CTRL_C)
    view.close()
  })

  test('a custom resource has the columns of its definition', () => {
    cluster.run(`kubectl apply -f - <<'EOF'
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: widgets.example.com }
spec:
  group: example.com
  names: { kind: Widget, plural: widgets, singular: widget, shortNames: [wd] }
  scope: Namespaced
  versions:
    - name: v1
      served: true
      storage: true
      schema: { openAPIV3Schema: { type: object, x-kubernetes-preserve-unknown-fields: true } }
      additionalPrinterColumns: [{ name: Size, type: string, jsonPath: .spec.size }]
EOF
sleep 3; kubectl apply -f - <<'EOF'
apiVersion: example.com/v1
kind: Widget
metadata: { name: gear }
spec: { size: big }
EOF`)
    const view = started()
    expect(view.press(':wd\r')).toMatch(/ widgets\(default\)\[1\] [^]*NAME↑ +SIZE +│\n│ gear +big +│/)
    view.press(CTRL_C)
    view.close()
  })
})

describe('acting', () => {
  test('Ctrl-D deletes after a question', () => {
    cluster.run('kubectl run lone --image=nginx; kubectl wait --for=condition=Ready pod/lone')
    const view = started()
    view.press('/lone\r')
    expect(view.press(CTRL_D)).toMatch(/<Delete>[^]*Delete pod default\/lone\?[^]*Propagation: +< Background >[^]*Cancel +OK/)
    view.press('\r')
    expect(cluster.run('kubectl get pod lone').code).toBe(0)
    view.press(CTRL_D)
    expect(view.press('\t\r')).toContain('Delete pod default/lone')
    cluster.advance('40s')
    expect(cluster.run('kubectl get pod lone').code).toBe(1)
    expect(view.text).toContain('pods(default)[0]')
    view.press(CTRL_C)
    view.close()
  })

  test('Ctrl-K kills without a question, and the deployment makes another pod', () => {
    const view = started()
    const [killed = ''] = /web-\w+-\w+/.exec(view.text)!
    view.press(CTRL_K)
    cluster.advance('20s')
    expect(view.text).not.toContain(killed)
    expect(view.text).toContain(' pods(default)[2] ')
    view.press(CTRL_C)
    view.close()
  })

  test('s scales a deployment, r restarts it', () => {
    const view = started('-c dp')
    expect(view.press('s')).toMatch(/<Scale>[^]*Scale deployment default\/web\?[^]*Replicas: +2/)
    expect(view.press('\x7f3\r\r', '5s')).toMatch(/web +3\/3/)
    view.press('r')
    expect(view.press('\t\r')).toContain('deployment default/web restarts')
    expect(cluster.run('kubectl get deployment web -o yaml').stdout).toContain('kubectl.kubernetes.io/restartedAt')
    view.press(CTRL_C)
    view.close()
  })

  test('c cordons a node and u takes that back', () => {
    const view = started('-c nodes')
    view.press('/node02\rc')
    expect(view.press('\t\r')).toMatch(/node02 +Ready,SchedulingDisabled/)
    view.press('u')
    expect(view.press('\t\r')).toMatch(/node02 +Ready +/)
    view.press(CTRL_C)
    view.close()
  })

  test('d describes, y shows the YAML, / finds in it', () => {
    const view = started()
    expect(view.press('d')).toMatch(/ Describe\(default\/web-\w+-\w+\) [^]*Namespace: +default/)
    expect(view.press(ESC)).toContain('pods(default)')
    expect(view.press('y')).toMatch(/ YAML\(default\/web-\w+-\w+\) [^]*apiVersion: v1/)
    expect(view.press('/hostIP\r')).toMatch(/<\/hostIP\[\d+\]>[^]*hostIP: 172/)
    view.press(CTRL_C)
    view.close()
  })

  test('s opens a shell in a container, and its exit comes back', () => {
    const view = started()
    view.press('s', '3s')
    expect(view.isTaken).toBe(false)
    expect(view.press('hostname\r')).toMatch(/^web-\w+-\w+$/m)
    expect(view.press('exit\r')).toContain('pods(default)')
    view.press(CTRL_C)
    view.close()
  })

  test('e edits through $EDITOR', () => {
    cluster.run('kubectl create configmap words --from-literal=a=one')
    const view = terminal()
    view.press('export EDITOR=vi\r')
    view.press('k9s -c cm\r')
    view.press('/words\r')
    expect(view.press('e', '3s')).toContain('a: one')
    expect(view.press(':%s/a: one/a: two/\r:wq\r', '3s')).toContain('configmaps(default)')
    expect(cluster.run('kubectl get cm words -o jsonpath={.data.a}').stdout).toBe('two')
    view.press(CTRL_C)
    view.close()
  })

  test('--readonly shows and changes nothing', () => {
    const view = started('--readonly')
    expect(view.text).not.toMatch(/Delete|Kill|Edit|Shell/)
    expect(view.press(CTRL_D)).not.toContain('<Delete>')
    view.press(CTRL_C)
    view.close()
  })
})

describe('further in', () => {
  test('a cronjob leads to its jobs and those to their pods, and t starts one at once', () => {
    cluster.run("kubectl create cronjob tick --image=busybox --schedule='0 0 1 1 *' -- date")
    const view = started('-c cj')
    view.press('t')
    expect(view.press('\t\r', '10s')).toContain('cronjobs(default)[1]')
    view.press('s')
    expect(view.press('\t\r')).toMatch(/tick +0 0 1 1 \* +<none> +True/)
    expect(view.press('\r')).toMatch(/ jobs\(default\/tick\)\[1\] [^]*tick-manual-\d+ +Complete +1\/1/)
    expect(view.press('\r')).toMatch(/ pods\(default\/tick-manual-\d+\)\[1\] [^]*0\/1 +Completed/)
    expect(view.press('l')).toMatch(/UTC 2026[^]*Stream closed EOF for default\/tick-manual-/)
    view.press(CTRL_C)
    view.close()
  })

  test('Ctrl-L on a replicaset brings its revision back', () => {
    cluster.run(
      'kubectl create deployment old --image=nginx:1.27; kubectl set image deployment old nginx=nginx:1.28; kubectl rollout status deployment old',
    )
    const before = cluster.run("kubectl get rs -l app=old -o jsonpath='{.items[?(@.spec.replicas==0)].metadata.name}'").stdout
    const view = started('-c rs')
    view.press(`/${before}\r\x0c`)
    expect(view.press('\t\r')).toContain('old goes back to revision 1')
    expect(cluster.run('kubectl get deployment old -o jsonpath={..image}').stdout).toBe('nginx:1.27')
    view.press(CTRL_C)
    cluster.run('kubectl delete deployment old')
    cluster.advance('40s')
    view.close()
  })

  test('x shows what is in a secret', () => {
    cluster.run('kubectl create secret generic pw --from-literal=user=me')
    const view = started('-c sec')
    view.press('/pw\r')
    expect(view.press('x')).toMatch(/ Decoder\(default\/pw\) [^]*user: me/)
    view.press(CTRL_C)
    view.close()
  })

  test('J goes to the owner and o to the node', () => {
    const view = started()
    view.press('/web\r')
    expect(view.press('J')).toMatch(/ replicasets\(default\/web-\w+\)\[1\] /)
    view.press(ESC)
    expect(view.press('o')).toMatch(/ nodes\(node0\d\)\[1\] /)
    view.press(CTRL_C)
    view.close()
  })

  test('a context has a namespace of its own, and the kubeconfig stays as it is', () => {
    cluster.run('kubectl config set-context dev --cluster=kubernetes --user=kubernetes-admin --namespace=kube-system')
    const view = started()
    expect(view.press(':ctx dev\r')).toMatch(/Context: dev [^]* pods\(kube-system\)\[\d+\] /)
    view.press(CTRL_C)
    expect(cluster.run('kubectl config current-context').stdout).toBe('kubernetes-admin@kubernetes\n')
    view.close()
  })
})

test('while the server is away k9s shows what it knew and says why, and goes on when it is back', () => {
  const view = started()
  cluster.run('mv /etc/kubernetes/manifests/kube-apiserver.yaml /tmp/; sleep 25')
  expect(view.text).toMatch(/ pods\(default\)\[\d\] [^]*web-/)
  expect(view.press(':svc\r', '3s')).toMatch(/ services\(default\)\[0\] [^]*dial tcp 172\.30\.1\.2:6443: connect: connection refused/)
  cluster.run('mv /tmp/kube-apiserver.yaml /etc/kubernetes/manifests/; sleep 60')
  expect(view.text).toMatch(/ services\(default\)\[1\] [^]*10\.96\.0\.1/)
  view.press(CTRL_C)
  view.close()
})

test('the window may become larger or smaller', () => {
  const view = started()
  expect(view.resize(150, 40).split('\n').at(-3)).toMatch(/^└─{148}┘$/)
  expect(view.resize(70, 14).split('\n')[0]).toMatch(/^┌─+ pods\(default\)\[\d\] ─+┐$/)
  view.press(CTRL_C)
  view.close()
})

test('flags say where to begin', () => {
  const view = started('-n kube-system -c ds')
  expect(view.text).toMatch(/ daemonsets\(kube-system\)\[1\] /)
  view.press(CTRL_C)
  view.press('k9s -A\r')
  expect(view.text).toMatch(/ pods\(all\)\[\d+\] [^]*NAMESPACE +NAME↑/)
  view.press(CTRL_C)
  view.close()
})

test('without a terminal k9s says so, and it knows its help and its version', () => {
  expect(cluster.run('k9s')).toMatchObject({ stderr: expect.stringContaining('Error: k9s needs a terminal'), code: 1 })
  expect(cluster.run('k9s --nope')).toMatchObject({ stderr: expect.stringContaining('Error: unknown flag: --nope'), code: 1 })
  expect(cluster.run('k9s version').stdout).toContain("simulator's (keys")
  expect(cluster.run('man k9s').stdout).toMatch(/-n, --namespace string/)
})
