import type { ApiServer } from '../api/hooks'
import { lateCode } from '../engine/late-code'
import { controllerRevision } from '../kinds/apps/controller-revision'
import { validatingAdmissionPolicy } from '../kinds/admissionregistration/validating-admission-policy'
import { statefulSet } from '../kinds/apps/stateful-set'
import { cronJob } from '../kinds/batch/cron-job'
import { job } from '../kinds/batch/job'
import { certificateSigningRequest } from '../kinds/certificates/certificate-signing-request'
import { persistentVolumeClaim } from '../kinds/core/persistent-volume-claim'
import { pod } from '../kinds/core/pod'
import { replicationController } from '../kinds/core/replication-controller'
import { ipAddress } from '../kinds/networking/ip-address'
import { serviceCIDR } from '../kinds/networking/service-cidr'
import { podDisruptionBudget } from '../kinds/policy/pod-disruption-budget'
import { anyKind, type AnyController, type AnyKind } from './controller'

/** Controllers of kinds of which a cluster that has just booted has no object: their code may come after the first prompt. */
export const lateControllers = lateCode<readonly AnyController[]>('controllers of what only people make')

/** What of a controller must be known before its code has come; a test keeps it equal to the controller. */
interface Outline {
  readonly name: string
  readonly account?: string
  readonly source?: string
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

export const statefulSetController = lateController({
  name: 'statefulset-controller',
  reconciles: anyKind(statefulSet),
  watches: { pods, revisions: anyKind(controllerRevision), claimNamed: anyKind(persistentVolumeClaim) },
})
export const replicationControllerController = lateController({
  name: 'replication-controller',
  reconciles: anyKind(replicationController),
  watches: { pods },
})
export const jobController = lateController({ name: 'job-controller', reconciles: anyKind(job), watches: { pods } })
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

const rangesOfServices = lateController({
  name: 'service-cidr-controller',
  account: 'service-cidrs-controller',
  reconciles: anyKind(serviceCIDR),
  watches: { held: anyKind(ipAddress), others: anyKind(serviceCIDR) },
})
/** The one range that a cluster is born with is as it shall be: before the code has come there is nothing to do for it, nor to look at. */
export const serviceCIDRController: AnyController = {
  ...rangesOfServices,
  watches: Object.fromEntries(
    Object.entries(rangesOfServices.watches).map(([key, watch]) => [
      key,
      { ...watch, read: (...asked: Parameters<typeof watch.read>) => (lateControllers.arrived ? watch.read(...asked) : undefined) },
    ]),
  ),
  reconcile: (object, seen) => (lateControllers.arrived ? rangesOfServices.reconcile(object, seen) : []),
}
