import type { KindDefinition } from '../api/kind'
import { controllerRevision } from './apps/controller-revision'
import { daemonSet } from './apps/daemon-set'
import { deployment } from './apps/deployment'
import { replicaSet } from './apps/replica-set'
import { statefulSet } from './apps/stateful-set'
import { job } from './batch/job'
import { lease } from './coordination/lease'
import { configMap } from './core/config-map'
import { endpoints } from './core/endpoints'
import { event } from './core/event'
import { namespace } from './core/namespace'
import { node } from './core/node'
import { pod } from './core/pod'
import { secret } from './core/secret'
import { serviceAccount } from './core/service-account'
import { service } from './core/service'
import { endpointSlice } from './discovery/endpoint-slice'
import { podDisruptionBudget } from './policy/pod-disruption-budget'
import { priorityClass } from './scheduling/priority-class'

/** Every built-in kind, in the order in which discovery lists them within a group. */
export const allKinds: readonly KindDefinition<never>[] = [
  configMap,
  endpoints,
  event,
  namespace,
  node,
  pod,
  secret,
  serviceAccount,
  service,
  controllerRevision,
  daemonSet,
  deployment,
  replicaSet,
  statefulSet,
  job,
  lease,
  endpointSlice,
  podDisruptionBudget,
  priorityClass,
]
