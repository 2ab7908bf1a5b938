import { createCluster } from '../cluster'
import { bytesFromText } from '../node/os/text'
import { driveInRealTime } from './real-time'
import { descriptions } from './descriptions'
import { readOptions } from './options'

/** `sim shell`: the simulated terminal in this terminal, in real time. Ends when the shell ends. */
export async function shellCommand(args: readonly string[]): Promise<number> {
  const { cluster: options, number } = readOptions(args, { speed: { type: 'string' } })
  const cluster = createCluster({ startMs: Date.now(), descriptions, ...options })
  const terminal = cluster.openTerminal({ columns: process.stdout.columns || 80, rows: process.stdout.rows || 24 })
  terminal.onOutput((text) => process.stdout.write(bytesFromText(text)))
  process.stdin.setRawMode?.(true)
  process.stdin.setEncoding('utf8')
  process.stdin.on('data', (text) => {
    terminal.input(String(text))
    driver.nudge()
  })
  process.stdout.on('resize', () => terminal.resize(process.stdout.columns, process.stdout.rows))
  const driver = driveInRealTime(cluster.engine, number('speed') ?? 1)
  const code = await new Promise<number>((resolve) => terminal.onExit(resolve))
  driver.stop()
  process.stdin.setRawMode?.(false)
  process.stdin.pause()
  return code
}
