import { expect, test } from 'vitest'
import { createCluster } from '../../../../src/sim/cluster'

/** A broker under its Service, and a shell that has the tools to talk with it. */
function withBroker() {
  const cluster = createCluster({ seed: 1 })
  cluster.run(
    `kubectl run rabbitmq --image=rabbitmq --port=5672 --expose
     kubectl run temp --image=ubuntu --env=BROKER_URL=amqp://guest:guest@rabbitmq:5672 -- sleep 100000
     kubectl wait --for=condition=Ready pod --all; sleep 10
     kubectl exec temp -- sh -c 'apt-get update && apt-get install -y amqp-tools'`,
  )
  return { cluster, inside: (script: string) => cluster.run(`kubectl exec -i temp -- sh -c '${script}'`) }
}

test('a work queue: what is published is consumed once, in order, and only what a command succeeds with is gone', () => {
  const { cluster, inside } = withBroker()
  expect(inside('amqp-declare-queue --url=$BROKER_URL -q job1 -d').stdout).toBe('job1\n')
  inside('for f in apple banana cherry date; do amqp-publish --url=$BROKER_URL -r job1 -p -b $f; done')
  expect(inside('amqp-consume --url=$BROKER_URL -q job1 -c 1 cat').stdout).toBe('apple')
  inside('amqp-consume --url=$BROKER_URL -q job1 -c 1 false')
  expect(inside('amqp-get --url=$BROKER_URL -q job1').stdout).toBe('banana')
  expect(cluster.run('kubectl exec rabbitmq -- rabbitmqctl list_queues -q').stdout).toBe('name\tmessages\njob1\t2\n')
  expect(inside('amqp-delete-queue --url=$BROKER_URL -q job1').stdout).toBe('2\n')
})

test('a consumer waits for a message; one that dies with a message in hand gives it back', () => {
  const { cluster, inside } = withBroker()
  inside('amqp-declare-queue --url=$BROKER_URL -q slow')
  const waiting = inside('amqp-consume --url=$BROKER_URL -q slow -c 1 cat & sleep 5; amqp-publish --url=$BROKER_URL -r slow -b late; wait')
  expect(waiting.stdout).toBe('late')
  inside(
    'amqp-publish --url=$BROKER_URL -r slow -b again; amqp-consume --url=$BROKER_URL -q slow -c 1 sleep 1000 & sleep 2; kill $!; sleep 1',
  )
  expect(cluster.run('kubectl exec rabbitmq -- rabbitmqctl -s list_queues name messages_ready').stdout).toBe('slow\t1\n')
})

test.each([
  ['-q none cat', 'amqp-consume', '$BROKER_URL', "basic.consume: server channel error 404, message: NOT_FOUND - no queue 'none' in vhost '/'\n"],
  ['-q q -d', 'amqp-declare-queue', 'amqp://guest:wrong@rabbitmq', 'logging in to AMQP server: server connection error 403, message: ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN. For details see the broker logfile.\n'],
  ['-q q -d', 'amqp-declare-queue', 'amqp://nowhere', 'opening socket to nowhere:5672: hostname lookup failed\n'],
])('%s is refused by %s at %s', (args, command, url, text) => {
  const { inside } = withBroker()
  const { stderr, code } = inside(`${command} --url=${url} ${args}`)
  expect(stderr).toBe(`${text}command terminated with exit code 1\n`)
  expect(code).toBe(1)
}) // prettier-ignore
