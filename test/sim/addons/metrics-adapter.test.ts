import { expect, test } from 'vitest'
import { createCluster } from '../../../src/sim/cluster'

const AUTOSCALER = `cat <<'EOF' | kubectl apply -f -
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  maxReplicas: 10
  metrics:
  - type: Pods
    pods: {metric: {name: packets-per-second}, target: {type: AverageValue, averageValue: 1k}}
  - type: Object
    object: {metric: {name: requests-per-second}, describedObject: {apiVersion: v1, kind: Service, name: kubernetes}, target: {type: Value, value: 2k}}
  - type: External
    external: {metric: {name: queue_messages_ready}, target: {type: AverageValue, averageValue: "30"}}
EOF
`
const SERVICES =
  "kubectl get apiservices -o jsonpath='{range .items[*]}{.metadata.name}={.status.conditions[0].status} {end}' | tr ' ' '\\n' | grep metrics"
const CUSTOM = '/apis/custom.metrics.k8s.io/v1beta2'
const EXTERNAL = '/apis/external.metrics.k8s.io/v1beta1'

test('given the add-on, then autoscalers and the API have the custom and external metrics that somebody has written down, while it runs', () => {
  const cluster = createCluster({ seed: 4 })
  const lines = (script: string) => cluster.run(script).stdout.trim().split('\n')
  const active = () => lines(`kubectl get hpa web -o jsonpath='{.status.conditions[?(@.type=="ScalingActive")].reason}'`)
  cluster.run(`kubectl create deployment web --image=nginx --replicas=2; kubectl rollout status deployment/web; ${AUTOSCALER}sleep 20`)
  expect(active()).toEqual(['FailedGetPodsMetric'])
  expect(cluster.run(`kubectl get --raw ${CUSTOM}`).code).toBe(1)

  cluster.run(
    'kubectl apply -f /etc/kubernetes/addons/metrics-adapter.yaml; kubectl -n custom-metrics rollout status deployment/metrics-adapter',
  )
  expect(lines(SERVICES)).toEqual([
    'v1beta1.custom.metrics.k8s.io=True',
    'v1beta1.external.metrics.k8s.io=True',
    'v1beta1.metrics.k8s.io=True',
    'v1beta2.custom.metrics.k8s.io=True',
  ])
  cluster.run(`kubectl annotate pods -l app=web metrics.tabernetes.io/packets-per-second=900
kubectl annotate service kubernetes metrics.tabernetes.io/requests-per-second=500
kubectl -n custom-metrics patch configmap external-metrics -p '{"data":{"queue_messages_ready":"150"}}'`)
  const figures = `jq -r '.kind, (.items[] | .describedObject.kind + " " + .metric.name + " " + .value)'`
  expect(lines(`kubectl get --raw '${CUSTOM}/namespaces/default/pods/*/packets-per-second' | ${figures}`)).toEqual([
    'MetricValueList',
    'Pod packets-per-second 900',
    'Pod packets-per-second 900',
  ])
  expect(
    lines(`kubectl get --raw '${EXTERNAL}/namespaces/default/queue_messages_ready' | jq -c '.items[] | [.metricName, .value]'`),
  ).toEqual(['["queue_messages_ready","150"]'])
  expect(cluster.run(`kubectl get --raw '${CUSTOM}/namespaces/default/services/kubernetes/nothing'`).stderr).toBe(
    'Error from server (NotFound): the server could not find the metric nothing for services kubernetes\n',
  )
  expect(lines(`kubectl get --raw ${CUSTOM} | jq -r '.resources[].name'`)).toEqual([
    'pods/packets-per-second',
    'services/requests-per-second',
  ])
  cluster.advance('45s')
  expect(active()).toEqual(['ValidMetricFound'])
  expect(lines("kubectl get deployment web -o jsonpath='{.spec.replicas}'")).toEqual(['5'])

  cluster.run('kubectl -n custom-metrics scale deployment/metrics-adapter --replicas=0; sleep 40')
  expect(lines(SERVICES)).toContain('v1beta2.custom.metrics.k8s.io=False')
  expect(active()).toEqual(['FailedGetPodsMetric'])
})
