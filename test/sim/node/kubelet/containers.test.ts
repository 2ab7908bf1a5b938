import { expect, test } from 'vitest'
import { miniCluster, podOf } from '../mini-cluster'

test('init containers run one after the other, then the app', () => {
  const cluster = miniCluster()
  cluster.apply(
    podOf(
      'app',
      'initContainers: [{name: one, image: "busybox:1.28", command: [sh, -c, "echo first"]}, {name: two, image: "busybox:1.28", command: [sh, -c, "echo second"]}], containers: [{name: c, image: nginx}]',
    ),
  )
  cluster.advance('500ms')
  expect(cluster.container('app', 'c')?.state?.waiting?.reason).toBe('PodInitializing')
  expect(cluster.condition('app', 'Initialized')).toMatchObject({
    status: 'False',
    reason: 'ContainersNotInitialized',
    message: 'containers with incomplete status: [one two]',
  })
  cluster.advance('20s')
  expect(cluster.container('app', 'one')?.state?.terminated?.reason).toBe('Completed')
  expect(cluster.container('app', 'two')?.state?.terminated?.reason).toBe('Completed')
  expect(cluster.pod('app')?.status?.phase).toBe('Running')
  expect(cluster.logs('app', 'container=one')).toBe('first\n')
})

test('an init container that fails is tried again, and with restartPolicy Never the Pod has failed', () => {
  const cluster = miniCluster()
  const init = 'initContainers: [{name: bad, image: "busybox:1.28", command: [sh, -c, "exit 4"]}], containers: [{name: c, image: nginx}]'
  cluster.apply(podOf('again', init))
  cluster.apply(podOf('never', `restartPolicy: Never, ${init}`))
  cluster.advance('30s')
  expect(cluster.container('again', 'bad')?.restartCount).toBeGreaterThan(0)
  expect(
    cluster.events('again').some((event) => event.startsWith('BackOff Back-off restarting failed container bad in pod again_default(')),
  ).toBe(true)
  expect(cluster.pod('again')?.status?.phase).toBe('Pending')
  expect(cluster.pod('never')?.status?.phase).toBe('Failed')
  expect(cluster.container('never', 'bad')).toMatchObject({ restartCount: 0, state: { terminated: { exitCode: 4 } } })
})

test('a sidecar starts before the app, is restarted whatever the policy, and does not keep a finished Pod alive', () => {
  const cluster = miniCluster()
  const sidecar = '{name: side, image: nginx, restartPolicy: Always}'
  cluster.apply(
    podOf(
      'job',
      `restartPolicy: Never, initContainers: [${sidecar}], containers: [{name: main, image: "busybox:1.28", command: [sh, -c, "echo done"]}]`,
    ),
  )
  cluster.apply(podOf('long', `restartPolicy: Never, initContainers: [${sidecar}], containers: [{name: main, image: nginx-nothing/here}]`))
  cluster.advance('20s')
  expect(cluster.container('job', 'side')?.state?.terminated).toMatchObject({ exitCode: 0 })
  expect(cluster.pod('job')?.status?.phase).toBe('Succeeded')
  expect(cluster.container('long', 'side')).toMatchObject({ ready: true, started: true })
})

test('a killed sidecar comes back while the app goes on', () => {
  const cluster = miniCluster()
  cluster.apply(
    podOf(
      'app',
      'restartPolicy: Never, initContainers: [{name: side, image: nginx, restartPolicy: Always}], containers: [{name: main, image: "registry.k8s.io/pause:3.10"}]',
    ),
  )
  cluster.advance('20s')
  cluster.exec('app', ['sh', '-c', 'kill -QUIT 1'], 'side')
  cluster.advance('5s')
  expect(cluster.container('app', 'side')).toMatchObject({ restartCount: 1, lastState: { terminated: { exitCode: 0 } } })
  expect(cluster.container('app', 'main')?.restartCount).toBe(0)
})

