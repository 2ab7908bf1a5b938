/** Deployments, StatefulSets, Jobs and the applications of tutorials, by the path under which the documentation has them. */
export const workloadExamples = `
#> application/deployment.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: nginx-deployment}
spec:
  selector: {matchLabels: {app: nginx}}
  replicas: 2
  template:
    metadata: {labels: {app: nginx}}
    spec: {containers: [{name: nginx, image: "nginx:1.14.2", ports: [{containerPort: 80}]}]}
#> application/deployment-update.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: nginx-deployment}
spec:
  selector: {matchLabels: {app: nginx}}
  replicas: 2
  template:
    metadata: {labels: {app: nginx}}
    spec: {containers: [{name: nginx, image: "nginx:1.16.1", ports: [{containerPort: 80}]}]}
#> application/deployment-scale.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: nginx-deployment}
spec:
  selector: {matchLabels: {app: nginx}}
  replicas: 4
  template:
    metadata: {labels: {app: nginx}}
    spec: {containers: [{name: nginx, image: "nginx:1.16.1", ports: [{containerPort: 80}]}]}
#> application/deployment-patch.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: patch-demo}
spec:
  replicas: 2
  selector: {matchLabels: {app: nginx}}
  template:
    metadata: {labels: {app: nginx}}
    spec:
      containers: [{name: patch-demo-ctr, image: nginx}]
      tolerations: [{effect: NoSchedule, key: dedicated, value: test-team}]
#> application/deployment-retainkeys.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: retainkeys-demo}
spec:
  selector: {matchLabels: {app: nginx}}
  strategy: {rollingUpdate: {maxSurge: 30%}}
  template:
    metadata: {labels: {app: nginx}}
    spec: {containers: [{name: retainkeys-demo-ctr, image: nginx}]}
#> application/simple_deployment.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: nginx-deployment}
spec:
  selector: {matchLabels: {app: nginx}}
  minReadySeconds: 5
  template:
    metadata: {labels: {app: nginx}}
    spec: {containers: [{name: nginx, image: "nginx:1.14.2", ports: [{containerPort: 80}]}]}
#> application/update_deployment.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: nginx-deployment}
spec:
  selector: {matchLabels: {app: nginx}}
  template:
    metadata: {labels: {app: nginx}}
    spec: {containers: [{name: nginx, image: "nginx:1.16.1", ports: [{containerPort: 80}]}]}
#> application/nginx-app.yaml
apiVersion: v1
kind: Service
metadata: {name: my-nginx-svc, labels: {app: nginx}}
spec: {type: LoadBalancer, ports: [{port: 80}], selector: {app: nginx}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: my-nginx, labels: {app: nginx}}
spec:
  replicas: 3
  selector: {matchLabels: {app: nginx}}
  template:
    metadata: {labels: {app: nginx}}
    spec: {containers: [{name: nginx, image: "nginx:1.14.2", ports: [{containerPort: 80}]}]}
#> application/nginx-with-request.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: nginx-deployment}
spec:
  selector: {matchLabels: {app: nginx}}
  replicas: 2
  template:
    metadata: {labels: {app: nginx}}
    spec:
      containers:
      - {name: nginx, image: nginx, resources: {limits: {memory: 128Mi, cpu: 500m}}, ports: [{containerPort: 80}]}
#> application/php-apache.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: php-apache}
spec:
  selector: {matchLabels: {run: php-apache}}
  template:
    metadata: {labels: {run: php-apache}}
    spec:
      containers:
      - {name: php-apache, image: registry.k8s.io/hpa-example, ports: [{containerPort: 80}], resources: {limits: {cpu: 500m}, requests: {cpu: 200m}}}
---
apiVersion: v1
kind: Service
metadata: {name: php-apache, labels: {run: php-apache}}
spec: {ports: [{port: 80}], selector: {run: php-apache}}
#> application/hpa/php-apache.yaml
apiVersion: autoscaling/v1
kind: HorizontalPodAutoscaler
metadata: {name: php-apache}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: php-apache}
  minReplicas: 1
  maxReplicas: 10
  targetCPUUtilizationPercentage: 50
#> application/mysql/mysql-deployment.yaml
apiVersion: v1
kind: Service
metadata: {name: mysql}
spec: {ports: [{port: 3306}], selector: {app: mysql}, clusterIP: None}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: mysql}
spec:
  selector: {matchLabels: {app: mysql}}
  strategy: {type: Recreate}
  template:
    metadata: {labels: {app: mysql}}
    spec:
      containers:
      - image: mysql:9
        name: mysql
        env: [{name: MYSQL_ROOT_PASSWORD, value: password}]
        ports: [{containerPort: 3306, name: mysql}]
        volumeMounts: [{name: mysql-persistent-storage, mountPath: /var/lib/mysql}]
      volumes: [{name: mysql-persistent-storage, persistentVolumeClaim: {claimName: mysql-pv-claim}}]
#> application/mysql/mysql-pv.yaml
apiVersion: v1
kind: PersistentVolume
metadata: {name: mysql-pv-volume, labels: {type: local}}
spec:
  storageClassName: manual
  capacity: {storage: 20Gi}
  accessModes: [ReadWriteOnce]
  hostPath: {path: /mnt/data}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: mysql-pv-claim}
spec: {storageClassName: manual, accessModes: [ReadWriteOnce], resources: {requests: {storage: 20Gi}}}
#> application/mysql/mysql-services.yaml
apiVersion: v1
kind: Service
metadata: {name: mysql, labels: {app: mysql, app.kubernetes.io/name: mysql}}
spec: {ports: [{name: mysql, port: 3306}], clusterIP: None, selector: {app: mysql}}
---
apiVersion: v1
kind: Service
metadata: {name: mysql-read, labels: {app: mysql, app.kubernetes.io/name: mysql, readonly: "true"}}
spec: {ports: [{name: mysql, port: 3306}], selector: {app: mysql}}
#> application/mysql/mysql-configmap.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: mysql, labels: {app: mysql, app.kubernetes.io/name: mysql}}
data:
  primary.cnf: "[mysqld]\\nlog-bin\\n"
  replica.cnf: "[mysqld]\\nsuper-read-only\\n"
#> application/web/web.yaml
apiVersion: v1
kind: Service
metadata: {name: nginx, labels: {app: nginx}}
spec: {ports: [{port: 80, name: web}], clusterIP: None, selector: {app: nginx}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: web}
spec:
  serviceName: nginx
  replicas: 2
  selector: {matchLabels: {app: nginx}}
  template:
    metadata: {labels: {app: nginx}}
    spec:
      containers:
      - name: nginx
        image: registry.k8s.io/nginx-slim:0.21
        ports: [{containerPort: 80, name: web}]
        volumeMounts: [{name: www, mountPath: /usr/share/nginx/html}]
  volumeClaimTemplates:
  - metadata: {name: www}
    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
#> application/web/web-parallel.yaml
apiVersion: v1
kind: Service
metadata: {name: nginx, labels: {app: nginx}}
spec: {ports: [{port: 80, name: web}], clusterIP: None, selector: {app: nginx}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: web}
spec:
  serviceName: nginx
  podManagementPolicy: Parallel
  replicas: 5
  selector: {matchLabels: {app: nginx}}
  template:
    metadata: {labels: {app: nginx}}
    spec:
      containers:
      - name: nginx
        image: registry.k8s.io/nginx-slim:0.24
        ports: [{containerPort: 80, name: web}]
        volumeMounts: [{name: www, mountPath: /usr/share/nginx/html}]
  volumeClaimTemplates:
  - metadata: {name: www}
    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
#> application/cassandra/cassandra-service.yaml
apiVersion: v1
kind: Service
metadata: {labels: {app: cassandra}, name: cassandra}
spec: {clusterIP: None, ports: [{port: 9042}], selector: {app: cassandra}}
#> application/zookeeper/zookeeper.yaml
apiVersion: v1
kind: Service
metadata: {name: zk-hs, labels: {app: zk}}
spec: {ports: [{port: 2888, name: server}, {port: 3888, name: leader-election}], clusterIP: None, selector: {app: zk}}
---
apiVersion: v1
kind: Service
metadata: {name: zk-cs, labels: {app: zk}}
spec: {ports: [{port: 2181, name: client}], selector: {app: zk}}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: zk-pdb}
spec: {selector: {matchLabels: {app: zk}}, maxUnavailable: 1}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: zk}
spec:
  selector: {matchLabels: {app: zk}}
  serviceName: zk-hs
  replicas: 3
  updateStrategy: {type: RollingUpdate}
  podManagementPolicy: OrderedReady
  template:
    metadata: {labels: {app: zk}}
    spec:
      affinity:
        podAntiAffinity:
          requiredDuringSchedulingIgnoredDuringExecution:
          - {labelSelector: {matchExpressions: [{key: app, operator: In, values: [zk]}]}, topologyKey: kubernetes.io/hostname}
      containers:
      - name: kubernetes-zookeeper
        imagePullPolicy: Always
        image: registry.k8s.io/kubernetes-zookeeper:1.0-3.4.10
        resources: {requests: {memory: 1Gi, cpu: "0.5"}}
        ports: [{containerPort: 2181, name: client}, {containerPort: 2888, name: server}, {containerPort: 3888, name: leader-election}]
        command:
        - sh
        - -c
        - >-
          start-zookeeper --servers=3 --data_dir=/var/lib/zookeeper/data --data_log_dir=/var/lib/zookeeper/data/log
          --conf_dir=/opt/zookeeper/conf --client_port=2181 --election_port=3888 --server_port=2888 --tick_time=2000
          --init_limit=10 --sync_limit=5 --heap=512M --max_client_cnxns=60 --snap_retain_count=3 --purge_interval=12
          --max_session_timeout=40000 --min_session_timeout=4000 --log_level=INFO
        readinessProbe: {exec: {command: [sh, -c, zookeeper-ready 2181]}, initialDelaySeconds: 10, timeoutSeconds: 5}
        livenessProbe: {exec: {command: [sh, -c, zookeeper-ready 2181]}, initialDelaySeconds: 10, timeoutSeconds: 5}
        volumeMounts: [{name: datadir, mountPath: /var/lib/zookeeper}]
      securityContext: {runAsUser: 1000, fsGroup: 1000}
  volumeClaimTemplates:
  - metadata: {name: datadir}
    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 10Gi}}}
#> application/guestbook/redis-leader-deployment.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: redis-leader, labels: {app: redis, role: leader, tier: backend}}
spec:
  replicas: 1
  selector: {matchLabels: {app: redis}}
  template:
    metadata: {labels: {app: redis, role: leader, tier: backend}}
    spec:
      containers:
      - {name: leader, image: "docker.io/redis:6.0.5", resources: {requests: {cpu: 100m, memory: 100Mi}}, ports: [{containerPort: 6379}]}
#> application/guestbook/redis-leader-service.yaml
apiVersion: v1
kind: Service
metadata: {name: redis-leader, labels: {app: redis, role: leader, tier: backend}}
spec: {ports: [{port: 6379, targetPort: 6379}], selector: {app: redis, role: leader, tier: backend}}
#> application/guestbook/redis-follower-deployment.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: redis-follower, labels: {app: redis, role: follower, tier: backend}}
spec:
  replicas: 2
  selector: {matchLabels: {app: redis}}
  template:
    metadata: {labels: {app: redis, role: follower, tier: backend}}
    spec:
      containers:
      - name: follower
        image: us-docker.pkg.dev/google-samples/containers/gke/gb-redis-follower:v2
        resources: {requests: {cpu: 100m, memory: 100Mi}}
        ports: [{containerPort: 6379}]
#> application/guestbook/redis-follower-service.yaml
apiVersion: v1
kind: Service
metadata: {name: redis-follower, labels: {app: redis, role: follower, tier: backend}}
spec: {ports: [{port: 6379}], selector: {app: redis, role: follower, tier: backend}}
#> application/guestbook/frontend-deployment.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: frontend}
spec:
  replicas: 3
  selector: {matchLabels: {app: guestbook, tier: frontend}}
  template:
    metadata: {labels: {app: guestbook, tier: frontend}}
    spec:
      containers:
      - name: php-redis
        image: us-docker.pkg.dev/google-samples/containers/gke/gb-frontend:v5
        env: [{name: GET_HOSTS_FROM, value: dns}]
        resources: {requests: {cpu: 100m, memory: 100Mi}}
        ports: [{containerPort: 80}]
#> application/guestbook/frontend-service.yaml
apiVersion: v1
kind: Service
metadata: {name: frontend, labels: {app: guestbook, tier: frontend}}
spec: {ports: [{port: 80}], selector: {app: guestbook, tier: frontend}}
#> application/job/cronjob.yaml
apiVersion: batch/v1
kind: CronJob
metadata: {name: hello}
spec:
  schedule: "* * * * *"
  jobTemplate:
    spec:
      template:
        spec:
          containers:
          - {name: hello, image: "busybox:1.28", imagePullPolicy: IfNotPresent, command: [/bin/sh, -c, date; echo Hello from the Kubernetes cluster]}
          restartPolicy: OnFailure
#> application/job/indexed-job.yaml
apiVersion: batch/v1
kind: Job
metadata: {name: indexed-job}
spec:
  completions: 5
  parallelism: 3
  completionMode: Indexed
  template:
    spec:
      restartPolicy: Never
      initContainers:
      - name: input
        image: docker.io/library/bash
        command: [bash, -c, "items=(foo bar baz qux xyz)\\necho \${items[$JOB_COMPLETION_INDEX]} > /input/data.txt\\n"]
        volumeMounts: [{mountPath: /input, name: input}]
      containers:
      - {name: worker, image: docker.io/library/busybox, command: [rev, /input/data.txt], volumeMounts: [{mountPath: /input, name: input}]}
      volumes: [{name: input, emptyDir: {}}]
#> application/job/indexed-job-vol.yaml
apiVersion: batch/v1
kind: Job
metadata: {name: indexed-job}
spec:
  completions: 5
  parallelism: 3
  completionMode: Indexed
  template:
    spec:
      restartPolicy: Never
      containers:
      - {name: worker, image: docker.io/library/busybox, command: [rev, /input/data.txt], volumeMounts: [{mountPath: /input, name: input}]}
      volumes:
      - name: input
        downwardAPI: {items: [{path: data.txt, fieldRef: {fieldPath: "metadata.annotations['batch.kubernetes.io/job-completion-index']"}}]}
#> application/job/redis/redis-pod.yaml
apiVersion: v1
kind: Pod
metadata: {name: redis-master, labels: {app: redis}}
spec:
  containers: [{name: master, image: redis, env: [{name: MASTER, value: "true"}], ports: [{containerPort: 6379}]}]
#> application/job/redis/redis-service.yaml
apiVersion: v1
kind: Service
metadata: {name: redis}
spec: {ports: [{port: 6379, targetPort: 6379}], selector: {app: redis}}
#> application/job/rabbitmq/rabbitmq-service.yaml
apiVersion: v1
kind: Service
metadata: {labels: {component: rabbitmq}, name: rabbitmq-service}
spec: {ports: [{port: 5672}], selector: {app.kubernetes.io/name: task-queue, app.kubernetes.io/component: rabbitmq}}
#> application/job/rabbitmq/rabbitmq-statefulset.yaml
apiVersion: apps/v1
kind: StatefulSet
metadata: {labels: {component: rabbitmq}, name: rabbitmq}
spec:
  replicas: 1
  serviceName: rabbitmq-service
  selector: {matchLabels: {app.kubernetes.io/name: task-queue, app.kubernetes.io/component: rabbitmq}}
  template:
    metadata: {labels: {app.kubernetes.io/name: task-queue, app.kubernetes.io/component: rabbitmq}}
    spec:
      containers:
      - image: rabbitmq
        name: rabbitmq
        ports: [{containerPort: 5672}]
        resources: {requests: {memory: 16M}, limits: {cpu: 250m, memory: 512M}}
        volumeMounts: [{mountPath: /var/lib/rabbitmq, name: rabbitmq-data}]
      volumes: [{name: rabbitmq-data, emptyDir: {}}]
#> controllers/nginx-deployment.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: nginx-deployment, labels: {app: nginx}}
spec:
  replicas: 3
  selector: {matchLabels: {app: nginx}}
  template:
    metadata: {labels: {app: nginx}}
    spec: {containers: [{name: nginx, image: "nginx:1.14.2", ports: [{containerPort: 80}]}]}
#> controllers/frontend.yaml
apiVersion: apps/v1
kind: ReplicaSet
metadata: {name: frontend, labels: {app: guestbook, tier: frontend}}
spec:
  replicas: 3
  selector: {matchLabels: {tier: frontend}}
  template:
    metadata: {labels: {tier: frontend}}
    spec: {containers: [{name: php-redis, image: "us-docker.pkg.dev/google-samples/containers/gke/gb-frontend:v5"}]}
#> controllers/hpa-rs.yaml
apiVersion: autoscaling/v1
kind: HorizontalPodAutoscaler
metadata: {name: frontend-scaler}
spec: {scaleTargetRef: {kind: ReplicaSet, name: frontend}, minReplicas: 3, maxReplicas: 10, targetCPUUtilizationPercentage: 50}
#> controllers/replication.yaml
apiVersion: v1
kind: ReplicationController
metadata: {name: nginx}
spec:
  replicas: 3
  selector: {app: nginx}
  template:
    metadata: {name: nginx, labels: {app: nginx}}
    spec: {containers: [{name: nginx, image: nginx, ports: [{containerPort: 80}]}]}
#> controllers/job.yaml
apiVersion: batch/v1
kind: Job
metadata: {name: pi}
spec:
  template:
    spec:
      containers: [{name: pi, image: "perl:5.34.0", command: [perl, -Mbignum=bpi, -wle, print bpi(2000)]}]
      restartPolicy: Never
  backoffLimit: 4
#> controllers/daemonset.yaml controllers/fluentd-daemonset.yaml
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: fluentd-elasticsearch, namespace: kube-system, labels: {k8s-app: fluentd-logging}}
spec:
  selector: {matchLabels: {name: fluentd-elasticsearch}}
  updateStrategy: {type: RollingUpdate, rollingUpdate: {maxUnavailable: 1}}
  template:
    metadata: {labels: {name: fluentd-elasticsearch}}
    spec:
      tolerations:
      - {key: node-role.kubernetes.io/control-plane, operator: Exists, effect: NoSchedule}
      - {key: node-role.kubernetes.io/master, operator: Exists, effect: NoSchedule}
      containers:
      - name: fluentd-elasticsearch
        image: quay.io/fluentd_elasticsearch/fluentd:v5.0.1
        resources: {limits: {memory: 200Mi}, requests: {cpu: 100m, memory: 200Mi}}
        volumeMounts: [{name: varlog, mountPath: /var/log}]
      terminationGracePeriodSeconds: 30
      volumes: [{name: varlog, hostPath: {path: /var/log}}]
#> controllers/job-pod-failure-policy-failjob.yaml
apiVersion: batch/v1
kind: Job
metadata: {name: job-pod-failure-policy-failjob}
spec:
  completions: 8
  parallelism: 2
  template:
    spec:
      restartPolicy: Never
      containers:
      - {name: main, image: "docker.io/library/bash:5", command: [bash], args: [-c, echo "Hello world! I'm going to exit with 42 to simulate a software bug." && sleep 30 && exit 42]}
  backoffLimit: 6
  podFailurePolicy:
    rules: [{action: FailJob, onExitCodes: {containerName: main, operator: In, values: [42]}}]
#> controllers/job-pod-failure-policy-ignore.yaml
apiVersion: batch/v1
kind: Job
metadata: {name: job-pod-failure-policy-ignore}
spec:
  completions: 4
  parallelism: 2
  template:
    spec:
      restartPolicy: Never
      containers:
      - {name: main, image: "docker.io/library/bash:5", command: [bash], args: [-c, echo "Hello world! I'm going to exit with 0 (success)." && sleep 90 && exit 0]}
  backoffLimit: 0
  podFailurePolicy:
    rules: [{action: Ignore, onPodConditions: [{type: DisruptionTarget}]}]
#> controllers/job-pod-failure-policy-config-issue.yaml
apiVersion: batch/v1
kind: Job
metadata: {name: job-pod-failure-policy-config-issue}
spec:
  completions: 8
  parallelism: 2
  template:
    spec:
      restartPolicy: Never
      containers: [{name: main, image: "non-existing-repo/non-existing-image:example"}]
  backoffLimit: 6
  podFailurePolicy:
    rules: [{action: FailJob, onPodConditions: [{type: ConfigIssue}]}]
#> controllers/job-backoff-limit-per-index-example.yaml
apiVersion: batch/v1
kind: Job
metadata: {name: job-backoff-limit-per-index-example}
spec:
  completions: 10
  parallelism: 3
  completionMode: Indexed
  backoffLimitPerIndex: 1
  maxFailedIndexes: 5
  template:
    spec:
      restartPolicy: Never
      containers:
      - name: example
        image: python
        command: [python3, -c, "import os, sys\\nprint('Hello world')\\nif int(os.environ.get('JOB_COMPLETION_INDEX')) % 2 == 0:\\n  sys.exit(1)\\n"]
`
