import { expect, test } from 'vitest'
import { createCluster } from '../../../src/sim/cluster'
import { parseYaml } from '../../../src/sim/formats/yaml'
import { profilesOf } from '../../../src/sim/scheduler/configuration'
import { createProfile } from '../../../src/sim/scheduler/profile'

const HEAD = 'apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n'
const read = (profiles: string) => profilesOf(parseYaml(`${HEAD}${profiles}`))
const built = (profiles: string) => {
  const options = read(profiles)
  if (typeof options === 'string') throw new Error(options)
  return options.map((each) => createProfile(each, () => undefined))
}

test('without profiles there is the default one', () => {
  expect(built('').map(({ schedulerName }) => schedulerName)).toEqual(['default-scheduler'])
})

test('a profile can leave plugins out, weigh others, and keep only what it names', () => {
  const [plain, picky] = built(`
profiles:
- schedulerName: default-scheduler
- schedulerName: no-scoring-scheduler
  plugins:
    preScore: {disabled: [{name: '*'}]}
    score:
      disabled: [{name: '*'}]
      enabled: [{name: NodeResourcesFit, weight: 5}]
    multiPoint: {disabled: [{name: PodTopologySpread}]}
    postFilter: {disabled: [{name: '*'}]}
`)
  const scoring = picky!.plugins.filter(({ score }) => score).map(({ name }) => name)
  expect(scoring).toEqual(['NodeResourcesFit'])
  expect(picky!.weightOf('NodeResourcesFit')).toBe(5)
  expect(picky!.plugins.some(({ name }) => name === 'PodTopologySpread')).toBe(false)
  expect(picky!.plugins.some(({ name, filter }) => name === 'TaintToleration' && filter)).toBe(true)
  expect([plain!.preempts, picky!.preempts]).toEqual([true, false])
  expect(plain!.weightOf('TaintToleration')).toBe(3)
})

test.each([
  ['MostAllocated', 'type: MostAllocated, resources: [{name: cpu, weight: 3}, {name: example.com/gpu}]', { type: 'MostAllocated', resources: [{ name: 'cpu', weight: 3 }, { name: 'example.com/gpu', weight: 1 }] }],
  ['RequestedToCapacityRatio', 'type: RequestedToCapacityRatio, requestedToCapacityRatio: {shape: [{utilization: 0, score: 0}, {utilization: 100, score: 10}]}', { type: 'RequestedToCapacityRatio', resources: [{ name: 'cpu', weight: 1 }, { name: 'memory', weight: 1 }], shape: [{ utilization: 0, score: 0 }, { utilization: 100, score: 10 }] }],
])('the strategy %s is read from pluginConfig', (_, strategy, scoringStrategy) => {
  const options = read(`profiles: [{pluginConfig: [{name: NodeResourcesFit, args: {scoringStrategy: {${strategy}}}}]}]`)
  expect(options).toMatchObject([{ scoringStrategy }])
}) // prettier-ignore

test.each([
  ['profiles: [{schedulerName: a}, {schedulerName: a}]', 'profiles[1].schedulerName: Duplicate value: "a"'],
  ['profiles: [{schedulerName: a}, {}]', 'profiles[1].schedulerName: Required value'],
])('%s is refused', (profiles, why) => {
  expect(read(profiles)).toBe(why)
})

test('given a second scheduler in a Pod of its own, then it places the Pods that name it, under its own name, and only while it runs', () => {
  const cluster = createCluster({ workers: 2 })
  const out = (script: string) => cluster.run(script).stdout.trim()
  cluster.run(`kubectl -n kube-system create serviceaccount my-scheduler
kubectl create clusterrolebinding my-scheduler-as-kube-scheduler --clusterrole=system:kube-scheduler --serviceaccount=kube-system:my-scheduler
kubectl create clusterrolebinding my-scheduler-as-volume-scheduler --clusterrole=system:volume-scheduler --serviceaccount=kube-system:my-scheduler
kubectl apply -f - <<'Y'
apiVersion: v1
kind: ConfigMap
metadata: {name: my-scheduler-config, namespace: kube-system}
data:
  my-scheduler-config.yaml: |
    apiVersion: kubescheduler.config.k8s.io/v1
    kind: KubeSchedulerConfiguration
    profiles:
    - schedulerName: my-scheduler
    leaderElection:
      leaderElect: false
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: my-scheduler, namespace: kube-system}
spec:
  selector: {matchLabels: {component: scheduler, tier: control-plane}}
  template:
    metadata: {labels: {component: scheduler, tier: control-plane}}
    spec:
      serviceAccountName: my-scheduler
      containers:
      - name: kube-second-scheduler
        image: registry.k8s.io/kube-scheduler:v1.36.0
        command: [/usr/local/bin/kube-scheduler, --config=/etc/kubernetes/my-scheduler/my-scheduler-config.yaml]
        livenessProbe: {httpGet: {path: /healthz, port: 10259, scheme: HTTPS}, initialDelaySeconds: 15}
        readinessProbe: {httpGet: {path: /healthz, port: 10259, scheme: HTTPS}}
        volumeMounts: [{name: config-volume, mountPath: /etc/kubernetes/my-scheduler}]
      volumes: [{name: config-volume, configMap: {name: my-scheduler-config}}]
Y
kubectl -n kube-system rollout status deployment/my-scheduler`)
  const pod = (name: string, scheduler: string) =>
    cluster.run(`kubectl run ${name} --image=nginx --overrides='{"spec":{"schedulerName":"${scheduler}"}}'; sleep 5`)
  const scheduledBy = (name: string) =>
    out(`kubectl get events --field-selector involvedObject.name=${name},reason=Scheduled -o jsonpath='{.items[0].reportingComponent}'`)
  pod('usual', 'default-scheduler')
  pod('special', 'my-scheduler')
  expect([scheduledBy('usual'), scheduledBy('special')]).toEqual(['default-scheduler', 'my-scheduler'])
  const uid = out("kubectl get pod special -o jsonpath='{.metadata.uid}'")
  expect(cluster.explainScheduling(uid)).toMatchObject({ pod: 'default/special', chosen: expect.stringMatching(/^node0/) as string })

  cluster.run('kubectl -n kube-system scale deployment/my-scheduler --replicas=0; sleep 5')
  pod('late', 'my-scheduler')
  pod('later', 'default-scheduler')
  expect(out('kubectl get pod late -o jsonpath={.status.phase}')).toBe('Pending')
  expect(out('kubectl get pod later -o jsonpath={.status.phase}')).toBe('Running')
})

test('a control plane’s scheduler with a configuration that cannot be read does not start, and says so in its log', () => {
  const cluster = createCluster({ workers: 1 })
  cluster.run(`sed -i 's#- --leader-elect=true#- --config=/etc/kubernetes/none.yaml#' /etc/kubernetes/manifests/kube-scheduler.yaml; sleep 90
kubectl run web --image=nginx; sleep 20`)
  expect(cluster.run('kubectl -n kube-system logs kube-scheduler-controlplane').stdout).toContain(
    '"command failed" err="open /etc/kubernetes/none.yaml: no such file or directory"',
  )
  expect(cluster.run('kubectl get pod web --no-headers').stdout).toMatch(/ Pending /)
})