test('a volume outlives the container, the container file system does not', () => {
  const cluster = miniCluster()
  cluster.apply(
    podOf('data', 'containers: [{name: c, image: nginx, volumeMounts: [{name: v, mountPath: /data}]}], volumes: [{name: v, emptyDir: {}}]'),
  )
  cluster.advance('10s')
  cluster.exec('data', ['sh', '-c', 'echo kept > /data/f; echo lost > /tmp/f; kill -QUIT 1'])
  cluster.advance('5s')
  expect(cluster.container('data')?.restartCount).toBe(1)
  expect(cluster.exec('data', ['cat', '/data/f']).stdout).toBe('kept\n')
  expect(cluster.exec('data', ['cat', '/tmp/f'])).toMatchObject({ stdout: '', status: expect.stringContaining('exit code 1') })
})

test.each([
  [
    'runAsNonRoot with an image of root',
    'securityContext: {runAsNonRoot: true}, containers: [{name: c, image: nginx}]',
    /^container has runAsNonRoot and image will run as root \(pod: "p_default\(.*\)", container: c\)$/,
  ],
  [
    'a ConfigMap that is missing',
    'containers: [{name: c, image: nginx, env: [{name: X, valueFrom: {configMapKeyRef: {name: a-config, key: k}}}]}]',
    /^configmap "a-config" not found$/,
  ],
  ['a Secret that is missing', 'containers: [{name: c, image: nginx, envFrom: [{secretRef: {name: s}}]}]', /^secret "s" not found$/],
])('%s ends in CreateContainerConfigError', (_, spec, words) => {
  const cluster = miniCluster()
  cluster.apply(podOf('p', spec))
  cluster.advance('10s')
  expect(cluster.container('p')?.state?.waiting).toMatchObject({
    reason: 'CreateContainerConfigError',
    message: expect.stringMatching(words),
  })
})

test('a container that waits for a ConfigMap starts once it exists', () => {
  const cluster = miniCluster()
  cluster.apply(podOf('p', 'containers: [{name: c, image: nginx, env: [{name: X, valueFrom: {configMapKeyRef: {name: late, key: k}}}]}]'))
  cluster.advance('20s')
  cluster.apply('{apiVersion: v1, kind: ConfigMap, metadata: {name: late}, data: {k: now}}')
  cluster.advance('20s')
  expect(cluster.pod('p')?.status?.phase).toBe('Running')
})

test('variables come from fields, resources, ConfigMaps, Secrets and each other; unknown references stay', () => {
  const cluster = miniCluster()
  cluster.apply(
    '{apiVersion: v1, kind: ConfigMap, metadata: {name: cm}, data: {level: info, mode: dev}}\n---\n{apiVersion: v1, kind: Secret, metadata: {name: s}, stringData: {word: hush}}',
  )
  const env = [
    '{name: A, value: one}',
    '{name: B, value: "$(A)-$(NOPE)-$$(A)"}',
    '{name: POD, valueFrom: {fieldRef: {fieldPath: metadata.name}}}',
    '{name: NODE, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}',
    '{name: CPU, valueFrom: {resourceFieldRef: {resource: requests.cpu, divisor: 1m}}}',
    '{name: LEVEL, valueFrom: {configMapKeyRef: {name: cm, key: level}}}',
    '{name: WORD, valueFrom: {secretKeyRef: {name: s, key: word}}}',
  ].join(', ')
  cluster.apply(
    podOf(
      'p',
      `restartPolicy: Never, containers: [{name: c, image: busybox, resources: {requests: {cpu: 250m}}, envFrom: [{prefix: CM_, configMapRef: {name: cm}}], env: [${env}], command: [sh, -c, 'echo "$A $B $POD $NODE $CPU $LEVEL $WORD $CM_mode"; echo $1', sh, "$(A)"]}]`,
    ),
  )
  cluster.advance('10s')
  expect(cluster.logs('p')).toBe('one one-$(NOPE)-$(A) p node01 250 info hush dev\none\n')
})

