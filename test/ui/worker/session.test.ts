import { expect, test } from 'vitest'
import type { BufferedResponse } from '../../../src/sim/api/http'
import { createCluster, type Cluster } from '../../../src/sim/cluster'
import { everyProgram } from '../../../src/sim/programs'
import type { RealClock } from '../../../src/sim/engine/driver'
import type { Journal } from '../../../src/ui/worker/journal'
import type { FromWorker } from '../../../src/ui/worker/protocol'
import { createSession } from '../../../src/ui/worker/session'
import '../../../src/ui/worker/session-code'

const fresh: Journal = { options: { seed: 7, workers: 3, version: '1.36', startMs: 1_767_225_600_000 }, speed: 1 }

/** A session with a clock that moves when told, and all that the page was sent. */
function start(journal: Journal = fresh) {
  let nowMs = 0
  let waiting: { dueMs: number; run: () => void }[] = []
  const clock: RealClock = {
    nowMs: () => nowMs,
    after(delayMs, run) {
      const entry = { dueMs: nowMs + delayMs, run }
      waiting.push(entry)
      return () => void (waiting = waiting.filter((other) => other !== entry))
    },
  }
  const sent: FromWorker[] = []
  const kept: Journal[] = []
  const session = createSession({
    createCluster,
    programs: everyProgram,
    clock,
    post(message) {
      sent.push(message)
      // A page draws within a frame.
      if (message.type === 'objects') waiting.push({ dueMs: nowMs + 16, run: () => session.receive({ type: 'shown' }) })
    },
    save: (each) => kept.push(structuredClone(each)),
    journal,
  })
  return {
    session,
    sent,
    pass(ms: number) {
      for (const end = nowMs + ms; ;) {
        const next = waiting.filter(({ dueMs }) => dueMs <= end).sort((a, b) => a.dueMs - b.dueMs)[0]
        if (!next) return void (nowMs = end)
        waiting = waiting.filter((other) => other !== next)
        nowMs = Math.max(nowMs, next.dueMs)
        next.run()
      }
    },
    kept: () => {
      session.receive({ type: 'save' })
      return kept.at(-1)!
    },
    screen: () => sent.map((message) => (message.type === 'output' ? message.text : '')).join(''),
    pods: () =>
      sent
        .flatMap((message) => (message.type === 'objects' ? message.changed : []))
        .filter(({ kind, namespace }) => kind === 'Pod' && namespace === 'default')
        .map(({ key }) => key),
    answer: (call: number) => sent.find((message) => (message.type === 'answer' || message.type === 'refusal') && message.call === call),
  }
}

const open = { type: 'input', input: { do: 'open', terminal: 't1', columns: 80, rows: 24 } } as const
const typed = (text: string) => ({ type: 'input', input: { do: 'type', terminal: 't1', text } }) as const

test('what was done is lived through again: same Pods, same screen, same moment', () => {
  const first = start()
  first.session.receive(open)
  first.pass(500)
  for (const key of 'kubectl create deployment web --image=nginx --replicas=2\r') {
    first.session.receive(typed(key))
    first.pass(60)
  }
  first.session.receive({ type: 'input', input: { do: 'write', path: '/root/note.txt', text: 'kept' } })
  first.session.receive({ type: 'call', call: 1, name: 'run', ask: { script: 'kubectl get pods -o name' } })
  first.pass(20_000)
  const journal = first.kept()

  const again = start(journal)
  expect(again.sent[0]).toMatchObject({ type: 'ready', restored: true, terminals: ['t1'] })
  expect(new Set(again.pods())).toEqual(new Set(first.pods()))
  expect(again.screen()).toBe(first.screen())
  expect(again.session.cluster.engine.nowMs).toBe(journal.recording!.endMs)
  expect(again.session.cluster.files.read('/root/note.txt')).toBe('kept')
})

test('a restored session goes on, and can be kept and restored once more', () => {
  const first = start()
  first.session.receive(open)
  first.pass(1000)
  const second = start(first.kept())
  second.session.receive(typed('kubectl create deployment later --image=nginx\r'))
  second.pass(10_000)
  const third = start(second.kept())
  expect(third.screen()).toContain('deployment.apps/later created')
})

test('a file that cannot be written is refused to whoever asked, and the session lives on', () => {
  const { session, answer, pass } = start()
  session.receive({ type: 'call', call: 1, name: 'writeFile', ask: { path: '/root', text: 'a folder is no file' } })
  session.receive({ type: 'call', call: 2, name: 'readFile', ask: { path: '/nowhere' } })
  session.receive({ type: 'call', call: 3, name: 'run', ask: { script: 'echo alive' } })
  pass(1000)
  expect(answer(1)).toMatchObject({ type: 'refusal' })
  expect(answer(2)).toMatchObject({ type: 'refusal', message: '/nowhere: No such file or directory' })
  expect(answer(3)).toMatchObject({ type: 'answer', value: { stdout: 'alive\n', code: 0 } })
})

test('a terminal that is closed while it floods its screen does not hold the cluster', () => {
  const { session, pass } = start()
  session.receive(open)
  pass(1000)
  session.receive(typed('yes a long line that nobody will ever draw\r'))
  pass(10_000)
  const heldMs = session.cluster.engine.nowMs
  pass(5000)
  expect(session.cluster.engine.nowMs).toBe(heldMs)
  session.receive({ type: 'input', input: { do: 'close', terminal: 't1' } })
  pass(5000)
  expect(session.cluster.engine.nowMs).toBeGreaterThan(heldMs + 4000)
})

