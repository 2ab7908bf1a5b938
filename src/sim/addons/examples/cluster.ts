/** Services, policies, limits and what administrators apply, by the path under which the documentation has them. */
export const clusterExamples = `
#> service/load-balancer-example.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {labels: {app.kubernetes.io/name: load-balancer-example}, name: hello-world}
spec:
  replicas: 5
  selector: {matchLabels: {app.kubernetes.io/name: load-balancer-example}}
  template:
    metadata: {labels: {app.kubernetes.io/name: load-balancer-example}}
    spec: {containers: [{image: "gcr.io/google-samples/hello-app:2.0", name: hello-world, ports: [{containerPort: 8080}]}]}
#> service/access/hello-application.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: hello-world}
spec:
  selector: {matchLabels: {run: load-balancer-example}}
  replicas: 2
  template:
    metadata: {labels: {run: load-balancer-example}}
    spec: {containers: [{name: hello-world, image: "us-docker.pkg.dev/google-samples/containers/gke/hello-app:2.0", ports: [{containerPort: 8080, protocol: TCP}]}]}
#> service/access/backend-deployment.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: backend}
spec:
  selector: {matchLabels: {app: hello, tier: backend, track: stable}}
  replicas: 3
  template:
    metadata: {labels: {app: hello, tier: backend, track: stable}}
    spec: {containers: [{name: hello, image: "gcr.io/google-samples/hello-go-gke:1.0", ports: [{name: http, containerPort: 80}]}]}
#> service/access/backend-service.yaml
apiVersion: v1
kind: Service
metadata: {name: hello}
spec: {selector: {app: hello, tier: backend}, ports: [{protocol: TCP, port: 80, targetPort: http}]}
#> service/access/frontend-deployment.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: frontend}
spec:
  selector: {matchLabels: {app: hello, tier: frontend, track: stable}}
  replicas: 1
  template:
    metadata: {labels: {app: hello, tier: frontend, track: stable}}
    spec:
      containers:
      - {name: nginx, image: "gcr.io/google-samples/hello-frontend:1.0", lifecycle: {preStop: {exec: {command: [/usr/sbin/nginx, -s, quit]}}}}
#> service/access/frontend-service.yaml
apiVersion: v1
kind: Service
metadata: {name: frontend}
spec: {selector: {app: hello, tier: frontend}, ports: [{protocol: TCP, port: 80, targetPort: 80}], type: LoadBalancer}
#> service/networking/run-my-nginx.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: my-nginx}
spec:
  selector: {matchLabels: {run: my-nginx}}
  replicas: 2
  template:
    metadata: {labels: {run: my-nginx}}
    spec: {containers: [{name: my-nginx, image: nginx, ports: [{containerPort: 80}]}]}
#> service/networking/nginx-svc.yaml
apiVersion: v1
kind: Service
metadata: {name: my-nginx, labels: {run: my-nginx}}
spec: {ports: [{port: 80, protocol: TCP}], selector: {run: my-nginx}}
#> service/networking/nginx-policy.yaml
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: access-nginx}
spec:
  podSelector: {matchLabels: {app: nginx}}
  ingress: [{from: [{podSelector: {matchLabels: {access: "true"}}}]}]
#> service/networking/network-policy-default-deny-ingress.yaml
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: default-deny-ingress}
spec: {podSelector: {}, policyTypes: [Ingress]}
#> service/networking/network-policy-default-deny-egress.yaml
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: default-deny-egress}
spec: {podSelector: {}, policyTypes: [Egress]}
#> service/networking/network-policy-default-deny-all.yaml
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: default-deny-all}
spec: {podSelector: {}, policyTypes: [Ingress, Egress]}
#> service/networking/network-policy-allow-all-ingress.yaml
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: allow-all-ingress}
spec: {podSelector: {}, ingress: [{}], policyTypes: [Ingress]}
#> service/networking/minimal-ingress.yaml
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: minimal-ingress, annotations: {nginx.ingress.kubernetes.io/rewrite-target: /}}
spec:
  ingressClassName: nginx-example
  rules: [{http: {paths: [{path: /testpath, pathType: Prefix, backend: {service: {name: test, port: {number: 80}}}}]}}]
#> service/networking/test-ingress.yaml
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: test-ingress}
spec: {defaultBackend: {service: {name: test, port: {number: 80}}}}
#> service/networking/example-ingress.yaml
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: example-ingress}
spec:
  ingressClassName: nginx
  rules: [{host: hello-world.example, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 8080}}}}]}}]
#> service/pod-with-graceful-termination.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: nginx-deployment, labels: {app: nginx}}
spec:
  replicas: 1
  selector: {matchLabels: {app: nginx}}
  template:
    metadata: {labels: {app: nginx}}
    spec:
      terminationGracePeriodSeconds: 120
      containers:
      - {name: nginx, image: "nginx:latest", ports: [{containerPort: 80}], lifecycle: {preStop: {exec: {command: [/bin/sh, -c, sleep 180]}}}}
#> service/explore-graceful-termination-nginx.yaml
apiVersion: v1
kind: Service
metadata: {name: nginx-service}
spec: {selector: {app: nginx}, ports: [{protocol: TCP, port: 80, targetPort: 80}]}
#> admin/namespace-dev.yaml
apiVersion: v1
kind: Namespace
metadata: {name: development, labels: {name: development}}
#> admin/namespace-prod.yaml
apiVersion: v1
kind: Namespace
metadata: {name: production, labels: {name: production}}
#> admin/namespace-dev.json
{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "development", "labels": {"name": "development"}}}
#> admin/namespace-prod.json
{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "production", "labels": {"name": "production"}}}
#> admin/snowflake-deployment.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {labels: {app: snowflake}, name: snowflake}
spec:
  replicas: 2
  selector: {matchLabels: {app: snowflake}}
  template:
    metadata: {labels: {app: snowflake}}
    spec: {containers: [{image: registry.k8s.io/serve_hostname, imagePullPolicy: Always, name: snowflake}]}
#> admin/dns/busybox.yaml
apiVersion: v1
kind: Pod
metadata: {name: busybox, namespace: default}
spec:
  containers: [{name: busybox, image: "busybox:1.28", command: [sleep, "3600"], imagePullPolicy: IfNotPresent}]
  restartPolicy: Always
#> admin/dns/dnsutils.yaml
apiVersion: v1
kind: Pod
metadata: {name: dnsutils, namespace: default}
spec:
  containers: [{name: dnsutils, image: "registry.k8s.io/e2e-test-images/agnhost:2.39", imagePullPolicy: IfNotPresent}]
  restartPolicy: Always
#> admin/sched/pod1.yaml
apiVersion: v1
kind: Pod
metadata: {name: no-annotation, labels: {name: multischeduler-example}}
spec: {containers: [{name: pod-with-no-annotation-container, image: "registry.k8s.io/pause:3.8"}]}
#> admin/sched/pod2.yaml
apiVersion: v1
kind: Pod
metadata: {name: annotation-default-scheduler, labels: {name: multischeduler-example}}
spec: {schedulerName: default-scheduler, containers: [{name: pod-with-default-annotation-container, image: "registry.k8s.io/pause:3.8"}]}
#> admin/sched/pod3.yaml
apiVersion: v1
kind: Pod
metadata: {name: annotation-second-scheduler, labels: {name: multischeduler-example}}
spec: {schedulerName: my-scheduler, containers: [{name: pod-with-second-annotation-container, image: "registry.k8s.io/pause:3.8"}]}
#> admin/logging/two-files-counter-pod.yaml
apiVersion: v1
kind: Pod
metadata: {name: counter}
spec:
  containers:
  - name: count
    image: busybox:1.28
    args: [/bin/sh, -c, 'i=0; while true; do echo "$i: $(date)" >> /var/log/1.log; echo "$(date) INFO $i" >> /var/log/2.log; i=$((i+1)); sleep 1; done']
    volumeMounts: [{name: varlog, mountPath: /var/log}]
  volumes: [{name: varlog, emptyDir: {}}]
#> admin/logging/two-files-counter-pod-streaming-sidecar.yaml
apiVersion: v1
kind: Pod
metadata: {name: counter}
spec:
  containers:
  - name: count
    image: busybox:1.28
    args: [/bin/sh, -c, 'i=0; while true; do echo "$i: $(date)" >> /var/log/1.log; echo "$(date) INFO $i" >> /var/log/2.log; i=$((i+1)); sleep 1; done']
    volumeMounts: [{name: varlog, mountPath: /var/log}]
  - {name: count-log-1, image: "busybox:1.28", args: [/bin/sh, -c, tail -n+1 -F /var/log/1.log], volumeMounts: [{name: varlog, mountPath: /var/log}]}
  - {name: count-log-2, image: "busybox:1.28", args: [/bin/sh, -c, tail -n+1 -F /var/log/2.log], volumeMounts: [{name: varlog, mountPath: /var/log}]}
  volumes: [{name: varlog, emptyDir: {}}]
#> admin/resource/memory-defaults.yaml
apiVersion: v1
kind: LimitRange
metadata: {name: mem-limit-range}
spec: {limits: [{default: {memory: 512Mi}, defaultRequest: {memory: 256Mi}, type: Container}]}
#> admin/resource/memory-defaults-pod.yaml
apiVersion: v1
kind: Pod
metadata: {name: default-mem-demo}
spec: {containers: [{name: default-mem-demo-ctr, image: nginx}]}
#> admin/resource/memory-defaults-pod-2.yaml
apiVersion: v1
kind: Pod
metadata: {name: default-mem-demo-2}
spec: {containers: [{name: default-mem-demo-2-ctr, image: nginx, resources: {limits: {memory: 1Gi}}}]}
#> admin/resource/memory-defaults-pod-3.yaml
apiVersion: v1
kind: Pod
metadata: {name: default-mem-demo-3}
spec: {containers: [{name: default-mem-demo-3-ctr, image: nginx, resources: {requests: {memory: 128Mi}}}]}
#> admin/resource/cpu-defaults.yaml
apiVersion: v1
kind: LimitRange
metadata: {name: cpu-limit-range}
spec: {limits: [{default: {cpu: 1}, defaultRequest: {cpu: 0.5}, type: Container}]}
#> admin/resource/cpu-defaults-pod.yaml
apiVersion: v1
kind: Pod
metadata: {name: default-cpu-demo}
spec: {containers: [{name: default-cpu-demo-ctr, image: nginx}]}
#> admin/resource/cpu-defaults-pod-2.yaml
apiVersion: v1
kind: Pod
metadata: {name: default-cpu-demo-2}
spec: {containers: [{name: default-cpu-demo-2-ctr, image: nginx, resources: {limits: {cpu: "1"}}}]}
#> admin/resource/cpu-defaults-pod-3.yaml
apiVersion: v1
kind: Pod
metadata: {name: default-cpu-demo-3}
spec: {containers: [{name: default-cpu-demo-3-ctr, image: nginx, resources: {requests: {cpu: "0.75"}}}]}
#> admin/resource/memory-constraints.yaml
apiVersion: v1
kind: LimitRange
metadata: {name: mem-min-max-demo-lr}
spec: {limits: [{max: {memory: 1Gi}, min: {memory: 500Mi}, type: Container}]}
#> admin/resource/memory-constraints-pod.yaml
apiVersion: v1
kind: Pod
metadata: {name: constraints-mem-demo}
spec: {containers: [{name: constraints-mem-demo-ctr, image: nginx, resources: {limits: {memory: 800Mi}, requests: {memory: 600Mi}}}]}
#> admin/resource/memory-constraints-pod-2.yaml
apiVersion: v1
kind: Pod
metadata: {name: constraints-mem-demo-2}
spec: {containers: [{name: constraints-mem-demo-2-ctr, image: nginx, resources: {limits: {memory: 1.5Gi}, requests: {memory: 800Mi}}}]}
#> admin/resource/memory-constraints-pod-3.yaml
apiVersion: v1
kind: Pod
metadata: {name: constraints-mem-demo-3}
spec: {containers: [{name: constraints-mem-demo-3-ctr, image: nginx, resources: {limits: {memory: 800Mi}, requests: {memory: 100Mi}}}]}
#> admin/resource/memory-constraints-pod-4.yaml
apiVersion: v1
kind: Pod
metadata: {name: constraints-mem-demo-4}
spec: {containers: [{name: constraints-mem-demo-4-ctr, image: nginx}]}
#> admin/resource/cpu-constraints.yaml
apiVersion: v1
kind: LimitRange
metadata: {name: cpu-min-max-demo-lr}
spec: {limits: [{max: {cpu: 800m}, min: {cpu: 200m}, type: Container}]}
#> admin/resource/cpu-constraints-pod.yaml
apiVersion: v1
kind: Pod
metadata: {name: constraints-cpu-demo}
spec: {containers: [{name: constraints-cpu-demo-ctr, image: nginx, resources: {limits: {cpu: 800m}, requests: {cpu: 500m}}}]}
#> admin/resource/cpu-constraints-pod-2.yaml
apiVersion: v1
kind: Pod
metadata: {name: constraints-cpu-demo-2}
spec: {containers: [{name: constraints-cpu-demo-2-ctr, image: nginx, resources: {limits: {cpu: "1.5"}, requests: {cpu: 500m}}}]}
#> admin/resource/cpu-constraints-pod-3.yaml
apiVersion: v1
kind: Pod
metadata: {name: constraints-cpu-demo-3}
spec: {containers: [{name: constraints-cpu-demo-3-ctr, image: nginx, resources: {limits: {cpu: 800m}, requests: {cpu: 100m}}}]}
#> admin/resource/cpu-constraints-pod-4.yaml
apiVersion: v1
kind: Pod
metadata: {name: constraints-cpu-demo-4}
spec: {containers: [{name: constraints-cpu-demo-4-ctr, image: vish/stress}]}
#> admin/resource/quota-mem-cpu.yaml
apiVersion: v1
kind: ResourceQuota
metadata: {name: mem-cpu-demo}
spec: {hard: {requests.cpu: "1", requests.memory: 1Gi, limits.cpu: "2", limits.memory: 2Gi}}
#> admin/resource/quota-mem-cpu-pod.yaml
apiVersion: v1
kind: Pod
metadata: {name: quota-mem-cpu-demo}
spec: {containers: [{name: quota-mem-cpu-demo-ctr, image: nginx, resources: {limits: {memory: 800Mi, cpu: 800m}, requests: {memory: 600Mi, cpu: 400m}}}]}
#> admin/resource/quota-mem-cpu-pod-2.yaml
apiVersion: v1
kind: Pod
metadata: {name: quota-mem-cpu-demo-2}
spec: {containers: [{name: quota-mem-cpu-demo-2-ctr, image: redis, resources: {limits: {memory: 1Gi, cpu: 800m}, requests: {memory: 700Mi, cpu: 400m}}}]}
#> admin/resource/quota-pod.yaml
apiVersion: v1
kind: ResourceQuota
metadata: {name: pod-demo}
spec: {hard: {pods: "2"}}
#> admin/resource/quota-pod-deployment.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: pod-quota-demo}
spec:
  selector: {matchLabels: {purpose: quota-demo}}
  replicas: 3
  template:
    metadata: {labels: {purpose: quota-demo}}
    spec: {containers: [{name: pod-quota-demo, image: nginx}]}
#> admin/resource/quota-objects.yaml
apiVersion: v1
kind: ResourceQuota
metadata: {name: object-quota-demo}
spec: {hard: {persistentvolumeclaims: "1", services.loadbalancers: "2", services.nodeports: "0"}}
#> admin/resource/quota-objects-pvc.yaml
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: pvc-quota-demo}
spec: {storageClassName: manual, accessModes: [ReadWriteOnce], resources: {requests: {storage: 3Gi}}}
#> admin/resource/quota-objects-pvc-2.yaml
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: pvc-quota-demo-2}
spec: {storageClassName: manual, accessModes: [ReadWriteOnce], resources: {requests: {storage: 4Gi}}}
#> policy/zookeeper-pod-disruption-budget-minavailable.yaml
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: zk-pdb}
spec: {minAvailable: 2, selector: {matchLabels: {app: zookeeper}}}
#> policy/zookeeper-pod-disruption-budget-maxunavailable.yaml
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: zk-pdb}
spec: {maxUnavailable: 1, selector: {matchLabels: {app: zookeeper}}}
#> priority-and-fairness/health-for-strangers.yaml
apiVersion: flowcontrol.apiserver.k8s.io/v1
kind: FlowSchema
metadata: {name: health-for-strangers}
spec:
  matchingPrecedence: 1000
  priorityLevelConfiguration: {name: exempt}
  rules:
  - nonResourceRules: [{nonResourceURLs: [/healthz, /livez, /readyz], verbs: ["*"]}]
    subjects: [{kind: Group, group: {name: "system:unauthenticated"}}]
#> pods/config/example-redis-config.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: example-redis-config}
data: {redis-config: ""}
#> configmap/configmap-multikeys.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: special-config, namespace: default}
data: {SPECIAL_LEVEL: very, SPECIAL_TYPE: charm}
#> configmap/configmaps.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: special-config, namespace: default}
data: {special.how: very}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: env-config, namespace: default}
data: {log_level: INFO}
#> configmap/game.properties
enemies=aliens
lives=3
enemies.cheat=true
enemies.cheat.level=noGoodRotten
secret.code.passphrase=UUDDLRLRBABAS
secret.code.allowed=true
secret.code.lives=30
#> configmap/ui.properties
color.good=purple
color.bad=yellow
allow.textmode=true
how.nice.to.look=fairlyNice
#> configmap/game-env-file.properties
enemies=aliens
lives=3
allowed="true"
#> configmap/ui-env-file.properties
color=purple
textmode=true
how=fairlyNice
`