test('mounted ConfigMaps follow their object, variables and single files do not', () => {
  const cluster = miniCluster()
  cluster.apply('{apiVersion: v1, kind: ConfigMap, metadata: {name: cm}, data: {k: old}}')
  cluster.apply(
    podOf(
      'p',
      'containers: [{name: c, image: nginx, env: [{name: K, valueFrom: {configMapKeyRef: {name: cm, key: k}}}], volumeMounts: [{name: v, mountPath: /etc/cm}, {name: v, mountPath: /single, subPath: k}]}], volumes: [{name: v, configMap: {name: cm}}]',
    ),
  )
  cluster.advance('10s')
  expect(cluster.exec('p', ['cat', '/etc/cm/k', '/single']).stdout).toBe('oldold')
  cluster.server.request({
    method: 'PATCH',
    url: '/api/v1/namespaces/default/configmaps/cm',
    headers: { 'content-type': 'application/merge-patch+json' },
    body: '{"data":{"k":"new"}}',
  })
  cluster.advance('70s')
  expect(cluster.exec('p', ['cat', '/etc/cm/k']).stdout).toBe('new')
  expect(cluster.exec('p', ['cat', '/single']).stdout).toBe('old')
  expect(cluster.exec('p', ['sh', '-c', 'echo $K']).stdout).toBe('old\n')
})

test('a Pod whose volume names a missing ConfigMap waits and says so', () => {
  const cluster = miniCluster()
  cluster.apply(podOf('p', 'containers: [{name: c, image: nginx}], volumes: [{name: v, configMap: {name: no-config}}]'))
  cluster.advance('10s')
  expect(cluster.events('p')[0]).toMatch(/^FailedMount MountVolume\.SetUp failed for volume "v" : configmap "no-config" not found/)
  expect(cluster.container('p')?.state?.waiting?.reason).toBe('ContainerCreating')
})

test('exec tells the exit code, and a command that is not there', () => {
  const cluster = miniCluster()
  cluster.apply(podOf('p', 'containers: [{name: c, image: nginx}]'))
  cluster.advance('10s')
  expect(JSON.parse(cluster.exec('p', ['sh', '-c', 'exit 7']).status)).toMatchObject({
    status: 'Failure',
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: '7' }] },
  })
  expect(JSON.parse(cluster.exec('p', ['nope']).status).message).toContain('exec: "nope": executable file not found in $PATH')
})

test('two containers of a Pod share localhost, two Pods do not share ports', () => {
  const cluster = miniCluster()
  cluster.apply(podOf('a', 'containers: [{name: one, image: nginx}, {name: two, image: nginx}]'))
  cluster.apply(podOf('b', 'containers: [{name: one, image: nginx}]'))
  cluster.advance('20s')
  expect(cluster.container('b', 'one')?.ready).toBe(true)
  expect(cluster.container('a', 'two')?.restartCount).toBeGreaterThan(0)
})

test('postStart has to succeed, preStop runs before the stop signal', () => {
  const cluster = miniCluster()
  cluster.apply(
    podOf(
      'good',
      'containers: [{name: c, image: nginx, lifecycle: {postStart: {exec: {command: [sh, -c, "echo hi > /tmp/started"]}}, preStop: {sleep: {seconds: 4}}}}]',
    ),
  )
  cluster.apply(podOf('bad', 'containers: [{name: c, image: nginx, lifecycle: {postStart: {exec: {command: [sh, -c, "exit 1"]}}}}]'))
  cluster.advance('10s')
  expect(cluster.exec('good', ['cat', '/tmp/started']).stdout).toBe('hi\n')
  expect(cluster.events('bad').some((event) => event.startsWith('FailedPostStartHook PostStartHook failed'))).toBe(true)
  cluster.server.request({ method: 'DELETE', url: '/api/v1/namespaces/default/pods/good', headers: {} })
  cluster.advance('3s')
  expect(cluster.container('good')?.state?.running).toBeDefined()
  cluster.advance('3s')
  expect(cluster.pod('good')).toBeUndefined()
})

