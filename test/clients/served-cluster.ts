import { createCluster } from '../../src/sim/cluster'
import { descriptions } from '../../src/sim/cli/descriptions'
import { startHttpServer } from '../../src/sim/cli/http-server'
import { driveInRealTime } from '../../src/sim/cli/real-time'

/** A cluster behind a port of this machine, its clock running fast, for clients that know nothing of the simulation. */
export async function serveCluster(speed = 30) {
  const cluster = createCluster({ startMs: Date.now(), descriptions })
  const driver = driveInRealTime(cluster.engine, speed)
  const server = await startHttpServer({
    port: 0,
    serve(request, answered) {
      cluster.serve(request, answered)
      driver.nudge()
    },
  })
  return {
    cluster,
    url: `http://127.0.0.1:${server.port}`,
    async close() {
      driver.stop()
      await server.close()
    },
  }
}
