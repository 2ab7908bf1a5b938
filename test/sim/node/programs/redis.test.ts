import { expect, test } from 'vitest'
import { createCluster } from '../../../../src/sim/cluster'

const deployment = (name: string, image: string, replicas: number, more = '') => `
apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec:
      containers:
      - name: main
        image: ${image}
${more}`

/** A cluster with one redis Pod whose command line is given. */
function withRedis(args = '') {
  const cluster = createCluster({ seed: 1 })
  cluster.run(`kubectl run redis --image=redis:7.2 -- redis-server ${args}; kubectl wait --for=condition=Ready pod/redis`)
  return cluster
}

test('the guestbook: what the leader is told, its followers know, also those that come later', () => {
  const cluster = createCluster({ seed: 1 })
  cluster.files.write(
    '/root/guestbook.yaml',
    [
      deployment('redis-leader', 'docker.io/redis:6.0.5', 1),
      deployment('redis-follower', 'us-docker.pkg.dev/google-samples/containers/gke/gb-redis-follower:v2', 1),
      deployment('frontend', 'us-docker.pkg.dev/google-samples/containers/gke/gb-frontend:v5', 1, '        env: [{name: GET_HOSTS_FROM, value: dns}]\n'),
    ].join('---'),
  ) // prettier-ignore
  cluster.run(
    'kubectl apply -f /root/guestbook.yaml; for it in redis-leader redis-follower; do kubectl expose deployment $it --port=6379; done; kubectl wait --for=condition=Available deployment --all; sleep 5',
  )
  const ask = (query: string) =>
    cluster.run(`kubectl exec deploy/frontend -- curl -s 'localhost/guestbook.php?cmd=${query}&key=messages'`).stdout
  expect(ask('set&value=,Hello')).toBe('{"message": "Updated"}')
  expect(ask('get')).toBe('{"data": ",Hello"}')
  cluster.run('kubectl scale deployment redis-follower --replicas=3; kubectl wait --for=condition=Available deployment --all; sleep 5')
  const pods = cluster.run('kubectl get pods -l app=redis-follower -o name').stdout.trim().split('\n')
  expect(pods).toHaveLength(3)
  for (const pod of pods) expect(cluster.run(`kubectl exec ${pod} -- redis-cli get messages`).stdout).toBe(',Hello\n')
  expect(cluster.run(`kubectl exec ${pods[0]} -- redis-cli set messages no`).stdout).toContain("READONLY You can't write against a read only replica.")
  expect(cluster.run('kubectl exec deploy/redis-leader -- redis-cli info replication').stdout).toContain('connected_slaves:3')
  expect(cluster.run(`kubectl exec ${pods[0]} -- redis-cli info replication`).stdout).toContain('master_link_status:up')
  expect(cluster.run(`kubectl logs ${pods[0]}`).stdout).toContain('MASTER <-> REPLICA sync: Finished with success')
}) // prettier-ignore

test('a follower that loses its leader says so, and copies it again when it is back', () => {
  const cluster = createCluster({ seed: 1 })
  cluster.run(
    'kubectl run leader --image=redis:7.2 --port=6379 --expose; kubectl run follower --image=redis:7.2 -- redis-server --replicaof leader 6379; kubectl wait --for=condition=Ready pod --all; sleep 3; kubectl exec leader -- redis-cli set colour red',
  )
  expect(cluster.run('kubectl exec follower -- redis-cli get colour').stdout).toBe('red\n')
  cluster.run('kubectl delete pod leader; sleep 2')
  expect(cluster.run('kubectl exec follower -- redis-cli info replication').stdout).toContain('master_link_status:down')
  cluster.run('kubectl run leader --image=redis:7.2; kubectl label pod leader run=leader --overwrite; kubectl wait --for=condition=Ready pod/leader; kubectl exec leader -- redis-cli set colour blue; sleep 5') // prettier-ignore
  expect(cluster.run('kubectl exec follower -- redis-cli get colour').stdout).toBe('blue\n')
  expect(cluster.run('kubectl exec follower -- redis-cli replicaof no one').stdout).toBe('OK\n')
  expect(cluster.run('kubectl exec follower -- redis-cli set colour own').stdout).toBe('OK\n')
})

