/** Pods that read ConfigMaps and what is known of themselves, by the path under which the documentation has them. */
export const configurationExamples = `
#> pods/pod-configmap-env-var-valueFrom.yaml
apiVersion: v1
kind: Pod
metadata: {name: dapi-test-pod}
spec:
  containers:
  - name: test-container
    image: registry.k8s.io/busybox:1.27.2
    command: [/bin/echo, "$(SPECIAL_LEVEL_KEY) $(SPECIAL_TYPE_KEY)"]
    env:
    - {name: SPECIAL_LEVEL_KEY, valueFrom: {configMapKeyRef: {name: special-config, key: SPECIAL_LEVEL}}}
    - {name: SPECIAL_TYPE_KEY, valueFrom: {configMapKeyRef: {name: special-config, key: SPECIAL_TYPE}}}
  restartPolicy: Never
#> pods/pod-single-configmap-env-variable.yaml
apiVersion: v1
kind: Pod
metadata: {name: dapi-test-pod}
spec:
  containers:
  - name: test-container
    image: registry.k8s.io/busybox:1.27.2
    command: [/bin/sh, -c, env]
    env: [{name: SPECIAL_LEVEL_KEY, valueFrom: {configMapKeyRef: {name: special-config, key: special.how}}}]
  restartPolicy: Never
#> pods/pod-multiple-configmap-env-variable.yaml
apiVersion: v1
kind: Pod
metadata: {name: dapi-test-pod}
spec:
  containers:
  - name: test-container
    image: registry.k8s.io/busybox:1.27.2
    command: [/bin/sh, -c, env]
    env:
    - {name: SPECIAL_LEVEL_KEY, valueFrom: {configMapKeyRef: {name: special-config, key: special.how}}}
    - {name: LOG_LEVEL, valueFrom: {configMapKeyRef: {name: env-config, key: log_level}}}
  restartPolicy: Never
#> pods/pod-configmap-envFrom.yaml
apiVersion: v1
kind: Pod
metadata: {name: dapi-test-pod}
spec:
  containers:
  - name: test-container
    image: registry.k8s.io/busybox:1.27.2
    command: [/bin/sh, -c, env]
    envFrom: [{configMapRef: {name: special-config}}]
  restartPolicy: Never
#> pods/pod-configmap-volume.yaml
apiVersion: v1
kind: Pod
metadata: {name: dapi-test-pod}
spec:
  containers:
  - name: test-container
    image: registry.k8s.io/busybox:1.27.2
    command: [/bin/sh, -c, ls /etc/config/]
    volumeMounts: [{name: config-volume, mountPath: /etc/config}]
  volumes: [{name: config-volume, configMap: {name: special-config}}]
  restartPolicy: Never
#> pods/pod-configmap-volume-specific-key.yaml
apiVersion: v1
kind: Pod
metadata: {name: dapi-test-pod}
spec:
  containers:
  - name: test-container
    image: registry.k8s.io/busybox:1.27.2
    command: [/bin/sh, -c, cat /etc/config/keys]
    volumeMounts: [{name: config-volume, mountPath: /etc/config}]
  volumes: [{name: config-volume, configMap: {name: special-config, items: [{key: SPECIAL_LEVEL, path: keys}]}}]
  restartPolicy: Never
#> pods/inject/dapi-envars-pod.yaml
apiVersion: v1
kind: Pod
metadata: {name: dapi-envars-fieldref}
spec:
  containers:
  - name: test-container
    image: registry.k8s.io/busybox:1.27.2
    command: [sh, -c]
    args: ['while true; do echo -en ''\\n''; printenv MY_NODE_NAME MY_POD_NAME MY_POD_NAMESPACE; printenv MY_POD_IP MY_POD_SERVICE_ACCOUNT; sleep 10; done;']
    env:
    - {name: MY_NODE_NAME, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}
    - {name: MY_POD_NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
    - {name: MY_POD_NAMESPACE, valueFrom: {fieldRef: {fieldPath: metadata.namespace}}}
    - {name: MY_POD_IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}}
    - {name: MY_POD_SERVICE_ACCOUNT, valueFrom: {fieldRef: {fieldPath: spec.serviceAccountName}}}
  restartPolicy: Never
#> pods/inject/dapi-envars-container.yaml
apiVersion: v1
kind: Pod
metadata: {name: dapi-envars-resourcefieldref}
spec:
  containers:
  - name: test-container
    image: registry.k8s.io/busybox:1.27.2
    command: [sh, -c]
    args: ['while true; do echo -en ''\\n''; printenv MY_CPU_REQUEST MY_CPU_LIMIT; printenv MY_MEM_REQUEST MY_MEM_LIMIT; sleep 10; done;']
    resources: {requests: {memory: 32Mi, cpu: 125m}, limits: {memory: 64Mi, cpu: 250m}}
    env:
    - {name: MY_CPU_REQUEST, valueFrom: {resourceFieldRef: {containerName: test-container, resource: requests.cpu}}}
    - {name: MY_CPU_LIMIT, valueFrom: {resourceFieldRef: {containerName: test-container, resource: limits.cpu}}}
    - {name: MY_MEM_REQUEST, valueFrom: {resourceFieldRef: {containerName: test-container, resource: requests.memory}}}
    - {name: MY_MEM_LIMIT, valueFrom: {resourceFieldRef: {containerName: test-container, resource: limits.memory}}}
  restartPolicy: Never
#> pods/inject/dapi-volume.yaml
apiVersion: v1
kind: Pod
metadata:
  name: kubernetes-downwardapi-volume-example
  labels: {zone: us-est-coast, cluster: test-cluster1, rack: rack-22}
  annotations: {build: two, builder: john-doe}
spec:
  containers:
  - name: client-container
    image: registry.k8s.io/busybox:1.27.2
    command: [sh, -c]
    args: ['while true; do if [[ -e /etc/podinfo/labels ]]; then echo -en ''\\n\\n''; cat /etc/podinfo/labels; fi; if [[ -e /etc/podinfo/annotations ]]; then echo -en ''\\n\\n''; cat /etc/podinfo/annotations; fi; sleep 5; done;']
    volumeMounts: [{name: podinfo, mountPath: /etc/podinfo}]
  volumes:
  - name: podinfo
    downwardAPI:
      items:
      - {path: labels, fieldRef: {fieldPath: metadata.labels}}
      - {path: annotations, fieldRef: {fieldPath: metadata.annotations}}
#> pods/inject/dapi-volume-resources.yaml
apiVersion: v1
kind: Pod
metadata: {name: kubernetes-downwardapi-volume-example-2}
spec:
  containers:
  - name: client-container
    image: registry.k8s.io/busybox:1.27.2
    command: [sh, -c]
    args: ['while true; do echo -en ''\\n''; if [[ -e /etc/podinfo/cpu_limit ]]; then echo -en ''\\n''; cat /etc/podinfo/cpu_limit; fi; sleep 5; done;']
    resources: {requests: {memory: 32Mi, cpu: 125m}, limits: {memory: 64Mi, cpu: 250m}}
    volumeMounts: [{name: podinfo, mountPath: /etc/podinfo}]
  volumes:
  - name: podinfo
    downwardAPI:
      items:
      - {path: cpu_limit, resourceFieldRef: {containerName: client-container, resource: limits.cpu, divisor: 1m}}
      - {path: cpu_request, resourceFieldRef: {containerName: client-container, resource: requests.cpu, divisor: 1m}}
      - {path: mem_limit, resourceFieldRef: {containerName: client-container, resource: limits.memory, divisor: 1Mi}}
      - {path: mem_request, resourceFieldRef: {containerName: client-container, resource: requests.memory, divisor: 1Mi}}
`
