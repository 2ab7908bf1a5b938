import type { ApiServer } from '../api/hooks'
import { atLeast } from '../api/schema/schema'
import { lateCode } from '../engine/late-code'
import { controllerRevision } from '../kinds/apps/controller-revision'
import { validatingAdmissionPolicy } from '../kinds/admissionregistration/validating-admission-policy'
import { statefulSet } from '../kinds/apps/stateful-set'
import { cronJob } from '../kinds/batch/cron-job'
import { job } from '../kinds/batch/job'
import { certificateSigningRequest } from '../kinds/certificates/certificate-signing-request'
import { configMap } from '../kinds/core/config-map'
import { endpoints } from '../kinds/core/endpoints'
import { persistentVolume } from '../kinds/core/persistent-volume'
import { persistentVolumeClaim } from '../kinds/core/persistent-volume-claim'
import { pod } from '../kinds/core/pod'
import { replicationController } from '../kinds/core/replication-controller'
import { secret } from '../kinds/core/secret'
import { service } from '../kinds/core/service'
import { endpointSlice } from '../kinds/discovery/endpoint-slice'
import { ipAddress } from '../kinds/networking/ip-address'
import { serviceCIDR } from '../kinds/networking/service-cidr'
import { deviceTaintRule } from '../kinds/resource/device-taint-rule'
import { resourceClaim } from '../kinds/resource/resource-claim'
import { resourceSlice } from '../kinds/resource/resource-slice'
import { podDisruptionBudget } from '../kinds/policy/pod-disruption-budget'
import { volumeAttributesClass } from '../kinds/storage/volume-attributes-class'
import { anyKind, type AnyController, type AnyKind } from './controller'

/** Controllers of kinds of which a cluster that has just booted has no object: their code may come after the first prompt. */
export const lateControllers = lateCode<readonly AnyController[]>('controllers of what only people make')

/** What of a controller must be known before its code has come; a test keeps it equal to the controller. */
interface Outline {
  readonly name: string
  readonly account?: string
  readonly source?: string
  readonly retries?: AnyController['retries']
  readonly reconciles: AnyKind
  readonly watches: Readonly<Record<string, AnyKind>>
}

/**
 * Stands for a controller from the start. Until the code has come there is nothing to reconcile, so no change concerns it. `given` is what it gets
 * to see besides what it watches: what only the process around it can answer.
 */
function lateController({ watches, ...outline }: Outline, given?: Readonly<Record<string, unknown>>): AnyController {
  let known: AnyController | undefined
  const code = () => (known ??= lateControllers.code.find(({ name }) => name === outline.name)!)
  const standIn = (key: string, kind: AnyKind): AnyController['watches'][string] => ({
    kind,
    concerns: (...change) => (lateControllers.arrived ? code().watches[key]!.concerns(...change) : []),
    read: (...asked) => code().watches[key]!.read(...asked),
  })
  return {
    ...outline,
    watches: Object.fromEntries(Object.entries(watches).map(([key, kind]) => [key, standIn(key, kind)])),
    reconcile: (object, seen) => code().reconcile(object, given ? { ...seen, ...given } : seen),
    deleted: (...asked) => code().deleted?.(...asked) ?? [],
  }
}

const pods = anyKind(pod)

/** From release 1.35 on more than one Pod of a set may be unavailable during an update, if it says so. */
export const statefulSetController = ({ release }: Pick<ApiServer, 'release'>) =>
  lateController(
    {
      name: 'statefulset-controller',
      reconciles: anyKind(statefulSet),
      watches: { pods, revisions: anyKind(controllerRevision), claimNamed: anyKind(persistentVolumeClaim), mayUpdateSeveral: pods },
    },
    { mayUpdateSeveral: atLeast(release, '1.35') },
  )