test('a container is told to run, and is probed, only when its postStart hook is over', () => {
  const cluster = miniCluster()
  const hook = 'lifecycle: {postStart: {exec: {command: [sh, -c, "sleep 5; touch /tmp/ready"]}}}'
  const probe = 'readinessProbe: {exec: {command: [cat, /tmp/ready]}, periodSeconds: 1}'
  cluster.apply(podOf('p', `containers: [{name: c, image: nginx, ${hook}, ${probe}}]`))
  cluster.advance('4s')
  expect(cluster.container('p')?.state).toEqual({ waiting: { reason: 'ContainerCreating' } })
  expect(cluster.events('p').some((event) => event.startsWith('Started'))).toBe(true)
  cluster.advance('10s')
  expect(cluster.container('p')).toMatchObject({ ready: true, state: { running: {} } })
  expect(cluster.events('p').filter((event) => event.startsWith('Unhealthy'))).toEqual([])
})

test('an ephemeral container joins a running Pod', () => {
  const cluster = miniCluster()
  cluster.apply(podOf('p', 'containers: [{name: c, image: nginx}]'))
  cluster.advance('10s')
  cluster.server.request({
    method: 'PATCH',
    url: '/api/v1/namespaces/default/pods/p/ephemeralcontainers',
    headers: { 'content-type': 'application/strategic-merge-patch+json' },
    body: '{"spec":{"ephemeralContainers":[{"name":"debugger","image":"busybox:1.28","command":["sh","-c","echo here"],"targetContainerName":"c"}]}}',
  })
  cluster.advance('10s')
  expect(cluster.container('p', 'debugger')?.state?.terminated?.exitCode).toBe(0)
  expect(cluster.logs('p', 'container=debugger')).toBe('here\n')
})

test('a new image replaces the container in place', () => {
  const cluster = miniCluster()
  cluster.apply(podOf('p', 'containers: [{name: c, image: "nginx:1.27"}]'))
  cluster.advance('10s')
  cluster.server.request({
    method: 'PATCH',
    url: '/api/v1/namespaces/default/pods/p',
    headers: { 'content-type': 'application/strategic-merge-patch+json' },
    body: '{"spec":{"containers":[{"name":"c","image":"nginx:1.28"}]}}',
  })
  cluster.advance('15s')
  expect(cluster.container('p')).toMatchObject({ image: 'docker.io/library/nginx:1.28', restartCount: 1, ready: true })
  expect(cluster.events('p')).toContain('Killing Container c definition changed, will be restarted')
})

test('the last words of a container are in its status', () => {
  const cluster = miniCluster()
  cluster.apply(
    podOf('p', 'restartPolicy: Never, containers: [{name: c, image: busybox, command: [sh, -c, "echo -n tired > /dev/termination-log"]}]'),
  )
  cluster.apply(
    podOf(
      'q',
      'restartPolicy: Never, containers: [{name: c, image: busybox, terminationMessagePolicy: FallbackToLogsOnError, command: [sh, -c, "echo oh no; exit 1"]}]',
    ),
  )
  cluster.advance('10s')
  expect(cluster.container('p')?.state?.terminated?.message).toBe('tired')
  expect(cluster.container('q')?.state?.terminated?.message).toBe('oh no\n')
})

