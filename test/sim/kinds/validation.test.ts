import { describe, expect, test } from 'vitest'
import { createApi, pathOf } from './api'
import { createChangedObjects, type Change } from './changed-objects'

const { objectOf } = createChangedObjects()

const container = (change: Change) => ({ spec: { containers: [{ name: 'c', image: 'nginx', ...change }] } })
const labelText =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character"

describe('a new object is refused in the words of a real server', () => {
  test.each<[resource: string, change: Change, complaint: string]>([
    ['pods', { spec: { containers: [] } }, 'Pod "example" is invalid: spec.containers: Required value'],
    ['pods', container({ image: '' }), 'spec.containers[0].image: Required value'],
    ['pods', container({ name: 'My_C' }), `spec.containers[0].name: Invalid value: "My_C": ${labelText}`],
    [
      'pods',
      {
        spec: {
          containers: [
            { name: 'c', image: 'a' },
            { name: 'c', image: 'b' },
          ],
        },
      },
      'spec.containers[1].name: Duplicate value: "c"',
    ],
    ['pods', container({ ports: [{ containerPort: 0 }] }), 'spec.containers[0].ports[0].containerPort: Required value'],
    [
      'pods',
      container({ ports: [{ containerPort: 70000 }] }),
      'spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive',
    ],
    [
      'pods',
      container({ ports: [{ containerPort: 80, protocol: 'HTTP' }] }),
      'spec.containers[0].ports[0].protocol: Unsupported value: "HTTP": supported values: "SCTP", "TCP", "UDP"',
    ],
    [
      'pods',
      container({ imagePullPolicy: 'Sometimes' }),
      'spec.containers[0].imagePullPolicy: Unsupported value: "Sometimes": supported values: "Always", "IfNotPresent", "Never"',
    ],
    [
      'pods',
      container({ volumeMounts: [{ name: 'data', mountPath: '/data' }] }),
      'spec.containers[0].volumeMounts[0].name: Not found: "data"',
    ],
    [
      'pods',
      container({ livenessProbe: { successThreshold: 2, exec: { command: ['true'] } } }),
      'spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1',
    ],
    [
      'pods',
      container({ readinessProbe: { periodSeconds: 5 } }),
      'spec.containers[0].readinessProbe: Required value: must specify a handler type',
    ],
    [
      'pods',
      container({ resources: { requests: { cpu: '2' }, limits: { cpu: '1' } } }),
      'spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1',
    ],
    [
      'pods',
      container({ resources: { limits: { gpu: '1' } } }),
      'spec.containers[0].resources.limits[gpu]: Invalid value: "gpu": must be a standard resource type or fully qualified',
    ],
    [
      'pods',
      container({ resources: { requests: { 'nvidia.com/gpu': '1' } } }),
      'spec.containers[0].resources.limits: Required value: Limit must be set for non overcommitable resources',
    ],
    [
      'pods',
      container({ resources: { limits: { 'hugepages-2Mi': '4Mi' } } }),
      'spec.containers[0].resources: Forbidden: HugePages require cpu or memory',
    ],
    [
      'pods',
      container({ env: [{ name: 'A', value: 'x', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }] }),
      'spec.containers[0].env[0].valueFrom: Invalid value: "": may not be specified when `value` is not empty',
    ],
    [
      'pods',
      { spec: { restartPolicy: 'Sometimes' } },
      'spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "OnFailure", "Never"',
    ],
    ['pods', { spec: { dnsPolicy: 'None' } }, 'spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None'],
    ['pods', { spec: { volumes: [{ name: 'a', emptyDir: {}, hostPath: { path: '/a' } }] } }, 'may not specify more than 1 volume type'],
    [
      'pods',
      { spec: { tolerations: [{ operator: 'Equal' }] } },
      'spec.tolerations[0].operator: Invalid value: "Equal": operator must be Exists when `key` is empty, which means "match all values and all keys"',
    ],
    [
      'pods',
      { spec: { topologySpreadConstraints: [{ maxSkew: 0, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule' }] } },
      'spec.topologySpreadConstraints[0].maxSkew: Invalid value: 0: must be greater than zero',
    ],
    [
      'pods',
      { spec: { ephemeralContainers: [{ name: 'd', image: 'x' }] } },
      'spec.ephemeralContainers: Forbidden: cannot be set on create',
    ],
    [
      'namespaces',
      { metadata: { name: 'Docs_Bad' } },
      `Namespace "Docs_Bad" is invalid: metadata.name: Invalid value: "Docs_Bad": ${labelText}`,
    ],
    ['services', { metadata: { name: '1web' } }, 'a DNS-1035 label must consist of'],
    [
      'services',
      { spec: { ports: [{ port: 80 }, { port: 81 }] } },
      '[spec.ports[0].name: Required value, spec.ports[1].name: Required value]',
    ],
    [
      'services',
      { spec: { ports: [{ port: 80, nodePort: 30001 }] } },
      "spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'",
    ],
    [
      'services',
      { spec: { type: 'NodePort', ports: [{ port: 80, nodePort: 80 }] } },
      'spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-32767',
    ],
    ['services', { spec: { type: 'ExternalName', ports: null } }, 'spec.externalName: Required value'],
    [
      'services',
      { spec: { clusterIP: '1.2.3.4' } },
      'failed to allocate IP 1.2.3.4: the provided network does not match the current range',
    ],
    [
      'configmaps',
      { data: { 'a b': '1' } },
      "data[a b]: Invalid value: \"a b\": a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
    ],
    ['secrets', { type: 'kubernetes.io/tls', data: { 'tls.crt': 'LS0t' } }, 'data[tls.key]: Required value'],
    [
      'persistentvolumeclaims',
      { spec: { accessModes: null, resources: null } },
      '[spec.accessModes: Required value: at least 1 access mode is required, spec.resources[storage]: Required value]',
    ],
    ['persistentvolumes', { spec: { hostPath: null } }, 'spec: Required value: must specify a volume type'],
    [
      'limitranges',
      { spec: { limits: [{ type: 'Container', max: { cpu: '1' }, default: { cpu: '2' } }] } },
      'spec.limits[0].default[cpu]: Invalid value: "2": default value 2 is greater than max value 1',
    ],
    ['deployments.apps', { spec: { template: { metadata: { labels: { app: 'other' } } } } }, '`selector` does not match template `labels`'],
    ['deployments.apps', { spec: { selector: { matchLabels: null } } }, 'empty selector is invalid for deployment'],
    ['deployments.apps', { spec: { replicas: -1 } }, 'spec.replicas: Invalid value: -1: must be greater than or equal to 0'],
    [
      'deployments.apps',
      { spec: { strategy: { type: 'Recreate', rollingUpdate: { maxSurge: 1 } } } },
      "spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'",
    ],
    [
      'deployments.apps',
      { spec: { strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } } } },
      'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0',
    ],
    [
      'deployments.apps',
      { spec: { template: { spec: { restartPolicy: 'Never' } } } },
      'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
    ],
    [
      'jobs.batch',
      { spec: { template: { spec: { restartPolicy: null } } } },
      'spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"',
    ],
    [
      'jobs.batch',
      { spec: { completionMode: 'Indexed', completions: null, parallelism: 2 } },
      'spec.completions: Required value: when completion mode is Indexed',
    ],
    [
      'cronjobs.batch',
      { spec: { schedule: 'every day' } },
      'spec.schedule: Invalid value: "every day": expected exactly 5 fields, found 2: [every day]',
    ],
    ['cronjobs.batch', { spec: { schedule: '61 * * * *' } }, 'end of range (61) above maximum (59): 61'],
    [
      'cronjobs.batch',
      { spec: { timeZone: 'Mars/Olympus' } },
      'spec.timeZone: Invalid value: "Mars/Olympus": unknown time zone Mars/Olympus',
    ],
    [
      'horizontalpodautoscalers.autoscaling',
      { spec: { minReplicas: 5 } },
      'spec.maxReplicas: Invalid value: 3: must be greater than or equal to `minReplicas`',
    ],
    ['poddisruptionbudgets.policy', { spec: { minAvailable: 1, maxUnavailable: 1 } }, 'minAvailable and maxUnavailable cannot be both set'],
    ['ingresses.networking.k8s.io', { spec: { defaultBackend: null } }, 'either `defaultBackend` or `rules` must be specified'],
    [
      'networkpolicies.networking.k8s.io',
      { spec: { ingress: [{ from: [{}] }] } },
      'spec.ingress[0].from[0]: Required value: must specify a peer',
    ],
    [
      'roles.rbac.authorization.k8s.io',
      { rules: [{ verbs: [] }] },
      'rules[0].verbs: Required value: verbs must contain at least one value',
    ],
    [
      'rolebindings.rbac.authorization.k8s.io',
      { subjects: [{ kind: 'Robot', name: 'r2' }] },
      'subjects[0].kind: Unsupported value: "Robot": supported values: "ServiceAccount", "User", "Group"',
    ],
    [
      'validatingadmissionpolicybindings.admissionregistration.k8s.io',
      { spec: { validationActions: ['Deny', 'Warn'] } },
      'must not contain both Deny and Warn',
    ],
    [
      'customresourcedefinitions.apiextensions.k8s.io',
      { metadata: { name: 'other.example.com' } },
      'metadata.name: Invalid value: "other.example.com": must be spec.names.plural+"."+spec.group',
    ],
    [
      'priorityclasses.scheduling.k8s.io',
      { value: 2_000_000_000 },
      'value: Forbidden: maximum allowed value of a user defined priority is 1000000000',
    ],
  ])('%s %j', (resource, change, complaint) => {
    const { served, object } = objectOf(resource, change)
    const answer = createApi().ask('POST', pathOf(served), object)
    expect(answer.body.message).toContain(complaint)
    expect(answer.status).toBe(422)
    expect(answer.body.details.causes.length).toBeGreaterThan(0)
  })
})

describe('a change is refused in the words of a real server', () => {
  test.each<[resource: string, change: Change, complaint: string]>([
    ['pods', container({ command: ['sleep'] }), 'spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`'],
    [
      'pods',
      {
        spec: {
          containers: [
            { name: 'c', image: 'nginx' },
            { name: 'd', image: 'x' },
          ],
        },
      },
      'spec.containers: Forbidden: pod updates may not add or remove containers',
    ],
    [
      'deployments.apps',
      { spec: { selector: { matchLabels: { a: 'b' } }, template: { metadata: { labels: { a: 'b' } } } } },
      'field is immutable',
    ],
    [
      'statefulsets.apps',
      { spec: { podManagementPolicy: 'Parallel' } },
      "spec: Forbidden: updates to statefulset spec for fields other than 'replicas'",
    ],
    ['jobs.batch', { spec: { completionMode: 'Indexed' } }, 'spec.completionMode: Invalid value: "Indexed": field is immutable'],
    ['jobs.batch', { spec: { template: { spec: { containers: [{ name: 'c', image: 'other' }] } } } }, 'field is immutable'],
    [
      'services',
      { spec: { clusterIP: '10.96.5.5', clusterIPs: ['10.96.5.5'] } },
      'spec.clusterIPs[0]: Invalid value: ["10.96.5.5"]: may not change once set',
    ],
    ['secrets', { type: 'other' }, 'type: Invalid value: "other": field is immutable'],
    [
      'persistentvolumeclaims',
      { spec: { accessModes: ['ReadWriteMany'] } },
      'spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims',
    ],
    ['rolebindings.rbac.authorization.k8s.io', { roleRef: { name: 'edit' } }, 'cannot change roleRef'],
    ['storageclasses.storage.k8s.io', { provisioner: 'other' }, 'provisioner: Forbidden: updates to provisioner are forbidden.'],
    ['priorityclasses.scheduling.k8s.io', { value: 1 }, 'value: Forbidden: may not be changed in an update.'],
  ])('%s %j', (resource, change, complaint) => {
    const { ask } = createApi()
    const { served, name, object } = objectOf(resource, {})
    expect(ask('POST', pathOf(served), object).status).toBe(201)
    const answer = ask('PATCH', `${pathOf(served)}/${name}`, change, { 'content-type': 'application/merge-patch+json' })
    expect(answer.body.message).toContain(complaint)
    expect(answer.status).toBe(422)
  })

  test('what was declared immutable cannot become mutable again', () => {
    const { ask } = createApi()
    const path = '/api/v1/namespaces/default/configmaps'
    ask('POST', path, { metadata: { name: 'fixed' }, data: { a: '1' }, immutable: true })
    const answer = ask('PATCH', `${path}/fixed`, { data: { a: '2' } }, { 'content-type': 'application/merge-patch+json' })
    expect(answer.body.message).toBe('ConfigMap "fixed" is invalid: data: Forbidden: field is immutable when `immutable` is set')
  })

  test("a Pod's image may change, and so may its tolerations by additions", () => {
    const { ask } = createApi()
    const path = '/api/v1/namespaces/default/pods'
    ask('POST', path, { metadata: { name: 'web' }, spec: { containers: [{ name: 'c', image: 'nginx' }] } })
    const change = { spec: { tolerations: [{ key: 'a', operator: 'Exists' }], containers: [{ name: 'c', image: 'nginx:2' }] } }
    const answer = ask('PATCH', `${path}/web`, change, { 'content-type': 'application/strategic-merge-patch+json' })
    expect(answer.body.spec.containers[0].image).toBe('nginx:2')
  })
})
