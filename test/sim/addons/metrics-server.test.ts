import { describe, expect, test } from 'vitest'
import { createCluster } from '../../../src/sim/cluster'

/** The API's answer to a GET as JSON. */
const get = (cluster: ReturnType<typeof createCluster>, path: string) => {
  const { status, body } = cluster.request({ method: 'GET', url: path, headers: {}, body: undefined }) as { status: number; body: string }
  return { status, body: (body.startsWith('{') ? JSON.parse(body) : {}) as Record<string, unknown> }
}
const PODS = '/apis/metrics.k8s.io/v1beta1/namespaces/default/pods'

describe('the resource metrics API', () => {
  test('has figures of a Pod from the second reading on, and none before', () => {
    const cluster = createCluster()
    cluster.run('kubectl run web --image=nginx && kubectl wait --for=condition=Ready pod/web')
    expect(get(cluster, `${PODS}/web`)).toMatchObject({
      status: 404,
      body: { reason: 'NotFound', message: 'podmetrics.metrics.k8s.io "default/web" not found' },
    })
    cluster.advance('30s')
    expect(get(cluster, `${PODS}/web`)).toMatchObject({
      status: 200,
      body: { kind: 'PodMetrics', window: '15s', containers: [{ name: 'web', usage: { cpu: expect.stringMatching(/^\d+n?$/) } }] },
    })
  })

  test('shows a busy loop as its limit', () => {
    const cluster = createCluster()
    cluster.run(`
      kubectl run bound --image=busybox --overrides='{"spec":{"containers":[{"name":"bound","image":"busybox","command":["sh","-c","while true; do :; done"],"resources":{"limits":{"cpu":"100m"}}}]}}'
      kubectl wait --for=condition=Ready pod/bound; sleep 32`)
    const { containers } = get(cluster, `${PODS}/bound`).body as { containers: { usage: { cpu: string } }[] }
    expect(Math.round(parseInt(containers[0]!.usage.cpu) / 1e6)).toBe(100)
  })

  test('is there while a ready Pod stands behind its APIService', () => {
    const cluster = createCluster()
    const available = () => cluster.run('kubectl get apiservice v1beta1.metrics.k8s.io --no-headers').stdout.split(/ {2,}/)[2]
    expect(available()).toBe('True')
    cluster.run('kubectl -n kube-system scale deployment metrics-server --replicas=0; sleep 40')
    expect(available()).toBe('False (MissingEndpoints)')
    expect(get(cluster, PODS)).toMatchObject({ status: 503, body: { reason: 'ServiceUnavailable' } })
    cluster.run('kubectl delete apiservice v1beta1.metrics.k8s.io')
    cluster.advance('1s')
    expect(get(cluster, PODS).status).toBe(404)
  })
})

test('an autoscaler follows the load of its Pods, up at once and down after five minutes', () => {
  const cluster = createCluster()
  const replicas = () => Number(cluster.run('kubectl get deployment php-apache -o jsonpath={.spec.replicas}').stdout)
  cluster.run(`
    kubectl create deployment php-apache --image=registry.k8s.io/hpa-example
    kubectl set resources deployment php-apache --requests=cpu=200m
    kubectl expose deployment php-apache --port=80
    kubectl rollout status deployment php-apache
    cat <<Y | kubectl apply -f -
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: php-apache}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: php-apache}
  minReplicas: 1
  maxReplicas: 10
  metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}}]
Y
    kubectl run load --image=busybox --restart=Never -- sh -c 'while sleep 0.01; do wget -q -O- http://php-apache; done'`)
  cluster.advance('3m')
  const grown = replicas()
  expect(grown).toBeGreaterThan(3)
  cluster.run('kubectl delete pod load --now')
  cluster.advance('4m')
  expect(replicas()).toBe(grown)
  cluster.advance('3m')
  expect(replicas()).toBe(1)
})