test('resources change in place, restart the container where its policy says so, or cannot be had', () => {
  const cluster = miniCluster()
  cluster.apply(
    podOf(
      'p',
      'containers: [{name: c, image: nginx, resizePolicy: [{resourceName: cpu, restartPolicy: NotRequired}, {resourceName: memory, restartPolicy: RestartContainer}], resources: {requests: {cpu: 100m, memory: 64Mi}, limits: {cpu: 100m, memory: 64Mi}}}]',
    ),
  )
  cluster.advance('10s')
  const ask = (cpu: string, memory: string) => {
    cluster.server.request({
      method: 'PATCH',
      url: '/api/v1/namespaces/default/pods/p/resize',
      headers: { 'content-type': 'application/strategic-merge-patch+json' },
      body: JSON.stringify({ spec: { containers: [{ name: 'c', resources: { requests: { cpu, memory }, limits: { cpu, memory } } }] } }),
    })
    cluster.advance('5s')
  }
  ask('200m', '64Mi')
  expect(cluster.container('p')).toMatchObject({
    restartCount: 0,
    resources: { requests: { cpu: '200m' } },
    allocatedResources: { cpu: '200m' },
  })
  ask('200m', '128Mi')
  expect(cluster.container('p')).toMatchObject({ restartCount: 1, resources: { limits: { memory: '128Mi' } } })
  ask('1000', '128Mi')
  expect(cluster.container('p')).toMatchObject({ restartCount: 1, resources: { requests: { cpu: '200m' } } })
  expect(cluster.condition('p', 'PodResizePending')).toMatchObject({ status: 'True', reason: 'Infeasible' })
  const summary = (cpu: string, memory: string, more: string) =>
    `{"containers":[{"name":"c","resources":{"limits":{"cpu":"${cpu}","memory":"${memory}"},"requests":{"cpu":"${cpu}","memory":"${memory}"}}}],${more}}`
  const told = cluster.events('p').join('\n')
  expect(told).toContain(`ResizeStarted Pod resize started: ${summary('200m', '64Mi', '"generation":2')}`)
  expect(told).toContain(`ResizeCompleted Pod resize completed: ${summary('200m', '128Mi', '"generation":3')}`)
  expect(told).toMatch(
    /ResizeInfeasible Pod resize Infeasible: .*"generation":4,"error":"Node didn't have enough capacity: cpu, requested: 1000000, capacity: \d+"\}/,
  )
})

test('what a container may take changes with its resources, and what the Pod may take as a whole with those of the Pod', () => {
  const cluster = miniCluster()
  cluster.apply(
    podOf(
      'p',
      'resources: {requests: {cpu: 200m, memory: 128Mi}, limits: {cpu: 200m, memory: 128Mi}}, containers: [{name: c, image: "busybox:1.28", command: [sh, -c, "while true; do cat /sys/fs/cgroup/cpu.max /sys/fs/cgroup/memory.max; sleep 5; done"]}]',
    ),
  )
  cluster.advance('8s')
  const ask = (cpu: string) => {
    const answer = cluster.server.request({
      method: 'PATCH',
      url: '/api/v1/namespaces/default/pods/p/resize',
      headers: { 'content-type': 'application/strategic-merge-patch+json' },
      body: JSON.stringify({ spec: { resources: { requests: { cpu }, limits: { cpu } } } }),
    })
    cluster.advance('7s')
    return answer.status
  }
  const { requests } = { requests: { cpu: '200m', memory: '128Mi' } }
  expect(cluster.pod('p')!.status).toMatchObject({ allocatedResources: requests, resources: { limits: requests, requests } })
  expect(ask('500m')).toBe(200)
  expect(cluster.pod('p')!.status).toMatchObject({ allocatedResources: { cpu: '500m' }, resources: { limits: { cpu: '500m' } } })
  expect(cluster.logs('p')).toMatch(/^(20000 100000\n134217728\n)+(50000 100000\n134217728\n)+$/)
  ask('1000')
  expect(cluster.condition('p', 'PodResizePending')).toMatchObject({ reason: 'Infeasible' })
  expect(cluster.pod('p')!.status!.resources!.limits!.cpu).toBe('500m')
})

