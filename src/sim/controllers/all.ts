import type { ApiServer } from '../api/hooks'
import { createEventRecorder } from '../api/event-recorder'
import { event } from '../kinds/core/event'
import { clusterRoleAggregationController } from './cluster-role-aggregation'
import type { Component } from './component'
import type { AnyController } from './controller'
import { daemonSetController } from './daemonset/daemonset'
import { deploymentController } from './deployment/deployment'
import { endpointsController } from './endpoints/endpoints'
import { endpointSliceController } from './endpoints/endpointslice'
import { garbageCollector } from './garbage-collector'
import { horizontalPodAutoscaler } from './hpa/horizontal-pod-autoscaler'
import type { MetricsSource } from './hpa/metrics'
import { createInformers, type Informers } from './informers'
import {
  attributesClassProtectionController,
  bootstrapSigner,
  claimProtectionController,
  endpointSliceMirroringController,
  tokenCleaner,
  volumeProtectionController,
  certificateApprover,
  certificateCleaner,
  certificateSigner,
  policyStatusController,
  cronJobController,
  deviceTaintEvictionController,
  deviceTaintRuleStatusController,
  disruptionController,
  jobController,
  replicationControllerController,
  serviceCIDRController,
  statefulSetController,
  ttlAfterFinishedController,
} from './late'
import { legacyTokenCleaner } from './late-legacy-tokens'
import { namespaceController } from './namespace'
import { nodeLifecycleController } from './node/node-lifecycle'
import { podGarbageCollector } from './node/pod-gc'
import { nodeRegistration } from './node/registration'
import { taintEvictionController, taintEvictionNews } from './node/taint-eviction'
import { ttlController } from './node/ttl'
import { resourceQuotaController } from './resourcequota'
import { resourceClaimController } from './resource-claim/resource-claim'
import { replicaSetController } from './replicaset'
import { ephemeralVolumeController } from './volume/ephemeral-volume'
import { createRunner, type Note, type Runner } from './runner'
import { rootCaController, serviceAccountController } from './serviceaccount'

/** The reconcilers of kube-controller-manager. */
const controllersOf = ({ server, rootCertificate = '' }: ControllerManagerOptions): readonly AnyController[] => [
  deploymentController,
  replicaSetController(server.release),
  daemonSetController,
  statefulSetController(server),
  replicationControllerController,
  jobController,
  cronJobController,
  ttlAfterFinishedController,
  disruptionController,
  resourceQuotaController(server.registry),
  clusterRoleAggregationController,
  certificateApprover(server),
  certificateSigner,
  certificateCleaner,
  policyStatusController,
  claimProtectionController,
  volumeProtectionController,
  attributesClassProtectionController,
  bootstrapSigner,
  tokenCleaner,
  endpointsController,
  endpointSliceController,
  endpointSliceMirroringController,
  serviceCIDRController,
  namespaceController(server.registry),
  nodeLifecycleController,
  taintEvictionController,
  deviceTaintRuleStatusController,
  deviceTaintEvictionController,
  serviceAccountController,
  rootCaController(rootCertificate),
]

/** Its loops that reconcile no single kind. */
const componentsOf = ({ metrics }: ControllerManagerOptions): readonly Component[] => [
  garbageCollector,
  podGarbageCollector,
  nodeRegistration,
  taintEvictionNews,
  ttlController,
  ephemeralVolumeController,
  resourceClaimController,
  legacyTokenCleaner,
  horizontalPodAutoscaler(metrics),
]

export interface ControllerManagerOptions {
  readonly server: ApiServer
  /** The cluster's root certificate (PEM), which every namespace gets in ConfigMap kube-root-ca.crt. */
  readonly rootCertificate?: string
  /** What answers for the metrics APIs; without it autoscalers say that there are no metrics. */
  readonly metrics?: MetricsSource
  /** Only these controllers; all unless told. */
  readonly only?: readonly string[]
  /** Told about every round in which something was done or refused. */
  readonly note?: (note: Note) => void
  /** Told about an error that only a bug can cause; the object concerned is tried again later. Without it the error is thrown. */
  readonly onBug?: (controller: string, key: string, error: unknown) => void
}

/** kube-controller-manager: runs while it is started, and catches up by listing when it is started again. */
export interface ControllerManager {
  start(): void
  stop(): void
}

/** All controllers, each with its own identity, sharing their watches. */
export function createControllerManager(options: ControllerManagerOptions): ControllerManager {
  const { server, only, note, onBug } = options
  const { engine, registry } = server
  const wanted = (name: string) => only === undefined || only.includes(name)
  let informers: Informers | undefined
  let runners: readonly Runner[] = []
  let stopComponents: readonly (() => void)[] = []

  function environmentOf(name: string, account = name, component = name) {
    const user = `system:serviceaccount:kube-system:${account}`
    const client = server.client({
      user,
      groups: ['system:serviceaccounts', 'system:serviceaccounts:kube-system'],
      manager: 'kube-controller-manager',
    })
    return { engine, client, recorder: createEventRecorder(client, { engine, kind: event, component }) }
  }

  return {
    start() {
      if (informers) return
      const shared = createInformers(server.client({ user: 'system:kube-controller-manager', manager: 'kube-controller-manager' }))
      informers = shared
      runners = controllersOf(options)
        .filter(({ name }) => wanted(name))
        .map((controller) =>
          createRunner(
            {
              ...environmentOf(controller.name, controller.account, controller.source),
              informers: shared,
              ...(note && { note }),
              ...(onBug && { onBug }),
            },
            controller,
          ),
        )
      for (const runner of runners) runner.start()
      stopComponents = componentsOf(options)
        .filter(({ name }) => wanted(name))
        .map((component) => component.start({ ...environmentOf(component.name, component.name, component.source), registry }))
    },
    stop() {
      for (const runner of runners) runner.stop()
      for (const stop of stopComponents) stop()
      informers?.stop()
      informers = undefined
      runners = []
      stopComponents = []
    },
  }
}