test('a worker that waits for an element of a queue gets it when it is pushed', () => {
  const cluster = withRedis()
  cluster.run('kubectl exec redis -- redis-cli brpop jobs 0 > /tmp/worker &')
  cluster.run('sleep 10; kubectl exec redis -- redis-cli rpush jobs apple; sleep 2')
  expect(cluster.run('cat /tmp/worker').stdout).toBe('jobs\napple\n')
  expect(cluster.run('kubectl exec redis -- redis-cli llen jobs').stdout).toBe('0\n')
  expect(cluster.run('kubectl exec redis -- redis-cli blpop jobs 3').stdout).toBe('\n')
})

test('a password is asked for and checked', () => {
  const redis = withRedis('--requirepass secret')
  expect(redis.run('kubectl exec redis -- redis-cli get a').stdout).toContain('NOAUTH Authentication required.')
  expect(redis.run('kubectl exec redis -- redis-cli -a secret set a 1').stdout).toBe('OK\n')
  expect(redis.run('kubectl exec redis -- redis-cli -a wrong get a').stderr).toContain(
    'WRONGPASS invalid username-password pair or user is disabled.',
  )
})

test('commands answer as the documentation of Redis says', () => {
  const cluster = withRedis()
  const cases: readonly (readonly [command: string, answer: string])[] = [
    ['set a 1 ex 100', 'OK'],
    ['ttl a', '100'],
    ['set a 2 nx', ''],
    ['incrby a 4', '5'],
    ['set word tea', 'OK'],
    ['incr word', 'ERR value is not an integer or out of range'],
    ['get', "ERR wrong number of arguments for 'get' command"],
    ['mset x 1 y 2', 'OK'],
    ['mget x nothing y', '1\n\n2'],
    ['rpush line a b c b', '4'],
    ['lrange line 1 -1', 'b\nc\nb'],
    ['lrem line 0 b', '2'],
    ['rpoplpush line done', 'c'],
    ['lrange done 0 -1', 'c'],
    ['get line', 'WRONGTYPE Operation against a key holding the wrong kind of value'],
    ['sadd colours red blue red', '2'],
    ['sismember colours red', '1'],
    ['srem colours red blue', '2'],
    ['exists colours', '0'],
    ['hset card name Aoi age 7', '2'],
    ['hgetall card', 'name\nAoi\nage\n7'],
    ['hdel card age', '1'],
    ['zadd board 10 ann 5 bo 7 cy', '3'],
    ['zrange board 0 -1', 'bo\ncy\nann'],
    ['zrevrange board 0 0 withscores', 'ann\n10'],
    ['type board', 'zset'],
    ['rename board table', 'OK'],
    ['rename board table', 'ERR no such key'],
    ['keys ?ar*', 'card'],
    ['flushall', 'OK'],
    ['dbsize', '0'],
    ['explode now', "ERR unknown command 'explode', with args beginning with: 'now' "],
    ['FOO', "ERR unknown command 'FOO', with args beginning with: "],
  ]
  cluster.files.write('/root/script', cases.map(([command]) => `${command}\n`).join(''))
  const answers = cases.map(([, answer]) => `${answer}\n`).join('')
  expect(cluster.run('kubectl exec -i redis -- redis-cli < /root/script').stdout).toBe(answers)
})

test('what was kept is there after a restart when the Pod has a volume', () => {
  const cluster = createCluster({ seed: 1 })
  cluster.files.write(
    '/root/pod.yaml',
    '{apiVersion: v1, kind: Pod, metadata: {name: redis}, spec: {containers: [{name: c, image: redis, volumeMounts: [{name: data, mountPath: /data}]}], volumes: [{name: data, emptyDir: {}}]}}',
  )
  cluster.run('kubectl apply -f /root/pod.yaml; kubectl wait --for=condition=Ready pod/redis')
  cluster.run('kubectl exec redis -- redis-cli zadd board 3 ann; kubectl exec redis -- sh -c "kill 1"; sleep 5')
  expect(cluster.run('kubectl get pod redis -o jsonpath={.status.containerStatuses[0].restartCount}').stdout).toBe('1')
  expect(cluster.run('kubectl exec redis -- redis-cli zscore board ann').stdout).toBe('3\n')
}) // prettier-ignore
