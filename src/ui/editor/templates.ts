/** What a new file may begin as: the smallest manifest of its kind that works, with names to change. */
export interface Template {
  readonly name: string
  readonly file: string
  readonly text: string
}

const meta = (name: string) => `metadata:\n  name: ${name}\n`
const nginx = (indent: string) =>
  ['containers:', '  - name: web', '    image: nginx:1.27', '    ports:', '      - containerPort: 80']
    .map((line) => `${indent}${line}\n`)
    .join('')
const podTemplate = `  template:
    metadata:
      labels:
        app: web
    spec:
${nginx('      ')}`

export const templates: readonly Template[] = [
  {
    name: 'Pod',
    file: 'pod.yaml',
    text: `apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\n  labels:\n    app: web\nspec:\n${nginx('  ')}`,
  },
  {
    name: 'Deployment',
    file: 'deployment.yaml',
    text: `apiVersion: apps/v1\nkind: Deployment\n${meta('web')}spec:\n  replicas: 3\n  selector:\n    matchLabels:\n      app: web\n${podTemplate}`,
  },
  {
    name: 'Service',
    file: 'service.yaml',
    text: `apiVersion: v1\nkind: Service\n${meta('web')}spec:\n  selector:\n    app: web\n  ports:\n    - port: 80\n      targetPort: 80\n`,
  },
  { name: 'ConfigMap', file: 'configmap.yaml', text: `apiVersion: v1\nkind: ConfigMap\n${meta('settings')}data:\n  greeting: hello\n` },
  {
    name: 'Secret',
    file: 'secret.yaml',
    text: `apiVersion: v1\nkind: Secret\n${meta('credentials')}type: Opaque\nstringData:\n  password: change-me\n`,
  },
  {
    name: 'Job',
    file: 'job.yaml',
    text: `apiVersion: batch/v1
kind: Job
${meta('once')}spec:
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: main
          image: busybox:1.36
          command: ['sh', '-c', 'date; echo done']
`,
  },
  {
    name: 'CronJob',
    file: 'cronjob.yaml',
    text: `apiVersion: batch/v1
kind: CronJob
${meta('every-minute')}spec:
  schedule: '* * * * *'
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers:
            - name: main
              image: busybox:1.36
              command: ['date']
`,
  },
  {
    name: 'StatefulSet',
    file: 'statefulset.yaml',
    text: `apiVersion: apps/v1
kind: StatefulSet
${meta('web')}spec:
  serviceName: web
  replicas: 2
  selector:
    matchLabels:
      app: web
${podTemplate}          volumeMounts:
            - name: data
              mountPath: /usr/share/nginx/html
  volumeClaimTemplates:
    - metadata:
        name: data
      spec:
        accessModes: [ReadWriteOnce]
        resources:
          requests:
            storage: 1Gi
`,
  },
  {
    name: 'DaemonSet',
    file: 'daemonset.yaml',
    text: `apiVersion: apps/v1\nkind: DaemonSet\n${meta('web')}spec:\n  selector:\n    matchLabels:\n      app: web\n${podTemplate}`,
  },
  {
    name: 'PersistentVolumeClaim',
    file: 'claim.yaml',
    text: `apiVersion: v1
kind: PersistentVolumeClaim
${meta('data')}spec:
  accessModes: [ReadWriteOnce]
  resources:
    requests:
      storage: 1Gi
`,
  },
  {
    name: 'Ingress',
    file: 'ingress.yaml',
    text: `apiVersion: networking.k8s.io/v1
kind: Ingress
${meta('web')}spec:
  rules:
    - host: web.example.com
      http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: web
                port:
                  number: 80
`,
  },
  {
    name: 'NetworkPolicy',
    file: 'networkpolicy.yaml',
    text: `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
${meta('only-from-friends')}spec:
  podSelector:
    matchLabels:
      app: web
  ingress:
    - from:
        - podSelector:
            matchLabels:
              friend: 'true'
`,
  },
  {
    name: 'HorizontalPodAutoscaler',
    file: 'autoscaler.yaml',
    text: `apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
${meta('web')}spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: web
  minReplicas: 2
  maxReplicas: 5
  metrics:
    - type: Resource
      resource:
        name: cpu
        target:
          type: Utilization
          averageUtilization: 60
`,
  },
]
