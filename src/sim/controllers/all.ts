import type { ApiServer } from '../api/hooks'
import { createEventRecorder } from '../api/event-recorder'
import { event } from '../kinds/core/event'
import type { AnyController } from './controller'
import { deploymentController } from './deployment/deployment'
import { createInformers, type Informers } from './informers'
import { jobController } from './job/job'
import { replicaSetController } from './replicaset'
import { createRunner, type Note, type Runner } from './runner'

/** The reconcilers of kube-controller-manager. */
export const allControllers: readonly AnyController[] = [deploymentController, replicaSetController, jobController]

export interface ControllerManagerOptions {
  readonly server: ApiServer
  /** Only these controllers; all unless told. */
  readonly only?: readonly string[]
  /** Told about every round in which something was done or refused. */
  readonly note?: (note: Note) => void
}

/** kube-controller-manager: runs while it is started, and catches up by listing when it is started again. */
export interface ControllerManager {
  start(): void
  stop(): void
}

/** All controllers, each with its own identity, sharing their watches. */
export function createControllerManager({ server, only, note }: ControllerManagerOptions): ControllerManager {
  const { engine } = server
  const wanted = (name: string) => only === undefined || only.includes(name)
  let informers: Informers | undefined
  let runners: readonly Runner[] = []

  function runnerOf(controller: AnyController, shared: Informers): Runner {
    const client = server.client({
      user: `system:serviceaccount:kube-system:${controller.name}`,
      groups: ['system:serviceaccounts', 'system:serviceaccounts:kube-system'],
      manager: 'kube-controller-manager',
    })
    const recorder = createEventRecorder(client, { engine, kind: event, component: controller.name })
    return createRunner({ engine, client, recorder, informers: shared, ...(note && { note }) }, controller)
  }

  return {
    start() {
      if (informers) return
      const shared = createInformers(server.client({ user: 'system:kube-controller-manager', manager: 'kube-controller-manager' }))
      informers = shared
      runners = allControllers.filter(({ name }) => wanted(name)).map((controller) => runnerOf(controller, shared))
      for (const runner of runners) runner.start()
    },
    stop() {
      for (const runner of runners) runner.stop()
      informers?.stop()
      informers = undefined
      runners = []
    },
  }
}
