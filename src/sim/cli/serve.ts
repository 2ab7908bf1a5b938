import { createInterface } from 'node:readline'
import { isStreamed, isUpgraded } from '../api/http'
import { createCluster, type Session } from '../cluster'
import { createClientPace } from './client-pace'
import { startHttpServer } from './http-server'
import { descriptions } from './descriptions'
import { readOptions, UsageError } from './options'
import { driveInRealTime } from './real-time'

const HOUR_MS = 3_600_000

/**
 * `sim serve --port P [--speed N] [--stdin]`: the cluster's API over plain HTTP on loopback until interrupted. With `--stdin`, commands for one
 * long-lived shell come as JSON lines and are answered as JSON lines; the end of standard input ends the server.
 */
export async function serveCommand(args: readonly string[]): Promise<number> {
  const {
    cluster: options,
    values,
    number,
  } = readOptions(args, { port: { type: 'string' }, speed: { type: 'string' }, stdin: { type: 'boolean' } })
  const port = number('port')
  if (port === undefined) throw new UsageError('--port is missing')
  const speed = number('speed') ?? 1
  // A fast cluster begins in the past: for its first hour here, nothing in it is younger than now to a client that reads this machine's clock.
  const startMs = Date.now() - Math.max(0, speed - 1) * HOUR_MS
  const cluster = createCluster({ startMs, descriptions, ...options })
  const driver = driveInRealTime(cluster.engine, speed)
  const pace = createClientPace(driver, speed)
  const server = await startHttpServer({
    port,
    serve(request, answered) {
      driver.nudge()
      cluster.serve(request, (response) => {
        pace.requested(request.method, isStreamed(response) || isUpgraded(response))
        answered(response)
      })
      driver.nudge()
    },
  })
  process.stderr.write(`serving http://127.0.0.1:${server.port}\n`)
  if (values.stdin) await answerLines(cluster.openSession(), () => driver.nudge())
  else await new Promise<void>((resolve) => process.once('SIGINT', resolve).once('SIGTERM', resolve))
  pace.stop()
  driver.stop()
  await server.close()
  return 0
}

/** Runs each line of standard input in turn and answers it with one line of JSON. Ends with standard input. */
async function answerLines(session: Session, nudge: () => void): Promise<void> {
  let last = Promise.resolve()
  for await (const line of createInterface({ input: process.stdin })) {
    if (line.trim() === '') continue
    const value = parse(line)
    if (typeof value === 'string') {
      // One command at a time, but the input goes on being read: an interrupt must reach the running one.
      last = last.then(
        () =>
          new Promise((resolve) => {
            session.run(value, (result) => {
              process.stdout.write(`${JSON.stringify(result)}\n`)
              resolve()
            })
            nudge()
          }),
      )
    } else if (typeof value === 'object' && value !== null && 'interrupt' in value) {
      session.interrupt()
      nudge()
    } else process.stderr.write(`neither a command line nor {"interrupt":true}: ${line}\n`)
  }
  await last
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
