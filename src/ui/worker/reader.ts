import type { Cluster } from '../../sim/cluster'
import { createEngine } from '../../sim/engine/engine'
import { directory, file, programFile, treeOf } from '../../sim/node/os/file-nodes'
import { createFileSystem } from '../../sim/node/os/file-system'
import { createVolume } from '../../sim/node/os/volume'
import { createMachine } from '../../sim/node/os/machine'
import { SmallMap } from '../../sim/node/os/small-map'
import type { Network, NetworkNamespace } from '../../sim/node/os/network'
import { nullDevice, sinkFile } from '../../sim/node/os/pipe'
import type { Programs } from '../../sim/tool-files'
import type { RunResult } from './protocol'

/** kubectl's commands that only look. */
const LOOKING: ReadonlySet<string> = new Set(['describe', 'get', 'logs'])
const KUBECONFIG = '/root/.kube/config'
/** Virtual time after which a command that still waits is given up; a request is answered at once. */
const PATIENCE_MS = 60_000

/**
 * Runs a kubectl command that only looks, on a machine of its own beside the cluster: nothing in the cluster moves by it, so it is no part of
 * the journal. Undefined while kubectl is still being loaded. Refuses other commands than those that look.
 */
export function look(cluster: Cluster, programs: Programs, args: readonly string[]): RunResult | undefined {
  if (!LOOKING.has(args[0] ?? '')) throw new Error(`kubectl ${args[0]} does more than look`)
  const engine = createEngine({ seed: 1, startMs: cluster.engine.nowMs })
  const said = { stdout: '', stderr: '' }
  let code: number | undefined
  const place: NetworkNamespace = { name: 'host/beside', interfaces: [], listeners: new SmallMap(), readFile: () => undefined }
  const network: Network = {
    resolve: () => ({ delayMs: 0, answer: [] }),
    connect: () => ({ delayMs: 0, answer: { error: 'ECONNREFUSED' } }),
    api: () => ({ delayMs: 0, answer: { serve: (request, answered) => answered(cluster.request(request)), from: '127.0.0.1' } }),
  }
  const nodes = {
    '/tmp': directory(),
    '/usr/local/bin/kubectl': programFile('kubectl'),
    [KUBECONFIG]: file(cluster.files.read(KUBECONFIG) ?? ''),
  }
  const machine = createMachine({
    engine,
    network,
    place,
    hostname: 'beside',
    files: createFileSystem({ root: createVolume(treeOf(nodes)), now: () => engine.nowMs }),
    programs: programs.find,
    init: false,
    background: false,
  })
  machine.start({
    argv: ['kubectl', ...args],
    env: { HOME: '/root', PATH: '/usr/local/bin' },
    cwd: '/root',
    fds: {
      0: nullDevice(),
      1: sinkFile((text) => void (said.stdout += text)),
      2: sinkFile((text) => void (said.stderr += text)),
    },
    onExit: (result) => void (code = result.code),
  })
  const endMs = engine.nowMs + PATIENCE_MS
  while (code === undefined) {
    if (engine.held) return undefined
    const due = engine.nextDueMs()
    if (due === undefined || due > endMs) throw new Error(said.stderr || 'the API server does not answer')
    engine.step()
  }
  return { ...said, code }
}