export const replicationControllerController = lateController({
  name: 'replication-controller',
  reconciles: anyKind(replicationController),
  watches: { pods },
})
export const jobController = lateController({
  name: 'job-controller',
  retries: { firstMs: 1000, longestMs: 60_000 },
  reconciles: anyKind(job),
  watches: { pods },
})
export const cronJobController = lateController({
  name: 'cronjob-controller',
  reconciles: anyKind(cronJob),
  watches: { jobs: anyKind(job) },
})
export const ttlAfterFinishedController = lateController({ name: 'ttl-after-finished-controller', reconciles: anyKind(job), watches: {} })
export const disruptionController = lateController({
  name: 'disruption-controller',
  source: 'controllermanager',
  reconciles: anyKind(podDisruptionBudget),
  watches: { pods, scaleOf: pods },
})
export const policyStatusController = lateController({
  name: 'validatingadmissionpolicy-status',
  account: 'validatingadmissionpolicy-status-controller',
  reconciles: anyKind(validatingAdmissionPolicy),
  watches: {},
})
export const certificateSigner = lateController({
  name: 'csrsigning-controller',
  account: 'certificate-controller',
  reconciles: anyKind(certificateSigningRequest),
  watches: {},
})
/** The authorisers tell it whose requests need nobody's approval. */
export const certificateApprover = ({ may }: Pick<ApiServer, 'may'>) =>
  lateController(
    {
      name: 'csrapproving-controller',
      account: 'certificate-controller',
      reconciles: anyKind(certificateSigningRequest),
      watches: { may: anyKind(certificateSigningRequest) },
    },
    { may },
  )
export const certificateCleaner = lateController({
  name: 'csrcleaner-controller',
  account: 'certificate-controller',
  reconciles: anyKind(certificateSigningRequest),
  watches: {},
})

export const deviceTaintRuleStatusController = lateController({
  name: 'device-taint-rule-status',
  account: 'device-taint-eviction-controller',
  source: 'device-taint-eviction-controller',
  reconciles: anyKind(deviceTaintRule),
  watches: { claims: anyKind(resourceClaim), slices: anyKind(resourceSlice), usersOf: pods },
})
export const deviceTaintEvictionController = lateController({
  name: 'device-taint-eviction-controller',
  reconciles: anyKind(resourceClaim),
  watches: { slices: anyKind(resourceSlice), rules: anyKind(deviceTaintRule), users: pods },
})

/** A controller of something of which a cluster that has just booted has objects, all as they shall be: before the code has come nobody looks at them. */
const idleAtFirst = (controller: AnyController): AnyController => ({
  ...controller,
  watches: Object.fromEntries(
    Object.entries(controller.watches).map(([key, watch]) => [
      key,
      { ...watch, read: (...asked: Parameters<typeof watch.read>) => (lateControllers.arrived ? watch.read(...asked) : undefined) },
    ]),
  ),
  reconcile: (object, seen) => (lateControllers.arrived ? controller.reconcile(object, seen) : []),
  deleted: (...asked) => (lateControllers.arrived ? (controller.deleted?.(...asked) ?? []) : []),
})

export const serviceCIDRController = idleAtFirst(
  lateController({
    name: 'service-cidr-controller',
    account: 'service-cidrs-controller',
    reconciles: anyKind(serviceCIDR),
    watches: { held: anyKind(ipAddress), others: anyKind(serviceCIDR) },
  }),
)
export const bootstrapSigner = idleAtFirst(
  lateController({
    name: 'bootstrap-signer-controller',
    account: 'bootstrap-signer',
    reconciles: anyKind(configMap),
    watches: { tokens: anyKind(secret) },
  }),
)
export const tokenCleaner = idleAtFirst(
  lateController({ name: 'token-cleaner-controller', account: 'token-cleaner', reconciles: anyKind(secret), watches: {} }),
)
/** The Endpoints that a cluster is born with are not mirrored. */
export const endpointSliceMirroringController = idleAtFirst(
  lateController({
    name: 'endpointslicemirroring-controller',
    source: 'endpoint-slice-mirroring-controller',
    reconciles: anyKind(endpoints),
    watches: { service: anyKind(service), slices: anyKind(endpointSlice) },
  }),
)
export const claimProtectionController = lateController({
  name: 'pvc-protection-controller',
  reconciles: anyKind(persistentVolumeClaim),
  watches: { isUsed: pods },
})
export const volumeProtectionController = lateController({
  name: 'pv-protection-controller',
  reconciles: anyKind(persistentVolume),
  watches: {},
})
export const attributesClassProtectionController = lateController({
  name: 'volumeattributesclass-protection-controller',
  reconciles: anyKind(volumeAttributesClass),
  watches: { isClaimed: anyKind(persistentVolumeClaim), isUsed: anyKind(persistentVolume) },
})
