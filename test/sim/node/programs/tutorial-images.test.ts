import { expect, test } from 'vitest'
import { createCluster } from '../../../../src/sim/cluster'

/** A headless Service for Pods of a name, as the tutorials have one for their StatefulSets. */
const service = (name: string, port: number, headless = true) => `
apiVersion: v1
kind: Service
metadata: {name: ${name}}
spec: {${headless ? 'clusterIP: None, ' : ''}selector: {app: ${name}}, ports: [{port: ${port}}]}
---`

const apply = (manifest: string) => `kubectl apply -f - >/dev/null <<'EOF'\n${manifest}\nEOF\n`

test('a MySQL replica takes over what is written at its master, and keeps what it has over a restart', () => {
  const cluster = createCluster({ seed: 3 })
  const server = (name: string) => `
apiVersion: v1
kind: Pod
metadata: {name: ${name}, labels: {app: mysql}}
spec:
  hostname: ${name}
  subdomain: mysql
  containers:
  - {name: mysql, image: "mysql:5.7", env: [{name: MYSQL_ALLOW_EMPTY_PASSWORD, value: "1"}], readinessProbe: {exec: {command: [mysql, -h, 127.0.0.1, -e, SELECT 1]}, periodSeconds: 2}, volumeMounts: [{name: data, mountPath: /var/lib/mysql}]}
  volumes: [{name: data, emptyDir: {}}]
---`
  const ran = cluster.run(`${apply(service('mysql', 3306) + server('one') + server('two'))}
kubectl wait --for=condition=Ready pod/one pod/two --timeout=90s >/dev/null
kubectl exec two -- mysql -e "CHANGE MASTER TO MASTER_HOST='one.mysql', MASTER_LOG_POS=0; START SLAVE"
kubectl exec -i one -- mysql <<'EOF'
CREATE DATABASE test;
CREATE TABLE test.messages (message VARCHAR(250));
INSERT INTO test.messages VALUES ('hello');
EOF
sleep 2
kubectl exec two -- mysql -t -e "SELECT * FROM test.messages"
kubectl exec two -- sh -c 'kill 1'
sleep 15
kubectl exec two -- mysql -N -e "SELECT * FROM test.messages"
kubectl exec two -- mysql -e "SELECT * FROM test.none"`)
  expect(ran.stdout).toBe('+---------+\n| message |\n+---------+\n| hello   |\n+---------+\nhello\n')
  expect(ran.stderr).toContain("ERROR 1146 (42S02) at line 1: Table 'test.none' doesn't exist")
})

test('ZooKeeper servers share what is written at any of them', () => {
  const cluster = createCluster({ seed: 3 })
  const ran = cluster.run(`${apply(`${service('zk', 2181)}
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: zk}
spec:
  serviceName: zk
  replicas: 2
  podManagementPolicy: Parallel
  selector: {matchLabels: {app: zk}}
  template:
    metadata: {labels: {app: zk}}
    spec:
      securityContext: {runAsUser: 1000, fsGroup: 1000}
      containers:
      - name: zk
        image: registry.k8s.io/kubernetes-zookeeper:1.0-3.4.10
        command: [sh, -c, "start-zookeeper --servers=2 --data_dir=/var/lib/zookeeper/data"]
        readinessProbe: {exec: {command: [sh, -c, zookeeper-ready 2181]}}`)}
kubectl rollout status sts/zk --timeout=90s >/dev/null
kubectl exec zk-0 -- zkCli.sh create /hello world | tail -1
kubectl exec zk-1 -- zkCli.sh get /hello | grep -A1 WatchedEvent | tail -1
kubectl exec zk-1 -- zkCli.sh set /hello there | grep dataVersion
kubectl exec zk-0 -- zkCli.sh get /hello | grep -E 'there|dataVersion|dataLength'
for i in 0 1; do kubectl exec zk-$i -- zkServer.sh status 2>/dev/null; done
kubectl exec zk-0 -- sh -c 'echo srvr | nc localhost 2181' | grep ersion
kubectl exec zk-0 -- head -1 /usr/etc/zookeeper/log4j.properties
kubectl exec zk-0 -- stat -c '%U %G' /var/lib/zookeeper/data
kubectl exec zk-1 -- cat /var/lib/zookeeper/data/myid
kubectl exec zk-1 -- hostname -f`)
  expect(ran.stdout).toBe(
    'Created /hello\nworld\ndataVersion = 1\nthere\ndataVersion = 1\ndataLength = 5\nMode: follower\nMode: leader\nZookeeper version: 3.4.10-39d3a4f269333c922ed3db283be479f9deacaa0f, built on 03/23/2017 10:13 GMT\nzookeeper.root.logger=CONSOLE\nzookeeper zookeeper\n2\nzk-1.zk.default.svc.cluster.local\n',
  )
})

test('nginx passes requests on to the Service its configuration names, and does not start without it', () => {
  const cluster = createCluster({ seed: 3 })
  const pod = (name: string, image: string) => `
apiVersion: v1
kind: Pod
metadata: {name: ${name}, labels: {app: ${name}}}
spec: {containers: [{name: c, image: "${image}"}]}
---`
  const ran = cluster.run(`${apply(pod('frontend', 'gcr.io/google-samples/hello-frontend:1.0'))}
sleep 10
kubectl logs frontend | sed 's/.*emerg/emerg/'
${apply(service('hello', 80, false) + pod('hello', 'gcr.io/google-samples/hello-go-gke:1.0') + service('frontend', 80, false))}
sleep 60
kubectl exec frontend -- curl -s localhost
kubectl delete pod hello --now >/dev/null
kubectl exec frontend -- curl -s -o /dev/null -w '%{http_code}\\n' localhost`)
  expect(ran.stdout).toContain('host not found in upstream "hello" in /etc/nginx/conf.d/frontend.conf:4')
  expect(ran.stdout).toMatch(/\{"message":"Hello"\}\n502\n$/)
})

test('the nginx that Ingress and Gateway tutorials use says which Pod answers', () => {
  const cluster = createCluster({ seed: 3 })
  cluster.run('kubectl run coffee --image=nginxdemos/nginx-hello:plain-text; kubectl wait --for=condition=Ready pod/coffee')
  const ip = cluster.run("kubectl get pod coffee -o jsonpath='{.status.podIP}'").stdout
  expect(cluster.run(`curl -s http://${ip}:8080/coffee`).stdout.split('\n')).toEqual([
    `Server address: ${ip}:8080`,
    'Server name: coffee',
    expect.stringMatching(/^Date: .* \+0000$/),
    'URI: /coffee',
    expect.stringMatching(/^Request ID: [0-9a-f]{32}$/),
    '',
  ])
})
