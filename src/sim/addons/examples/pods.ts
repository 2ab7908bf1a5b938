/** Pods of the documentation, by the path under which it has them: names, images and figures are its own, so that what its pages say next holds here too. */
export const podExamples = `
#> pods/simple-pod.yaml
apiVersion: v1
kind: Pod
metadata: {name: nginx}
spec:
  containers: [{name: nginx, image: "nginx:1.14.2", ports: [{containerPort: 80}]}]
#> pods/pod-nginx.yaml
apiVersion: v1
kind: Pod
metadata: {name: nginx, labels: {env: test}}
spec:
  containers: [{name: nginx, image: nginx, imagePullPolicy: IfNotPresent}]
  nodeSelector: {disktype: ssd}
#> pods/pod-nginx-specific-node.yaml
apiVersion: v1
kind: Pod
metadata: {name: nginx}
spec:
  nodeName: foo-node
  containers: [{name: nginx, image: nginx, imagePullPolicy: IfNotPresent}]
#> pods/pod-nginx-required-affinity.yaml
apiVersion: v1
kind: Pod
metadata: {name: nginx}
spec:
  affinity:
    nodeAffinity:
      requiredDuringSchedulingIgnoredDuringExecution:
        nodeSelectorTerms: [{matchExpressions: [{key: disktype, operator: In, values: [ssd]}]}]
  containers: [{name: nginx, image: nginx, imagePullPolicy: IfNotPresent}]
#> pods/pod-nginx-preferred-affinity.yaml
apiVersion: v1
kind: Pod
metadata: {name: nginx}
spec:
  affinity:
    nodeAffinity:
      preferredDuringSchedulingIgnoredDuringExecution:
      - {weight: 1, preference: {matchExpressions: [{key: disktype, operator: In, values: [ssd]}]}}
  containers: [{name: nginx, image: nginx, imagePullPolicy: IfNotPresent}]
#> pods/pod-with-node-affinity.yaml
apiVersion: v1
kind: Pod
metadata: {name: with-node-affinity}
spec:
  affinity:
    nodeAffinity:
      requiredDuringSchedulingIgnoredDuringExecution:
        nodeSelectorTerms:
        - matchExpressions: [{key: topology.kubernetes.io/zone, operator: In, values: [antarctica-east1, antarctica-west1]}]
      preferredDuringSchedulingIgnoredDuringExecution:
      - {weight: 1, preference: {matchExpressions: [{key: another-node-label-key, operator: In, values: [another-node-label-value]}]}}
  containers: [{name: with-node-affinity, image: "registry.k8s.io/pause:3.8"}]
#> pods/pod-with-toleration.yaml
apiVersion: v1
kind: Pod
metadata: {name: nginx, labels: {env: test}}
spec:
  containers: [{name: nginx, image: nginx, imagePullPolicy: IfNotPresent}]
  tolerations: [{key: example-key, operator: Exists, effect: NoSchedule}]
#> pods/two-container-pod.yaml
apiVersion: v1
kind: Pod
metadata: {name: two-containers}
spec:
  restartPolicy: Never
  volumes: [{name: shared-data, emptyDir: {}}]
  containers:
  - name: nginx-container
    image: nginx
    volumeMounts: [{name: shared-data, mountPath: /usr/share/nginx/html}]
  - name: debian-container
    image: debian
    volumeMounts: [{name: shared-data, mountPath: /pod-data}]
    command: [/bin/sh]
    args: [-c, "echo Hello from the debian container > /pod-data/index.html"]
#> pods/init-containers.yaml
apiVersion: v1
kind: Pod
metadata: {name: init-demo}
spec:
  containers:
  - name: nginx
    image: nginx
    ports: [{containerPort: 80}]
    volumeMounts: [{name: workdir, mountPath: /usr/share/nginx/html}]
  initContainers:
  - name: install
    image: busybox:1.28
    command: [wget, -O, /work-dir/index.html, "http://info.cern.ch"]
    volumeMounts: [{name: workdir, mountPath: /work-dir}]
  dnsPolicy: Default
  volumes: [{name: workdir, emptyDir: {}}]
#> pods/lifecycle-events.yaml
apiVersion: v1
kind: Pod
metadata: {name: lifecycle-demo}
spec:
  containers:
  - name: lifecycle-demo-container
    image: nginx
    lifecycle:
      postStart: {exec: {command: [/bin/sh, -c, "echo Hello from the postStart handler > /usr/share/message"]}}
      preStop: {exec: {command: [/bin/sh, -c, "nginx -s quit; while killall -0 nginx; do sleep 1; done"]}}
#> pods/share-process-namespace.yaml
apiVersion: v1
kind: Pod
metadata: {name: nginx}
spec:
  shareProcessNamespace: true
  containers:
  - {name: nginx, image: nginx}
  - name: shell
    image: busybox:1.28
    command: [sleep, "3600"]
    securityContext: {capabilities: {add: [SYS_PTRACE]}}
    stdin: true
    tty: true
#> pods/user-namespaces-stateless.yaml
apiVersion: v1
kind: Pod
metadata: {name: userns}
spec:
  hostUsers: false
  containers: [{name: shell, command: [sleep, infinity], image: debian}]
#> pods/private-reg-pod.yaml
apiVersion: v1
kind: Pod
metadata: {name: private-reg}
spec:
  containers: [{name: private-reg-container, image: "<your-private-image>"}]
  imagePullSecrets: [{name: regcred}]
#> pods/commands.yaml
apiVersion: v1
kind: Pod
metadata: {name: command-demo, labels: {purpose: demonstrate-command}}
spec:
  containers: [{name: command-demo-container, image: debian, command: [printenv], args: [HOSTNAME, KUBERNETES_PORT]}]
  restartPolicy: OnFailure
#> pods/image-volumes.yaml pods/storage/image-volumes.yaml
apiVersion: v1
kind: Pod
metadata: {name: image-volume}
spec:
  containers:
  - name: shell
    command: [sleep, infinity]
    image: debian
    volumeMounts: [{name: volume, mountPath: /volume}]
  volumes: [{name: volume, image: {reference: "quay.io/crio/artifact:v2", pullPolicy: IfNotPresent}}]
#> application/shell-demo.yaml
apiVersion: v1
kind: Pod
metadata: {name: shell-demo}
spec:
  volumes: [{name: shared-data, emptyDir: {}}]
  containers:
  - name: nginx
    image: nginx
    volumeMounts: [{name: shared-data, mountPath: /usr/share/nginx/html}]
  hostNetwork: true
  dnsPolicy: Default
#> debug/counter-pod.yaml
apiVersion: v1
kind: Pod
metadata: {name: counter}
spec:
  containers:
  - {name: count, image: "busybox:1.28", args: [/bin/sh, -c, 'i=0; while true; do echo "$i: $(date)"; i=$((i+1)); sleep 1; done']}
#> debug/termination.yaml
apiVersion: v1
kind: Pod
metadata: {name: termination-demo}
spec:
  containers:
  - {name: termination-demo-container, image: debian, command: [/bin/sh], args: [-c, "sleep 10 && echo Sleep expired > /dev/termination-log"]}
#> pods/probe/exec-liveness.yaml
apiVersion: v1
kind: Pod
metadata: {labels: {test: liveness}, name: liveness-exec}
spec:
  containers:
  - name: liveness
    image: registry.k8s.io/busybox:1.27.2
    args: [/bin/sh, -c, "touch /tmp/healthy; sleep 30; rm -f /tmp/healthy; sleep 600"]
    livenessProbe: {exec: {command: [cat, /tmp/healthy]}, initialDelaySeconds: 5, periodSeconds: 5}
#> pods/probe/http-liveness.yaml
apiVersion: v1
kind: Pod
metadata: {labels: {test: liveness}, name: liveness-http}
spec:
  containers:
  - name: liveness
    image: registry.k8s.io/e2e-test-images/agnhost:2.40
    args: [liveness]
    livenessProbe:
      httpGet: {path: /healthz, port: 8080, httpHeaders: [{name: Custom-Header, value: Awesome}]}
      initialDelaySeconds: 3
      periodSeconds: 3
#> pods/probe/tcp-liveness-readiness.yaml
apiVersion: v1
kind: Pod
metadata: {name: goproxy, labels: {app: goproxy}}
spec:
  containers:
  - name: goproxy
    image: registry.k8s.io/goproxy:0.1
    ports: [{containerPort: 8080}]
    readinessProbe: {tcpSocket: {port: 8080}, initialDelaySeconds: 15, periodSeconds: 10}
    livenessProbe: {tcpSocket: {port: 8080}, initialDelaySeconds: 15, periodSeconds: 10}
#> pods/probe/grpc-liveness.yaml
apiVersion: v1
kind: Pod
metadata: {name: etcd-with-grpc}
spec:
  containers:
  - name: etcd
    image: registry.k8s.io/etcd:3.5.1-0
    command: [/usr/local/bin/etcd, --data-dir, /var/lib/etcd, --listen-client-urls, "http://0.0.0.0:2379", --advertise-client-urls, "http://127.0.0.1:2379", --log-level, debug]
    ports: [{containerPort: 2379}]
    livenessProbe: {grpc: {port: 2379}, initialDelaySeconds: 10}
#> pods/qos/qos-pod.yaml
apiVersion: v1
kind: Pod
metadata: {name: qos-demo, namespace: qos-example}
spec:
  containers:
  - {name: qos-demo-ctr, image: nginx, resources: {limits: {memory: 200Mi, cpu: 700m}, requests: {memory: 200Mi, cpu: 700m}}}
#> pods/qos/qos-pod-2.yaml
apiVersion: v1
kind: Pod
metadata: {name: qos-demo-2, namespace: qos-example}
spec:
  containers: [{name: qos-demo-2-ctr, image: nginx, resources: {limits: {memory: 200Mi}, requests: {memory: 100Mi}}}]
#> pods/qos/qos-pod-3.yaml
apiVersion: v1
kind: Pod
metadata: {name: qos-demo-3, namespace: qos-example}
spec:
  containers: [{name: qos-demo-3-ctr, image: nginx}]
#> pods/qos/qos-pod-4.yaml
apiVersion: v1
kind: Pod
metadata: {name: qos-demo-4, namespace: qos-example}
spec:
  containers:
  - {name: qos-demo-4-ctr-1, image: nginx, resources: {requests: {memory: 200Mi}}}
  - {name: qos-demo-4-ctr-2, image: redis}
#> pods/resource/cpu-request-limit.yaml
apiVersion: v1
kind: Pod
metadata: {name: cpu-demo, namespace: cpu-example}
spec:
  containers: [{name: cpu-demo-ctr, image: vish/stress, resources: {limits: {cpu: "1"}, requests: {cpu: "0.5"}}, args: [-cpus, "2"]}]
#> pods/resource/cpu-request-limit-2.yaml
apiVersion: v1
kind: Pod
metadata: {name: cpu-demo-2, namespace: cpu-example}
spec:
  containers: [{name: cpu-demo-ctr-2, image: vish/stress, resources: {limits: {cpu: "100"}, requests: {cpu: "100"}}, args: [-cpus, "2"]}]
#> pods/resource/memory-request-limit.yaml
apiVersion: v1
kind: Pod
metadata: {name: memory-demo, namespace: mem-example}
spec:
  containers:
  - {name: memory-demo-ctr, image: polinux/stress, resources: {requests: {memory: 100Mi}, limits: {memory: 200Mi}}, command: [stress], args: [--vm, "1", --vm-bytes, 150M, --vm-hang, "1"]}
#> pods/resource/memory-request-limit-2.yaml
apiVersion: v1
kind: Pod
metadata: {name: memory-demo-2, namespace: mem-example}
spec:
  containers:
  - {name: memory-demo-2-ctr, image: polinux/stress, resources: {requests: {memory: 50Mi}, limits: {memory: 100Mi}}, command: [stress], args: [--vm, "1", --vm-bytes, 250M, --vm-hang, "1"]}
#> pods/resource/memory-request-limit-3.yaml
apiVersion: v1
kind: Pod
metadata: {name: memory-demo-3, namespace: mem-example}
spec:
  containers:
  - {name: memory-demo-3-ctr, image: polinux/stress, resources: {requests: {memory: 1000Gi}, limits: {memory: 1000Gi}}, command: [stress], args: [--vm, "1", --vm-bytes, 150M, --vm-hang, "1"]}
#> pods/resource/extended-resource-pod.yaml
apiVersion: v1
kind: Pod
metadata: {name: extended-resource-demo}
spec:
  containers: [{name: extended-resource-demo-ctr, image: nginx, resources: {requests: {example.com/dongle: 3}, limits: {example.com/dongle: 3}}}]
#> pods/resource/extended-resource-pod-2.yaml
apiVersion: v1
kind: Pod
metadata: {name: extended-resource-demo-2}
spec:
  containers: [{name: extended-resource-demo-2-ctr, image: nginx, resources: {requests: {example.com/dongle: 2}, limits: {example.com/dongle: 2}}}]
#> pods/security/security-context.yaml
apiVersion: v1
kind: Pod
metadata: {name: security-context-demo}
spec:
  securityContext: {runAsUser: 1000, runAsGroup: 3000, fsGroup: 2000, supplementalGroups: [4000]}
  volumes: [{name: sec-ctx-vol, emptyDir: {}}]
  containers:
  - name: sec-ctx-demo
    image: busybox:1.28
    command: [sh, -c, sleep 1h]
    volumeMounts: [{name: sec-ctx-vol, mountPath: /data/demo}]
    securityContext: {allowPrivilegeEscalation: false}
#> pods/security/security-context-2.yaml
apiVersion: v1
kind: Pod
metadata: {name: security-context-demo-2}
spec:
  securityContext: {runAsUser: 1000}
  containers:
  - {name: sec-ctx-demo-2, image: "gcr.io/google-samples/hello-app:2.0", securityContext: {runAsUser: 2000, allowPrivilegeEscalation: false}}
#> pods/security/security-context-3.yaml
apiVersion: v1
kind: Pod
metadata: {name: security-context-demo-3}
spec:
  containers: [{name: sec-ctx-3, image: "gcr.io/google-samples/hello-app:2.0"}]
#> pods/security/security-context-4.yaml
apiVersion: v1
kind: Pod
metadata: {name: security-context-demo-4}
spec:
  containers:
  - {name: sec-ctx-4, image: "gcr.io/google-samples/hello-app:2.0", securityContext: {capabilities: {add: [NET_ADMIN, SYS_TIME]}}}
#> pods/config/redis-pod.yaml
apiVersion: v1
kind: Pod
metadata: {name: redis}
spec:
  containers:
  - name: redis
    image: redis:8.0.2
    command: [redis-server, /redis-master/redis.conf]
    env: [{name: MASTER, value: "true"}]
    ports: [{containerPort: 6379}]
    resources: {limits: {cpu: "0.1"}}
    volumeMounts: [{mountPath: /redis-master-data, name: data}, {mountPath: /redis-master, name: config}]
  volumes:
  - {name: data, emptyDir: {}}
  - {name: config, configMap: {name: example-redis-config, items: [{key: redis-config, path: redis.conf}]}}
#> pods/inject/envars.yaml
apiVersion: v1
kind: Pod
metadata: {name: envar-demo, labels: {purpose: demonstrate-envars}}
spec:
  containers:
  - name: envar-demo-container
    image: gcr.io/google-samples/hello-app:2.0
    env: [{name: DEMO_GREETING, value: Hello from the environment}, {name: DEMO_FAREWELL, value: Such a sweet sorrow}]
#> pods/inject/secret.yaml
apiVersion: v1
kind: Secret
metadata: {name: test-secret}
data: {username: bXktYXBw, password: Mzk1MjgkdmRnN0pi}
#> pods/inject/secret-pod.yaml
apiVersion: v1
kind: Pod
metadata: {name: secret-test-pod}
spec:
  containers:
  - name: test-container
    image: nginx
    volumeMounts: [{name: secret-volume, mountPath: /etc/secret-volume, readOnly: true}]
  volumes: [{name: secret-volume, secret: {secretName: test-secret}}]
#> pods/inject/pod-single-secret-env-variable.yaml
apiVersion: v1
kind: Pod
metadata: {name: env-single-secret}
spec:
  containers:
  - name: envars-test-container
    image: nginx
    env: [{name: SECRET_USERNAME, valueFrom: {secretKeyRef: {name: backend-user, key: backend-username}}}]
#> pods/inject/pod-multiple-secret-env-variable.yaml
apiVersion: v1
kind: Pod
metadata: {name: envvars-multiple-secrets}
spec:
  containers:
  - name: envars-test-container
    image: nginx
    env:
    - {name: BACKEND_USERNAME, valueFrom: {secretKeyRef: {name: backend-user, key: backend-username}}}
    - {name: DB_USERNAME, valueFrom: {secretKeyRef: {name: db-user, key: db-username}}}
#> pods/inject/pod-secret-envFrom.yaml
apiVersion: v1
kind: Pod
metadata: {name: envfrom-secret}
spec:
  containers: [{name: envars-test-container, image: nginx, envFrom: [{secretRef: {name: test-secret}}]}]
#> pods/inject/dependent-envars.yaml
apiVersion: v1
kind: Pod
metadata: {name: dependent-envars-demo}
spec:
  containers:
  - name: dependent-envars-demo
    args: ['while true; do echo -en ''\\n''; printf UNCHANGED_REFERENCE=$UNCHANGED_REFERENCE''\\n''; printf SERVICE_ADDRESS=$SERVICE_ADDRESS''\\n'';printf ESCAPED_REFERENCE=$ESCAPED_REFERENCE''\\n''; sleep 30; done;']
    command: [sh, -c]
    image: busybox:1.28
    env:
    - {name: SERVICE_PORT, value: "80"}
    - {name: SERVICE_IP, value: 172.17.0.1}
    - {name: UNCHANGED_REFERENCE, value: "$(PROTOCOL)://$(SERVICE_IP):$(SERVICE_PORT)"}
    - {name: PROTOCOL, value: https}
    - {name: SERVICE_ADDRESS, value: "$(PROTOCOL)://$(SERVICE_IP):$(SERVICE_PORT)"}
    - {name: ESCAPED_REFERENCE, value: "$$(PROTOCOL)://$(SERVICE_IP):$(SERVICE_PORT)"}
#> pods/storage/pv-volume.yaml
apiVersion: v1
kind: PersistentVolume
metadata: {name: task-pv-volume, labels: {type: local}}
spec:
  storageClassName: manual
  capacity: {storage: 10Gi}
  accessModes: [ReadWriteOnce]
  hostPath: {path: /mnt/data}
#> pods/storage/pv-claim.yaml
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: task-pv-claim}
spec: {storageClassName: manual, accessModes: [ReadWriteOnce], resources: {requests: {storage: 3Gi}}}
#> pods/storage/pv-pod.yaml
apiVersion: v1
kind: Pod
metadata: {name: task-pv-pod}
spec:
  volumes: [{name: task-pv-storage, persistentVolumeClaim: {claimName: task-pv-claim}}]
  containers:
  - name: task-pv-container
    image: nginx
    ports: [{containerPort: 80, name: http-server}]
    volumeMounts: [{mountPath: /usr/share/nginx/html, name: task-pv-storage}]
#> pods/storage/redis.yaml
apiVersion: v1
kind: Pod
metadata: {name: redis}
spec:
  containers: [{name: redis, image: redis, volumeMounts: [{name: redis-storage, mountPath: /data/redis}]}]
  volumes: [{name: redis-storage, emptyDir: {}}]
#> pods/storage/projected.yaml
apiVersion: v1
kind: Pod
metadata: {name: test-projected-volume}
spec:
  containers:
  - name: test-projected-volume
    image: busybox:1.28
    args: [sleep, "86400"]
    volumeMounts: [{name: all-in-one, mountPath: /projected-volume, readOnly: true}]
  volumes: [{name: all-in-one, projected: {sources: [{secret: {name: user}}, {secret: {name: pass}}]}}]
`
