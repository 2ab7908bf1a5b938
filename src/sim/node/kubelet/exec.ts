import type { Engine } from '../../engine/engine'
import { nullDevice, sinkFile } from '../os/pipe'
import { SyscallError } from '../os/syscalls'
import { execError, signalQuietly, type Container } from '../runtime/container'

export interface ExecResult {
  readonly code: number
  /** What it wrote, both streams. */
  readonly output: string
  /** Set when it could not be run at all, or took too long. */
  readonly error?: string
  readonly timedOut?: boolean
}

/** Runs a command in a running container, as probes and hooks do; calls back once. After `timeoutMs` it is killed. */
export function runInContainer(
  container: Container,
  command: readonly string[],
  timeoutMs: number | undefined,
  engine: Engine,
  done: (result: ExecResult) => void,
): void {
  let output = ''
  const sink = () => sinkFile((text) => void (output.length < 10_240 && (output += text)))
  try {
    const process = container.machine.start({
      argv: command,
      env: container.env,
      cwd: container.config.workingDir ?? container.config.image.workingDir ?? '/',
      who: container.config.who,
      fds: { 0: nullDevice(), 1: sink(), 2: sink() },
      onExit(result) {
        if (timer && engine.nowMs >= timer.dueMs) return
        engine.cancel(timer)
        done({ code: result.code, output })
      },
    })
    const timer =
      timeoutMs === undefined
        ? undefined
        : engine.after(
            timeoutMs,
            () => {
              signalQuietly(container.machine, process.pid, 'SIGKILL')
              done({
                code: 137,
                output,
                timedOut: true,
                error: `command timed out: "${command.join(' ')}" timed out after ${timeoutMs / 1000}s`,
              })
            },
            { background: true },
          )
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
    done({
      code: 126,
      output: '',
      error: `rpc error: code = Unknown desc = failed to exec in container: failed to start exec "${engine.random.hex(64)}": OCI runtime exec failed: exec failed: unable to start container process: ${execError(command[0] ?? '', error)}`,
    })
  }
}
