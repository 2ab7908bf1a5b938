import { execFile, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { serveCluster } from './served-cluster'

const kubectl = process.env.KUBECTL ?? 'kubectl'
const found = spawnSync(kubectl, ['version', '--client']).status === 0
if (!found) console.warn('No real kubectl on PATH (or in $KUBECTL): the tests with it are skipped.')

describe.skipIf(!found)('a real kubectl works against the simulated API server', () => {
  let served: Awaited<ReturnType<typeof serveCluster>>
  const home = mkdtempSync(join(tmpdir(), 'tabernetes-'))
  const environment = { ...process.env, HOME: home, KUBECONFIG: join(home, 'none') }

  beforeAll(async () => {
    served = await serveCluster()
  })
  afterAll(async () => {
    await served?.close()
    rmSync(home, { recursive: true, force: true })
  })

  /** Runs the real binary; answers what it printed, or throws with what it complained about. */
  const run = (line: string, stdin = '') =>
    new Promise<string>((resolve, reject) => {
      const child = execFile(
        kubectl,
        [`--server=${served.url}`, ...line.split(' ')],
        { env: environment, timeout: 25_000 },
        (error, stdout, stderr) => (error ? reject(new Error(`kubectl ${line}: ${stderr}`)) : resolve(stdout)),
      )
      child.stdin?.end(stdin)
    })

  const manifest = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  replicas: 2
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec: {containers: [{name: nginx, image: "nginx:1.29", ports: [{containerPort: 80}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: shop}
spec: {selector: {app: shop}, ports: [{port: 80}]}
`

  test('get nodes, get pods -A -o wide', async () => {
    expect(await run('get nodes')).toMatch(/^controlplane +Ready +control-plane /m)
    expect(await run('get pods -A -o wide')).toMatch(/^kube-system +etcd-controlplane +1\/1 +Running .* 172\.30\.1\.2 +controlplane /m)
  })

  test('apply, rollout status, describe, logs, delete', async () => {
    const file = join(home, 'shop.yaml')
    writeFileSync(file, manifest)
    expect(await run(`apply -f ${file}`)).toBe('deployment.apps/shop created\nservice/shop created\n')
    expect(await run('rollout status deployment/shop')).toContain('deployment "shop" successfully rolled out')
    expect(await run('describe deployment shop')).toMatch(/^Replicas: +2 desired \| 2 updated \| 2 total \| 2 available \| 0 unavailable$/m)
    expect(await run('describe pods -l app=shop')).toMatch(/Normal +Started .* +kubelet +/)
    expect(await run('logs deployment/shop')).toMatch(/start worker process/)
    expect(await run(`apply -f ${file}`)).toBe('deployment.apps/shop unchanged\nservice/shop unchanged\n')
    expect(await run(`delete -f ${file}`)).toMatch(/^deployment.apps "shop" deleted/)
    expect(await run('get deployments,services -l app=shop')).toBe('')
  })

  test('exec runs a command in a container', async () => {
    await run('run box --image=busybox --restart=Never -- sleep 3600')
    await run('wait --for=condition=Ready pod/box --timeout=60s')
    expect(await run('exec box -- sh -c', '').catch(() => 'refused')).toBe('refused')
    expect(await run('exec box -- echo hello')).toBe('hello\n')
    expect(await run('exec -i box -- cat', 'over standard input')).toBe('over standard input')
  })

  test('get pods -w follows changes', async () => {
    const watch = spawn(kubectl, [`--server=${served.url}`, 'get', 'pods', '-w'], { env: environment })
    let text = ''
    watch.stdout.on('data', (chunk) => (text += String(chunk)))
    // The watch stands once it has listed what is there; a slow machine may take its time over both ends.
    const told = (what: RegExp) => vi.waitUntil(() => what.test(text), { timeout: 20_000 })
    await told(/^NAME /)
    await run('run seen --image=nginx --restart=Never')
    await told(/seen +1\/1 +Running/)
    watch.kill('SIGINT')
    await new Promise((resolve) => watch.once('close', resolve))
    expect(text).toMatch(/seen +0\/1 +ContainerCreating[\s\S]*seen +1\/1 +Running/)
  })

  test('explain and api-resources know the schema', async () => {
    const explained = await run('explain deployment.spec.strategy')
    expect(explained).toMatch(/^FIELD: strategy <DeploymentStrategy>$/m)
    expect(explained).toMatch(/rollingUpdate\t<RollingUpdateDeployment>\n +\S/)
    expect(await run('api-resources')).toMatch(/^deployments +deploy +apps\/v1 +true +Deployment$/m)
  })
})
