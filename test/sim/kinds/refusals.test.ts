import { expect, test } from 'vitest'
import { createApi, pathOf } from './api'
import { minimalObjects } from './minimal-objects'

/*
 * What a real server refuses, a row a rule: a change to the least valid object of a kind, and what of the message tells it apart.
 */

type Change = Readonly<Record<string, unknown>>

const api = createApi()
const versionOf = new Map(
  api.server.registry.all().map((served) => [served.group === '' ? served.kind.plural : `${served.kind.plural}.${served.group}`, served]),
)

/** A merge patch on a minimal object. */
function merged(value: unknown, change: unknown): unknown {
  if (typeof change !== 'object' || change === null || Array.isArray(change)) return change
  const result: Record<string, unknown> = { ...(typeof value === 'object' && value !== null ? value : {}) }
  for (const [key, part] of Object.entries(change)) {
    if (part === null) delete result[key]
    else result[key] = merged(result[key], part)
  }
  return result
}

const c = (change: Change): Change => ({ spec: { containers: [{ name: 'c', image: 'nginx', ...change }] } })
const s = (spec: Change): Change => ({ spec })

// prettier-ignore
const cases: readonly (readonly [resource: string, change: Change, complaint: string])[] = [
 ['pods', c({ securityContext: { appArmorProfile: { type: 'Localhost' } } }), 'spec.containers[0].securityContext.appArmorProfile.localhostProfile: Required value: must be set when AppArmor type is Localhost'],
 ['pods', c({ securityContext: { appArmorProfile: { type: 'X' } } }), 'spec.containers[0].securityContext.appArmorProfile.type: Unsupported value: "X": supported values: "Localhost", "RuntimeDefault", "Unconfined"'],
 ['pods', s({ securityContext: { appArmorProfile: { type: 'RuntimeDefault', localhostProfile: 'x' } } }), 'spec.securityContext.appArmorProfile.localhostProfile: Invalid value: "x": can only be set when AppArmor type is Localhost'],
 ['pods', c({ securityContext: { seccompProfile: { type: 'RuntimeDefault', localhostProfile: 'x' } } }), 'localhostProfile: Invalid value'],
  ['pods', c({ securityContext: { seccompProfile: { type: 'Localhost', localhostProfile: '/abs' } } }), 'Invalid value: "/abs": must be a relative path'],
  ['pods', c({ securityContext: { seccompProfile: { type: 'Localhost', localhostProfile: 'a/../b' } } }), "must not contain '..'"],
 ['pods', s({ securityContext: { sysctls: [{ name: 'a b', value: '1' }] } }), 'spec.securityContext.sysctls[0].name: Invalid value: "a b": must have at most 253 characters and match regex'],
 ['pods', s({ securityContext: { sysctls: [{ name: 'kernel.shm', value: '1' }, { name: 'kernel.shm', value: '1' }] } }), 'spec.securityContext.sysctls[1].name: Duplicate value: "kernel.shm"'],
 ['pods', s({ securityContext: { fsGroup: -1 } }), 'spec.securityContext.fsGroup: Invalid value: -1: must be between 0 and 2147483647, inclusive'],
 ['pods', s({ securityContext: { supplementalGroups: [-1] } }), 'spec.securityContext.supplementalGroups[0]: Invalid value: -1: must be between 0 and 2147483647, inclusive'],
 ['pods', s({ hostPID: true, shareProcessNamespace: true }), 'spec.shareProcessNamespace: Invalid value: true: ShareProcessNamespace and HostPID cannot both be enabled'],
 ['pods', s({ restartPolicy: 'Sometimes' }), 'spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "OnFailure", "Never"'],
 ['pods', s({ dnsConfig: { nameservers: ['1.1.1.1','1.1.1.2','1.1.1.3','1.1.1.4'] } }), 'spec.dnsConfig.nameservers: Invalid value: ["1.1.1.1","1.1.1.2","1.1.1.3","1.1.1.4"]: must not have more than 3 nameservers'],
 ['pods', s({ dnsConfig: { nameservers: ['x'] } }), 'spec.dnsConfig.nameservers[0]: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'],
 ['pods', s({ hostAliases: [{ ip: 'x', hostnames: ['a'] }] }), 'spec.hostAliases[0].ip: Invalid value: "x": must be a valid IP address'],
 ['pods', s({ terminationGracePeriodSeconds: -1 }), 'spec.terminationGracePeriodSeconds: Invalid value: -1: must be greater than or equal to 0'],
 ['pods', s({ activeDeadlineSeconds: 0 }), 'spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive'],
 ['pods', s({ nodeName: 'A_b' }), 'spec.nodeName: Invalid value: "A_b": a lowercase RFC 1123 subdomain'],
 ['pods', s({ hostname: 'A_b' }), 'spec.hostname: Invalid value: "A_b": a lowercase RFC 1123 label'],
 ['pods', s({ subdomain: 'A_b' }), 'spec.subdomain: Invalid value'],
 ['pods', s({ priorityClassName: 'A_b' }), 'spec.priorityClassName: Invalid value: "A_b"'],
 ['pods', s({ tolerations: [{ key: 'a', operator: 'X' }] }), 'spec.tolerations[0].operator: Unsupported value: "X": supported values: "Equal", "Exists"'],
 ['pods', s({ tolerations: [{ key: 'a', operator: 'Exists', value: 'x' }] }), 'spec.tolerations[0].operator: Invalid value'],
 ['pods', s({ tolerations: [{ operator: 'Equal', value: 'x' }] }), "spec.tolerations[0].operator: Invalid value: \"Equal\": operator must be Exists when `key` is empty, which means \"match all values and all keys\""],
 ['pods', s({ tolerations: [{ key: 'a', effect: 'NoSchedule', tolerationSeconds: 5 }] }), "spec.tolerations[0].effect: Invalid value: \"NoSchedule\": effect must be 'NoExecute' when `tolerationSeconds` is set"],
 ['pods', s({ topologySpreadConstraints: [{ maxSkew: 0, topologyKey: 'a', whenUnsatisfiable: 'DoNotSchedule' }] }), 'spec.topologySpreadConstraints[0].maxSkew: Invalid value: 0: must be greater than zero'],
 ['pods', s({ topologySpreadConstraints: [{ maxSkew: 1, topologyKey: '', whenUnsatisfiable: 'X' }] }), 'spec.topologySpreadConstraints[0].topologyKey: Required value: can not be empty'],
 ['pods', s({ topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'a', whenUnsatisfiable: 'X' }] }), 'spec.topologySpreadConstraints[0].whenUnsatisfiable: Unsupported value: "X": supported values: "DoNotSchedule", "ScheduleAnyway"'],
 ['pods', s({ topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'a', whenUnsatisfiable: 'ScheduleAnyway', minDomains: 2 }] }), 'spec.topologySpreadConstraints[0].minDomains: Invalid value: 2: can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ScheduleAnyway'],
 ['pods', s({ affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [] } } } }), 'nodeSelectorTerms: Required value: must have at least one node selector term'],
 ['pods', s({ affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'a', operator: 'In' }] }] } } } }), "matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'"],
 ['pods', s({ affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 200, preference: {} }] } } }), 'weight: Invalid value: 200: must be in the range 1-100'],
 ['pods', s({ affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ labelSelector: {}, topologyKey: '' }] } } }), 'topologyKey: Required value: can not be empty'],
 ['pods', c({ resources: { requests: { cpu: '2' }, limits: { cpu: '1' } } }), 'spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1'],
 ['pods', c({ resources: { requests: { cpu: '-1' } } }), 'spec.containers[0].resources.requests[cpu]: Invalid value: "-1": must be greater than or equal to 0'],
 ['pods', c({ resources: { requests: { foo: '1' } } }), 'spec.containers[0].resources.requests[foo]: Invalid value: "foo": must be a standard resource type or fully qualified'],
 ['pods', c({ resources: { requests: { 'example.com/gpu': '1' } } }), 'spec.containers[0].resources.limits: Required value: Limit must be set for non overcommitable resources'],
 ['pods', c({ resources: { limits: { 'example.com/gpu': '1.5' } } }), 'must be an integer'],
 ['pods', c({ livenessProbe: {} }), 'spec.containers[0].livenessProbe: Required value: must specify a handler type'],
 ['pods', c({ livenessProbe: { exec: { command: ['x'] }, tcpSocket: { port: 1 } } }), 'may not specify more than 1 handler type'],
 ['pods', c({ livenessProbe: { exec: { command: ['x'] }, successThreshold: 2 } }), 'spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1'],
 ['pods', c({ livenessProbe: { httpGet: { port: 0, path: '/' } } }), 'httpGet.port: Invalid value: 0: must be between 1 and 65535, inclusive'],
 ['pods', c({ readinessProbe: { httpGet: { port: 80 }, periodSeconds: -1 } }), 'periodSeconds: Invalid value: -1: must be greater than or equal to 0'],
 ['pods', c({ volumeMounts: [{ name: 'x', mountPath: '/a' }] }), 'spec.containers[0].volumeMounts[0].name: Not found: "x"'],
 ['pods', s({ volumes: [{ name: 'v' , emptyDir: {}, hostPath: { path: '/' } }] }), 'spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type'],
 ['pods', s({ volumes: [{ name: 'v', emptyDir: {} }, { name: 'v', emptyDir: {} }] }), 'spec.volumes[1].name: Duplicate value: "v"'],
 ['pods', s({ volumes: [{ name: 'v', hostPath: { path: '../x' } }] }), "spec.volumes[0].hostPath.path: Invalid value: \"../x\": must not contain '..'"],
 ['pods', s({ volumes: [{ name: 'v', hostPath: { path: '/x', type: 'Z' } }] }), 'hostPath.type: Unsupported value: "Z"'],
 ['pods', s({ volumes: [{ name: 'v', configMap: {} }] }), 'spec.volumes[0].configMap.name: Required value'],
 ['pods', s({ volumes: [{ name: 'v', persistentVolumeClaim: {} }] }), 'claimName: Required value'],
 ['pods', s({ volumes: [{ name: 'v', configMap: { name: 'a', defaultMode: 1000 } }] }), 'defaultMode: Invalid value: 1000: must be a number between 0 and 0777 (octal), both inclusive'],
 ['pods', s({ volumes: [{ name: 'v', projected: { sources: [{}] } }] }), 'projected'],
 ['pods', s({ volumes: [{ name: 'v', downwardAPI: { items: [{ path: 'x', fieldRef: { fieldPath: 'spec.bad' } }] } }] }), 'field label not supported: spec.bad'],
 ['pods', s({ os: { name: 'mac' } }), 'spec.os.name: Unsupported value: "mac": supported values: "linux", "windows"'],
 ['pods', s({ schedulingGates: [{ name: 'a' }, { name: 'a' }] }), 'spec.schedulingGates[1]: Duplicate value: "a"'],
 ['pods', s({ ephemeralContainers: [{ name: 'd', image: 'x' }] }), 'spec.ephemeralContainers: Forbidden: cannot be set on create'],
 ['pods', s({ preemptionPolicy: 'X' }), 'preemptionPolicy: Unsupported value: "X"'],
 ['pods', s({ serviceAccountName: 'A_b' }), 'spec.serviceAccountName: Invalid value: "A_b"'],
 ['pods', c({ env: [{ name: 'a', valueFrom: { fieldRef: { fieldPath: 'status.phase' } } }] }), 'valueFrom.fieldRef.fieldPath: Unsupported value: "status.phase"'],
 ['pods', c({ env: [{ name: '1=a', value: 'x' }] }), 'spec.containers[0].env[0].name: Invalid value: "1=a"'],
 ['pods', c({ lifecycle: { postStart: {} } }), 'lifecycle.postStart: Required value: must specify a handler type'],
 ['pods', s({ initContainers: [{ name: 'c', image: 'a' }] }), 'spec.initContainers[0].name: Duplicate value: "c"'],
 ['pods', s({ hostNetwork: true, containers: [{ name: 'c', image: 'a', ports: [{ containerPort: 80, hostPort: 81 }] }] }), 'must match `containerPort` when `hostNetwork` is true'],
 ['services', s({ ports: [{ port: 80 }, { port: 81 }] }), 'spec.ports[0].name: Required value'],
 ['services', s({ type: 'X' }), 'spec.type: Unsupported value: "X": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"'],
 ['services', s({ type: 'ExternalName', ports: [] }), 'spec.externalName: Required value'],
 ['services', s({ type: 'NodePort', ports: [{ port: 80, nodePort: 80 }] }), 'spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-32767'],
 ['services', s({ ports: [{ port: 80, targetPort: 'abcdefghijklmnopq' }] }), 'spec.ports[0].targetPort: Invalid value: "abcdefghijklmnopq": must be no more than 15 characters'],
 ['services', s({ externalTrafficPolicy: 'Local' }), "spec.externalTrafficPolicy: Invalid value: \"Local\": may only be set for externally-accessible services"],
 ['services', s({ type: 'ClusterIP', loadBalancerSourceRanges: ['10.0.0.0/8'] }), "spec.LoadBalancerSourceRanges: Forbidden: may only be used when `type` is 'LoadBalancer'"],
 ['services', s({ type: 'LoadBalancer', loadBalancerSourceRanges: ['x'] }), 'spec.LoadBalancerSourceRanges[0]: Invalid value: "x"'],
 ['services', s({ type: 'ClusterIP', loadBalancerClass: 'a/b' }), "spec.loadBalancerClass: Forbidden: may only be used when `type` is 'LoadBalancer'"],
 ['services', s({ type: 'ClusterIP', allocateLoadBalancerNodePorts: true }), "spec.allocateLoadBalancerNodePorts: Forbidden: may only be used when `type` is 'LoadBalancer'"],
 ['services', s({ type: 'NodePort', healthCheckNodePort: 30000 }), 'spec.healthCheckNodePort: Invalid value: 30000: may only be set when `type` is \'LoadBalancer\' and `externalTrafficPolicy` is \'Local\''],
 ['services', s({ ipFamilies: ['IPv4', 'IPv4'] }), 'spec.ipFamilies[1]: Duplicate value: "IPv4"'],
 ['services', s({ ipFamilyPolicy: 'RequireDualStack' }), 'spec.ipFamilyPolicy: Invalid value: "RequireDualStack": this cluster is not configured for dual-stack services'],
 ['services', s({ externalIPs: ['127.0.0.1'] }), 'spec.externalIPs[0]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)'],
 ['services', s({ internalTrafficPolicy: 'X' }), 'spec.internalTrafficPolicy: Unsupported value: "X"'],
 ['deployments.apps', s({ selector: { matchLabels: { app: 'other' } } }), "spec.template.metadata.labels: Invalid value: {\"app\":\"web\"}: `selector` does not match template `labels`"],
 ['deployments.apps', s({ selector: null }), 'spec.selector: Required value'],
 ['deployments.apps', s({ replicas: -1 }), 'spec.replicas: Invalid value: -1: must be greater than or equal to 0'],
 ['deployments.apps', s({ template: { spec: { restartPolicy: 'Never' } } }), 'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"'],
 ['statefulsets.apps', s({ podManagementPolicy: 'X' }), "spec.podManagementPolicy: Invalid value: \"X\": must be 'OrderedReady' or 'Parallel'"],
 ['statefulsets.apps', s({ updateStrategy: { type: 'X' } }), "spec.updateStrategy: Invalid value: {\"type\":\"X\"}: must be 'RollingUpdate' or 'OnDelete'"],
 ['daemonsets.apps', s({ updateStrategy: { type: 'X' } }), 'spec.updateStrategy.type: Unsupported value: "X": supported values: "RollingUpdate", "OnDelete"'],
 ['daemonsets.apps', s({ template: { spec: { activeDeadlineSeconds: 5 } } }), 'spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in DaemonSet is not Supported'],
 ['jobs.batch', s({ completionMode: 'Indexed' }), 'spec.completions: Required value: when completion mode is Indexed'],
 ['jobs.batch', s({ parallelism: -1 }), 'spec.parallelism: Invalid value: -1: must be greater than or equal to 0'],
 ['jobs.batch', s({ backoffLimit: -1 }), 'spec.backoffLimit: Invalid value: -1'],
 ['jobs.batch', s({ selector: { matchLabels: { a: 'b' } } }), '`selector` not auto-generated'],
 ['cronjobs.batch', s({ schedule: 'x' }), 'spec.schedule: Invalid value: "x": expected exactly 5 fields, found 1: [x]'],
 ['cronjobs.batch', s({ schedule: '* * * * 8' }), 'spec.schedule: Invalid value: "* * * * 8": end of range (8) above maximum (6): 8'],
 ['cronjobs.batch', s({ timeZone: 'Mars/X' }), 'spec.timeZone: Invalid value: "Mars/X": unknown time zone Mars/X'],
 ['cronjobs.batch', s({ concurrencyPolicy: 'X' }), 'spec.concurrencyPolicy: Unsupported value: "X": supported values: "Allow", "Forbid", "Replace"'],
 ['ingresses.networking.k8s.io', s({ rules: [{ host: 'a b', http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'x', port: { number: 80 } } } }] } }] }), 'spec.rules[0].host: Invalid value: "a b"'],
 ['ingresses.networking.k8s.io', s({ rules: [{ http: { paths: [{ path: '/', backend: { service: { name: 'x', port: { number: 80 } } } }] } }] }), 'spec.rules[0].http.paths[0].pathType: Required value: pathType must be specified'],
 ['ingresses.networking.k8s.io', s({ rules: [{ http: { paths: [{ path: 'x', pathType: 'Prefix', backend: { service: { name: 'x', port: { number: 80 } } } }] } }] }), 'spec.rules[0].http.paths[0].path: Invalid value: "x": must be an absolute path'],
 ['ingresses.networking.k8s.io', s({ rules: [{ http: { paths: [{ path: '/', pathType: 'Prefix', backend: {} }] } }] }), 'backend'],
 ['ingresses.networking.k8s.io', s({ rules: [{ http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'x', port: { number: 80, name: 'a' } } } }] } }] }), 'cannot set both port name & port number'],
 ['networkpolicies.networking.k8s.io', s({ ingress: [{ from: [{ ipBlock: { cidr: 'x' } }] }] }), 'spec.ingress[0].from[0].ipBlock.cidr: Invalid value: "x": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'],
 ['networkpolicies.networking.k8s.io', s({ ingress: [{ from: [{}] }] }), 'spec.ingress[0].from[0]: Required value: must specify a peer'],
 ['networkpolicies.networking.k8s.io', s({ ingress: [{ ports: [{ port: 80, endPort: 70 }] }] }), 'spec.ingress[0].ports[0].endPort: Invalid value: 70: must be greater than or equal to `port`'],
 ['networkpolicies.networking.k8s.io', s({ policyTypes: ['X'] }), 'spec.policyTypes[0]: Unsupported value: "X": supported values: "Egress", "Ingress"'],
 ['networkpolicies.networking.k8s.io', s({ ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['11.0.0.0/24'] } }] }] }), 'must be a strict subset of `cidr`'],
 ['persistentvolumeclaims', s({ resources: null }), 'spec.resources[storage]: Required value'],
 ['persistentvolumeclaims', s({ accessModes: [] }), 'spec.accessModes: Required value: at least 1 access mode is required'],
 ['persistentvolumeclaims', s({ accessModes: ['X'] }), 'spec.accessModes: Unsupported value: "X": supported values: "ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"'],
 ['persistentvolumeclaims', s({ accessModes: ['ReadWriteOncePod', 'ReadWriteOnce'] }), 'spec.accessModes: Forbidden: may not use ReadWriteOncePod with other access modes'],
 ['persistentvolumeclaims', s({ volumeMode: 'X' }), 'spec.volumeMode: Unsupported value: "X": supported values: "Block", "Filesystem"'],
 ['persistentvolumes', s({ capacity: null }), 'spec.capacity: Required value'],
 ['persistentvolumes', s({ accessModes: null }), 'spec.accessModes: Required value'],
 ['persistentvolumes', s({ hostPath: null }), 'must specify a volume type'],
 ['persistentvolumes', s({ persistentVolumeReclaimPolicy: 'X' }), 'spec.persistentVolumeReclaimPolicy: Unsupported value: "X": supported values: "Delete", "Recycle", "Retain"'],
 ['horizontalpodautoscalers.autoscaling', s({ maxReplicas: 0 }), 'spec.maxReplicas: Invalid value: 0: must be greater than 0'],
 ['horizontalpodautoscalers.autoscaling', s({ minReplicas: 5, maxReplicas: 2 }), 'spec.maxReplicas: Invalid value: 2: must be greater than or equal to `minReplicas`'],
 ['horizontalpodautoscalers.autoscaling', s({ minReplicas: 0 }), 'spec.minReplicas: Invalid value: 0: must be greater than or equal to 1'],
 ['poddisruptionbudgets.policy', s({ minAvailable: 1, maxUnavailable: 1 }), 'spec: Invalid value: '],
 ['poddisruptionbudgets.policy', s({ minAvailable: '150%' }), "spec.minAvailable: Invalid value: \"150%\": must not be greater than 100%"],
 ['poddisruptionbudgets.policy', s({ minAvailable: -1 }), 'spec.minAvailable: Invalid value: -1: must be greater than or equal to 0'],
 ['roles.rbac.authorization.k8s.io', { rules: [{ verbs: [] }] }, 'rules[0].verbs: Required value: verbs must contain at least one value'],
 ['roles.rbac.authorization.k8s.io', { rules: [{ verbs: ['get'], nonResourceURLs: ['/x'] }] }, 'rules[0].nonResourceURLs: Invalid value: ["/x"]: namespaced rules cannot apply to non-resource URLs'],
 ['roles.rbac.authorization.k8s.io', { rules: [{ verbs: ['get'], resources: ['pods'] }] }, 'rules[0].apiGroups: Required value: resource rules must supply at least one api group'],
 ['roles.rbac.authorization.k8s.io', { rules: [{ verbs: ['get'], apiGroups: [''] }] }, 'rules[0].resources: Required value: resource rules must supply at least one resource'],
 ['resourcequotas', s({ hard: { pods: '-1' } }), 'spec.hard[pods]: Invalid value: "-1": must be greater than or equal to 0'],
 ['resourcequotas', s({ hard: { foo: '1' } }), 'spec.hard[foo]: Invalid value: "foo": must be a standard resource for quota'],
 ['resourcequotas', s({ hard: { pods: '1.5' } }), 'spec.hard[pods]: Invalid value: "1500m": must be an integer'],
 ['resourcequotas', s({ scopes: ['BestEffort', 'NotBestEffort'], hard: { pods: '1' } }), 'conflicting scopes'],
 ['limitranges', s({ limits: [{ type: 'Container', min: { cpu: '2' }, max: { cpu: '1' } }] }), 'spec.limits[0].min[cpu]: Invalid value: "2": min value 2 is greater than max value 1'],
 ['limitranges', s({ limits: [{ type: 'Pod', default: { cpu: '1' } }] }), "spec.limits[0].default: Forbidden: may not be specified when `type` is 'Pod'"],
 ['limitranges', s({ limits: [{ type: 'Container', default: { cpu: '2' }, max: { cpu: '1' } }] }), 'spec.limits[0].default[cpu]: Invalid value: "2": default value 2 is greater than max value 1'],
 ['priorityclasses.scheduling.k8s.io', { value: 2000000001 }, 'value: Forbidden: maximum allowed value of a user defined priority is 1000000000'],
 ['priorityclasses.scheduling.k8s.io', { metadata: { name: 'system-x' } }, 'metadata.name: Forbidden: priority class names with \'system-\' prefix are reserved for system use only'],
 ['secrets', { type: 'kubernetes.io/tls', data: {} }, 'data[tls.crt]: Required value'],
 ['secrets', { type: 'kubernetes.io/dockerconfigjson', data: {} }, 'data[.dockerconfigjson]: Required value'],
 ['secrets', { type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': 'eHg=' } }, 'data[.dockerconfigjson]: Invalid value: "<secret contents redacted>": invalid character \'x\' looking for beginning of value'],
 ['secrets', { type: 'kubernetes.io/basic-auth', data: {} }, 'data[username]: Required value'],
 ['secrets', { type: 'kubernetes.io/ssh-auth', data: {} }, 'data[ssh-privatekey]: Required value'],
 ['secrets', { type: 'kubernetes.io/service-account-token' }, 'metadata.annotations[kubernetes.io/service-account.name]: Required value'],
 ['secrets', { data: { 'a b': 'eA==' } }, 'data[a b]: Invalid value: "a b": a valid config key must consist of alphanumeric characters'],
 ['configmaps', { data: { 'a/b': 'x' } }, 'data[a/b]: Invalid value: "a/b": a valid config key'],
 ['storageclasses.storage.k8s.io', { provisioner: '' }, 'provisioner: Required value'],
 ['storageclasses.storage.k8s.io', { volumeBindingMode: 'X' }, 'volumeBindingMode: Unsupported value: "X": supported values: "Immediate", "WaitForFirstConsumer"'],
 ['storageclasses.storage.k8s.io', { reclaimPolicy: 'X' }, 'reclaimPolicy: Unsupported value: "X": supported values: "Delete", "Retain"'],
 ['runtimeclasses.node.k8s.io', { handler: '' }, 'handler: Required value'],
 ['nodes', s({ taints: [{ key: 'a', effect: 'X' }] }), 'spec.taints[0].effect: Unsupported value: "X": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"'],
 ['customresourcedefinitions.apiextensions.k8s.io', { metadata: { name: 'wrong' } }, 'metadata.name: Invalid value: "wrong": must be spec.names.plural+"."+spec.group'],
 ['ingressclasses.networking.k8s.io', s({ controller: 'x' }), 'spec.controller: Invalid value: "x": must be a domain-prefixed path (such as "acme.io/foo")'],
]

test.each(cases)('%s %j', (resource, change, complaint) => {
  const served = versionOf.get(resource)!
  const { name = 'example', body = {} } = minimalObjects[resource]!
  const object = merged({ apiVersion: served.apiVersion, kind: served.kind.kind, metadata: { name }, ...body }, change)
  const answer = api.ask('POST', pathOf(served), object)
  expect(answer.body.message ?? 'accepted').toContain(complaint)
  expect([403, 422]).toContain(answer.status)
})