test('YAML of an object is what a reader wants to see: no managed fields', () => {
  const { session, answer } = start()
  session.receive({ type: 'call', call: 1, name: 'yaml', ask: { kind: 'Node', name: 'node01' } })
  expect(answer(1)).toMatchObject({ value: expect.stringMatching(/^apiVersion: v1\nkind: Node\n/) })
  expect(answer(1)).toMatchObject({ value: expect.not.stringContaining('managedFields') })
})

test('output that the page does not draw makes virtual time wait, and drawing it sets time going again', () => {
  const { session, sent, pass } = start()
  session.receive(open)
  pass(3000)
  session.receive(typed('while true; do echo "a rather long line that fills the screen again and again and again"; done\r'))
  session.receive({ type: 'speed', speed: 60 })
  pass(60_000)
  const held = session.cluster.engine.nowMs
  pass(5000)
  expect(session.cluster.engine.nowMs).toBe(held)
  const undrawn = sent.reduce((sum, message) => sum + (message.type === 'output' ? message.text.length : 0), 0)
  session.receive({ type: 'drawn', terminal: 't1', characters: undrawn })
  pass(1000)
  expect(session.cluster.engine.nowMs).toBeGreaterThan(held)
})

test('a check is answered as the cluster changes', () => {
  const { session, sent, pass } = start()
  session.receive({ type: 'watch-checks', checks: [{ id: 'a', check: { object: 'deployment/web', path: 'status.readyReplicas', is: 1 } }] })
  const finding = () => sent.findLast((message) => message.type === 'findings')?.findings.a
  expect(finding()).toEqual({ passed: false, saw: 'no deployment/web' })
  session.receive({ type: 'call', call: 1, name: 'run', ask: { script: 'kubectl create deployment web --image=nginx' } })
  pass(30_000)
  expect(finding()).toMatchObject({ passed: true })
})

/** The list of Pods as a client reads it; the answer's headers have a number of their own each time. */
function podList(cluster: Cluster): unknown {
  const { body } = cluster.request({ method: 'GET', url: '/api/v1/pods', headers: {} }) as BufferedResponse // no watch
  return JSON.parse(body as string)
}

test('looking at an object with describe or logs leaves no trace in the journal, nor in the cluster', () => {
  const story = (asks: readonly (readonly string[])[]) => {
    const { session, answer, pass, kept } = start()
    session.receive({ type: 'call', call: 1, name: 'run', ask: { script: 'kubectl run web --image=nginx' } })
    pass(30_000)
    for (const [index, args] of asks.entries()) session.receive({ type: 'call', call: index + 2, name: 'look', ask: { args } })
    pass(10_000)
    return { answer, recording: kept().recording!, pods: podList(session.cluster) }
  }
  const looked = story([
    ['describe', 'pod', 'web'],
    ['logs', 'web', '--tail=1'],
    ['delete', 'pod', 'web'],
  ])
  expect(looked.answer(2)).toMatchObject({ value: { stdout: expect.stringMatching(/^Name: +web\n[^]*Events:\n[^]*Started/), code: 0 } })
  expect(looked.answer(3)).toMatchObject({ value: { stdout: expect.stringMatching(/^.+\n$/), code: 0 } })
  expect(looked.answer(4)).toMatchObject({ type: 'refusal' })
  const alone = story([])
  expect(looked.recording).toEqual(alone.recording)
  expect(looked.pods).toEqual(alone.pods)
})

test('what a person made comes back in a fresh cluster when the journal can no longer be lived through', () => {
  const first = start()
  const script = `mkdir notes && echo hello > notes/a.txt
kubectl create namespace shop
kubectl create deployment web -n shop --image=nginx --replicas=2
kubectl expose deployment web -n shop --port=80
kubectl create configmap settings --from-literal=a=1
kubectl create job pi --image=busybox -- true
kubectl apply -f - <<EOF
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: crontabs.example.com }
spec:
  group: example.com
  scope: Namespaced
  names: { plural: crontabs, singular: crontab, kind: CronTab }
  versions: [{ name: v1, served: true, storage: true, schema: { openAPIV3Schema: { type: object, x-kubernetes-preserve-unknown-fields: true } } }]
EOF
kubectl wait --for=condition=Established crd/crontabs.example.com
kubectl apply -f - <<EOF
apiVersion: example.com/v1
kind: CronTab
metadata: { name: mine }
spec: { every: day }
EOF`
  first.session.receive({ type: 'call', call: 1, name: 'run', ask: { script } })
  first.pass(40_000)
  const { objects } = first.kept()
  expect(objects!.objects).toHaveLength(7)

  const second = start()
  second.session.bringBack(objects!)
  second.pass(40_000)
  const ask = 'kubectl get deploy,svc,cm,job,crontabs -A --no-headers -o name; kubectl get pods -n shop -o name | wc -l; cat notes/a.txt'
  second.session.receive({ type: 'call', call: 1, name: 'run', ask: { script: ask } })
  second.pass(5000)
  const said = (second.answer(1) as { value: { stdout: string } }).value.stdout
  for (const name of ['deployment.apps/web', 'service/web', 'configmap/settings', 'job.batch/pi', 'crontab.example.com/mine'])
    expect(said).toContain(name)
  expect(said).toMatch(/\n2\nhello\n$/)
  expect(start(second.kept()).pods()).toBeDefined()
})
