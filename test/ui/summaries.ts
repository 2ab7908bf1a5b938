import type { PodSummary, Summary } from '../../src/ui/worker/summary'

/** A Pod as the page knows it. */
export const podSummary = (name: string, change: Partial<PodSummary> = {}): PodSummary => ({
  key: `Pod/${change.namespace ?? 'default'}/${name}`,
  kind: 'Pod',
  namespace: 'default',
  name,
  uid: `uid-${name}`,
  version: '1',
  createdMs: 0,
  labels: { app: 'web' },
  stage: 'running',
  status: 'Running',
  ready: 1,
  total: 1,
  restarts: 0,
  images: ['nginx'],
  containers: ['nginx'],
  ...change,
})

export const serviceSummary = (name: string, selector: Readonly<Record<string, string>> | undefined, namespace = 'default'): Summary => ({
  key: `Service/${namespace}/${name}`,
  kind: 'Service',
  namespace,
  name,
  uid: `uid-${name}`,
  version: '1',
  createdMs: 0,
  labels: {},
  type: 'ClusterIP',
  address: '10.96.0.20',
  ports: '80',
  selector,
})