test('while a container is restarted for a resize, its Pod says first of all that one is in progress', () => {
  const cluster = miniCluster()
  cluster.apply(
    podOf(
      'p',
      'containers: [{name: c, image: "busybox:1.28", command: [sh, -c, "trap \'sleep 3; exit 0\' TERM; while true; do sleep 1; done"], resizePolicy: [{resourceName: cpu, restartPolicy: RestartContainer}], resources: {requests: {cpu: 100m}}}]',
    ),
  )
  cluster.advance('8s')
  const types = () => cluster.pod('p')!.status!.conditions!.map(({ type }) => type)
  expect(types()).toEqual(['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'])
  cluster.server.request({
    method: 'PATCH',
    url: '/api/v1/namespaces/default/pods/p/resize',
    headers: { 'content-type': 'application/strategic-merge-patch+json' },
    body: JSON.stringify({ spec: { containers: [{ name: 'c', resources: { requests: { cpu: '200m' } } }] } }),
  })
  cluster.advance('2s')
  expect(types()[0]).toBe('PodResizeInProgress')
  cluster.advance('20s')
  expect(types()).toEqual(['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'])
  expect(cluster.container('p')!.allocatedResources).toEqual({ cpu: '200m' })
})

test('a resize that other Pods leave no room for waits until one of them has gone', () => {
  const cluster = miniCluster()
  const asks = (cpu: string) => `containers: [{name: c, image: nginx, resources: {requests: {cpu: ${cpu}}}}]`
  const cores = Number(cluster.nodes.hosts.get('node01')!.facts.cpu)
  cluster.apply(podOf('small', asks('100m')))
  cluster.apply(podOf('large', asks(`${cores * 1000 - 500}m`)))
  cluster.advance('10s')
  cluster.server.request({
    method: 'PATCH',
    url: '/api/v1/namespaces/default/pods/small/resize',
    headers: { 'content-type': 'application/strategic-merge-patch+json' },
    body: JSON.stringify({ spec: { containers: [{ name: 'c', resources: { requests: { cpu: '1' } } }] } }),
  })
  cluster.advance('5s')
  expect(cluster.condition('small', 'PodResizePending')).toMatchObject({ reason: 'Deferred' })
  expect(cluster.events('small').some((event) => event.startsWith('ResizeDeferred Pod resize Deferred: '))).toBe(true)
  cluster.server.request({ method: 'DELETE', url: '/api/v1/namespaces/default/pods/large?gracePeriodSeconds=0', headers: {} })
  cluster.advance('15s')
  expect(cluster.condition('small', 'PodResizePending')).toBeUndefined()
  expect(cluster.container('small')?.allocatedResources).toEqual({ cpu: '1' })
})

test('rules for exit codes go before a restart policy, and that of a container before the one of its Pod', () => {
  const cluster = miniCluster()
  const rule = (code: number) => `restartPolicyRules: [{action: Restart, exitCodes: {operator: In, values: [${code}]}}]`
  const container = (more: string) => `containers: [{name: c, image: "busybox:1.28", command: [sh, -c, "exit 42"], ${more}}]`
  cluster.apply(podOf('listed', `restartPolicy: Never, ${container(`restartPolicy: Never, ${rule(42)}`)}`))
  cluster.apply(podOf('unlisted', `restartPolicy: Never, ${container(`restartPolicy: Never, ${rule(7)}`)}`))
  cluster.apply(podOf('own', `restartPolicy: Never, ${container('restartPolicy: OnFailure')}`))
  cluster.advance('30s')
  expect(cluster.container('listed')?.restartCount).toBeGreaterThan(0)
  expect(cluster.container('own')?.restartCount).toBeGreaterThan(0)
  expect(cluster.pod('unlisted')?.status?.phase).toBe('Failed')
})

test('a runtime that the node does not have leaves a Pod without a sandbox', () => {
  const cluster = miniCluster()
  cluster.apply('apiVersion: node.k8s.io/v1\nkind: RuntimeClass\nmetadata: {name: gvisor}\nhandler: runsc')
  cluster.apply(podOf('web', 'runtimeClassName: gvisor, containers: [{name: c, image: nginx}]'))
  cluster.advance('3s') // it is refused as soon as it is asked for, and asked for again later
  expect(cluster.pod('web')?.status?.phase).toBe('Pending')
  expect(cluster.events('web')).toContain(
    'FailedCreatePodSandBox Failed to create pod sandbox: rpc error: code = Unknown desc = failed to get sandbox runtime: no runtime for "runsc" is configured',
  )
})
