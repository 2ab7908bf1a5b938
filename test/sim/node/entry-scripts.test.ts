import { expect, test } from 'vitest'
import { createCluster } from '../../../src/sim/cluster'

test.each([
  ['mongo:4.2', '--bind_ip 0.0.0.0', 'mongod'],
  ['redis:7.2', '--appendonly yes', 'redis-server'],
  ['postgres:16', '-c max_connections=20', 'postgres'],
])('%s given %s runs its server, as its entrypoint script has it', (image, args, server) => {
  const cluster = createCluster({ seed: 1 })
  cluster.run(
    `kubectl run db --image=${image} --env=POSTGRES_PASSWORD=x -- ${args}; kubectl wait --for=condition=Ready pod/db --timeout=60s`,
  )
  expect(cluster.run('kubectl exec db -- cat /proc/1/cmdline').stdout.split('\0')[0]).toBe(server)
})
